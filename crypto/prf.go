package crypto

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"
)

// prf is HMAC-SHA256 under one key. It may be used concurrently.
type prf struct {
	states sync.Pool // of *prfState
}

// prfState is a hash that was keyed before, and room for a text, which a hash takes as bytes alone.
type prfState struct {
	hash.Hash
	text []byte
}

// newPRF derives a key for one purpose from a practice's index or audit key.
func newPRF(key []byte, class Class, purpose string) (*prf, error) {
	if strings.HasPrefix(string(class), string(indexPrefix)) {
		class = classIndex
	}
	info := appendParts([]byte("enamel/"+string(class)+"/1"), purpose)
	derived, err := hkdf.Key(sha256.New, key, nil, string(info), keySize)
	if err != nil {
		return nil, err
	}
	// The derived key stays in memory as long as the prf. Cloning one state would spare it, and needs more of the HMAC
	// than the certified FIPS 140-3 module v1.0.0 has.
	return &prf{states: sync.Pool{New: func() any { return &prfState{Hash: hmac.New(sha256.New, derived)} }}}, nil
}

// appendSum appends the 32 bytes of message's code to dst.
func (p *prf) appendSum(dst, message []byte) []byte {
	state := p.states.Get().(*prfState)
	dst = state.appendSum(dst, message)
	p.states.Put(state)
	return dst
}

// appendText is appendSum of a text. What it copies is wiped, for it is what somebody wants to hide.
func (p *prf) appendText(dst []byte, text string) []byte {
	state := p.states.Get().(*prfState)
	state.text = append(state.text[:0], text...)
	dst = state.appendSum(dst, state.text)
	clear(state.text)
	p.states.Put(state)
	return dst
}

func (s *prfState) appendSum(dst, message []byte) []byte {
	s.Write(message)
	dst = s.Sum(dst)
	s.Reset()
	return dst
}
