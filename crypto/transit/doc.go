// Package transit wraps practice keys with the Transit secrets engine of HashiCorp Vault or of OpenBao, whose HTTP API
// is the same. It needs nothing but net/http.
//
//	manager, err := transit.New("https://vault.example.com:8200", "enamel", transit.TokenFile("/run/vault/token"), nil)
//	keyring, err := crypto.NewKeyring(cryptopg.New(db, nil), manager, nil)
//
// A [Manager] is a crypto.KeyManager and a crypto.Rewrapper. It talks TLS 1.3 or nothing, follows no redirect, reads no
// more than it must, and repeats no request. The server's root key never leaves the server; it sees the practice keys,
// and no value that is sealed under them.
//
// # The key
//
// Any type that encrypts serves; aes256-gcm96, the default, is the one to take. Made and used with
//
//	vault secrets enable transit
//	vault write -f transit/keys/enamel
//
//	path "transit/encrypt/enamel" { capabilities = ["update"] }
//	path "transit/decrypt/enamel" { capabilities = ["update"] }
//	path "transit/rewrap/enamel"  { capabilities = ["update"] }
//
// A policy that also grants "create" lets the server make a new key out of a name that was mistyped. The right to
// decrypt is needed to wrap too: [Manager.Wrap] reads again what the server has wrapped, for a key that was lost there
// would take along all that is sealed under it.
//
// # Binding
//
// What is sent is the key with a code behind it that ties it to the practice (crypto.BindKey), and what comes back is
// checked, whatever the server did. The engine's associated_data is not used: neither Vault nor OpenBao takes it when
// rewrapping (hashicorp/vault#31791), so a root key that was rotated could never be retired. With [Options.Derived] the
// digest of the bind bytes is sent as context, from which the server derives a key of its own.
//
// # Versions
//
// A wrapped key names the root key and its version: "transit/enamel/v3". It names neither mount nor server, so that
// both can move. It is refused when the ciphertext, which begins with "vault:v3:", says otherwise. After
//
//	vault write -f transit/keys/enamel/rotate
//
// new keys are wrapped with the new version and old ones open as before. [Manager.Rewrap] moves a wrapped key to the
// newest version without showing it. Raise min_decryption_version when nothing names an older version any more.
//
// # Errors
//
// crypto.ErrUnavailable for a server that cannot be reached, is sealed, a standby or overloaded, does not answer in
// [Options.Timeout], or answers what no such server would; what was wrong with the connection is wrapped beside it.
// crypto.ErrDenied when token or policy do not allow it, or the version is below min_decryption_version.
// crypto.ErrUnknownKey for another key or version, crypto.ErrAuth for what was altered or belongs to another practice,
// crypto.ErrInvalid for what the server calls a bad request, such as a derived key without Options.Derived. With a root
// key of an RSA type all is the same but the error of an altered key, which some servers answer as a fault of theirs. No
// error holds a token, a key, a wrapped key or a word of the server's.
//
// What net/http has sent and received stays in its buffers until the garbage collector takes them.
package transit
