// Package awskms wraps practice keys with AWS Key Management Service. It is a module of its own, so that nobody else
// links the AWS SDK.
//
//	cfg, err := config.LoadDefaultConfig(ctx) // github.com/aws/aws-sdk-go-v2/config
//	manager, err := awskms.New(cfg, "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab", nil)
//	keyring, err := crypto.NewKeyring(cryptopg.New(db, nil), manager, nil)
//
// A [Manager] is a crypto.KeyManager and a crypto.Rewrapper. It talks TLS 1.3 or nothing, follows no redirect and reads
// no more than it must. Requests are repeated as the SDK's configuration says, within [Options.Timeout]. The root key
// never leaves KMS; KMS sees the practice keys, and no value that is sealed under them.
//
// # The key
//
// It is a symmetric one, for encryption and decryption. It is named by its ARN: behind an alias another key could be
// put, and what was wrapped before would open no more. The caller needs
//
//	kms:Encrypt  kms:Decrypt  kms:ReEncryptFrom  kms:ReEncryptTo
//
// on it; the last two for [Manager.Rewrap] alone. The right to decrypt is needed to wrap too: [Manager.Wrap] reads again
// what KMS has wrapped, for a key that was lost there would take along all that is sealed under it. A cfg of
// aws.FIPSEndpointStateEnabled uses the FIPS endpoints.
//
// # Binding
//
// What is sent is the key with a code behind it that ties it to the practice (crypto.BindKey), and what comes back is
// checked, whatever KMS did. The digest of the bind bytes is the encryption context "enamel", so that KMS checks it as
// well and CloudTrail shows which key was asked for without showing whose.
//
// # Versions
//
// A wrapped key names the root key: "aws-kms/mrk-1234abcd12ab34cd56ef1234567890ab". It names neither account nor region,
// so that a replica of a multi-region key opens it where the region of the primary is lost. KMS rotates a key without
// showing versions, and picks the right one by itself; old ones are kept as long as the key. [Manager.Rewrap] has KMS
// encrypt the same key with the newest material, under the same name. So nothing tells which wrapped keys are still
// under older material, none need be moved, and crypto.Keyring.Rewrap leaves them as they are. What was shredded stays
// away from restored backups, as package crypto describes it, only when a new KMS key takes the old one's place:
// Rewrap under a crypto.Succession of both, then have KMS delete the old one.
//
// # Errors
//
// crypto.ErrUnavailable when KMS cannot be reached, throttles, fails, does not answer in [Options.Timeout], answers for
// another key or what KMS would not, or when there are no credentials; what was wrong with the connection or the
// credentials is wrapped beside it. crypto.ErrDenied when a right is missing, the credentials are refused, or the key is
// disabled or to be deleted. crypto.ErrUnknownKey for another key, crypto.ErrAuth for what was altered or belongs to
// another practice, crypto.ErrInvalid for what KMS calls a bad request. No error holds a key, a wrapped key, a credential
// or a word of KMS's.
//
// What the SDK has sent and received stays in its buffers until the garbage collector takes them.
package awskms
