package crypto

import "weak"

// SealLimit is how many values a key may seal.
const SealLimit = sealLimit

// DecodeKeyFile reads a key file and encodes it anew.
func DecodeKeyFile(raw []byte) ([]byte, error) {
	keys, err := decodeKeyFile(raw)
	if err != nil {
		return nil, err
	}
	return encodeKeyFile(keys), nil
}

// Spend counts n values under the key that sealed a value.
func (k *Keyring) Spend(sealed []byte, n uint32) error {
	id, err := parseHeader(sealed)
	if err == nil {
		k.count(id)
		k.sealed[id%sealCounters].Add(n - 1)
	}
	return err
}

// Cached returns how many keys are in memory, and how many names they are filed under.
func (k *Keyring) Cached() (keys, names int) {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	return k.cache.order.Len(), k.cache.table.nodes
}

// Armed reports whether a timer is set.
func (k *Keyring) Armed() bool {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	return k.cache.armed
}

// NewSecret returns a key as this package holds one.
func NewSecret() any { return newSecret() }

// UpperCounters reports whether any counter of the upper half has counted.
func (k *Keyring) UpperCounters() bool {
	for i := sealCounters / 2; i < sealCounters; i++ {
		if k.sealed[i].Load() > 0 {
			return true
		}
	}
	return false
}

// Lingers reports whether a key is in the cache and its load is still there to be joined.
func (k *Keyring) Lingers() bool {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	for r := range k.cache.flights {
		if k.cache.table.find(&r.ref) != nil {
			return true
		}
	}
	return false
}

// WeakCache returns what reports whether the cache was collected.
func (k *Keyring) WeakCache() (collected func() bool) {
	held := weak.Make(k.cache)
	return func() bool { return held.Value() == nil }
}
