package crypto

import "os"

// SealedFileHead is how a sealed key file begins.
const SealedFileHead = sealedFileHead

// DecodeSealed reads a sealed key file without opening it. Whatever it takes, encode writes again.
func DecodeSealed(raw []byte) error {
	_, err := decodeSealed(raw)
	return err
}

// MakeSealedQuickly is MakeSealedKeyFile of so few rounds that a test can do it often.
func MakeSealedQuickly(path string, passphrase []byte) (*KeyFile, error) {
	return makeSealed(path, givenPassphrase{passphrase, quickRounds})
}

// SetPassphraseQuickly is SetPassphrase of as few.
func (f *KeyFile) SetPassphraseQuickly(passphrase []byte) error {
	return f.sealUnder(givenPassphrase{passphrase, quickRounds})
}

const quickRounds = 1000

// WriteKeys writes what is to take a key file's place.
func WriteKeys(file *os.File, content []byte) error { return writeAndClose(file, content) }

// FillKeyFile writes a key file that has no room for another key.
func FillKeyFile(path string) error {
	keys := []rootKey{newRootKey(10_000)}
	line := len(encodeKeyFile(keys)) - len(keyFileHead) - len("1\n")
	for len(keys) < (maxKeyFile-len(keyFileHead)-len("1000\n"))/line {
		keys = append(keys, newRootKey(10_000+len(keys)))
	}
	return os.WriteFile(path, encodeKeyFile(keys), 0o600)
}

// KeyFileOf returns what a key file with one key of an id would hold.
func KeyFileOf(id string) []byte { return encodeKeyFile([]rootKey{{id: id, key: newSecret()}}) }
