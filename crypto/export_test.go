package crypto

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
		k.sealed[id>>(64-14)].Add(n - 1)
	}
	return err
}

// Cached returns how many keys are in memory, and how many names they are filed under.
func (k *Keyring) Cached() (keys, names int) {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	return k.cache.order.Len(), k.cache.table.nodes
}

// NewSecret returns a key as this package holds one.
func NewSecret() any { return newSecret() }
