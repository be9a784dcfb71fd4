package crypto

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// prf is HMAC-SHA256 under one key. It may be used concurrently.
type prf struct {
	states sync.Pool // of hash.Hash; one that was used before does not hash the key again
}

// newPRF derives a key for one purpose from a practice's index or audit key.
func newPRF(key []byte, class Class, purpose string) (*prf, error) {
	info := appendParts([]byte("enamel/"+string(class)+"/1"), purpose)
	derived, err := hkdf.Key(sha256.New, key, nil, string(info), keySize)
	if err != nil {
		return nil, err
	}
	// The derived key stays in memory as long as the prf. Cloning one state would spare it, and needs more of the HMAC
	// than the certified FIPS 140-3 module v1.0.0 has.
	return &prf{states: sync.Pool{New: func() any { return hmac.New(sha256.New, derived) }}}, nil
}

// appendSum appends the 32 bytes of message's code to dst.
func (p *prf) appendSum(dst, message []byte) []byte {
	state := p.states.Get().(hash.Hash)
	state.Write(message)
	dst = state.Sum(dst)
	state.Reset()
	p.states.Put(state)
	return dst
}
