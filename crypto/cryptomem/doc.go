// Package cryptomem keeps wrapped keys in memory, for tests and demonstrations: when the process has ended nothing
// opens any more that was sealed under them.
//
//	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
//
// It passes the cases of package cryptotest.
package cryptomem
