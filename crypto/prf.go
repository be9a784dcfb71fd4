package crypto

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
)

// prf is HMAC-SHA256 under one key, with the key already absorbed: cloning that state is several times cheaper than
// hashing the key again for every message. It may be used concurrently.
type prf struct {
	absorbed hash.Cloner // only ever cloned
}

// newPRF derives a key for one purpose from a practice's index or audit key.
func newPRF(key []byte, class Class, purpose string) (*prf, error) {
	info := appendParts([]byte("enamel/"+string(class)+"/1"), purpose)
	derived, err := hkdf.Key(sha256.New, key, nil, string(info), keySize)
	if err != nil {
		return nil, err
	}
	defer clear(derived)
	code, ok := hmac.New(sha256.New, derived).(hash.Cloner)
	if !ok {
		return nil, errors.New("this build's HMAC cannot be cloned")
	}
	code.Reset() // makes it keep the state behind the key in place of the key
	return &prf{absorbed: code}, nil
}

// appendSum appends the 32 bytes of message's code to dst.
func (p *prf) appendSum(dst, message []byte) ([]byte, error) {
	code, err := p.absorbed.Clone()
	if err != nil {
		return nil, err
	}
	code.Write(message)
	return code.Sum(dst), nil
}
