package crypto

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// keyFileHead is the first line of a key file, before the number of keys in it.
const keyFileHead = "enamel-keys 1 "

// encodeKeyFile writes the one form that decodeKeyFile reads: a line that says what it is and how many keys follow,
// then a line for each key, oldest first: its id, the key and its check in hexadecimal.
func encodeKeyFile(keys []rootKey) []byte {
	out := make([]byte, 0, 32+len(keys)*160)
	out = append(out, keyFileHead...)
	out = strconv.AppendInt(out, int64(len(keys)), 10)
	out = append(out, '\n')
	for _, k := range keys {
		out = append(out, k.id...)
		out = append(out, ' ')
		out = hex.AppendEncode(out, k.key.raw)
		out = append(out, ' ')
		out = hex.AppendEncode(out, k.check())
		out = append(out, '\n')
	}
	return out
}

// check tells a key that was damaged from the one that was written.
func (r rootKey) check() []byte {
	code := hmac.New(sha256.New, r.key.raw)
	code.Write(appendParts([]byte("enamel/root-check/1"), r.id))
	return code.Sum(nil)[:16]
}

// decodeKeyFile reads a key file. Whatever differs in a single byte from what encodeKeyFile writes is refused.
func decodeKeyFile(raw []byte) ([]rootKey, error) {
	lines := bytes.Split(raw, []byte("\n"))
	keys := make([]rootKey, 0, len(lines))
	known := map[string]bool{}
	for _, line := range lines[1:] {
		id, rest, _ := bytes.Cut(line, []byte(" "))
		digits, _, _ := bytes.Cut(rest, []byte(" "))
		k := rootKey{id: string(id), key: secret{raw: make([]byte, keySize)}}
		if len(digits) != hex.EncodedLen(keySize) || !rootID(k.id) || known[k.id] {
			break
		}
		if _, err := hex.Decode(k.key.raw, digits); err != nil {
			break
		}
		keys = append(keys, k)
		known[k.id] = true
	}
	again := encodeKeyFile(keys)
	defer clear(again)
	if len(keys) == 0 || !bytes.Equal(again, raw) {
		return nil, errBrokenFile
	}
	return keys, nil
}

var errBrokenFile = fmt.Errorf("%w: the key file is broken; restore it from its backup", ErrInvalid)

// rootID reports whether id can be a root key's: what fits a column and a line.
func rootID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
