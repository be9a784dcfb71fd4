// Package crypto seals what a dental practice keeps about its patients, finds sealed values again, and destroys the
// keys of what must be forgotten. It needs the standard library alone.
//
//	manager, err := crypto.OpenKeyFile("/var/lib/practice/keys") // made once, by MakeKeyFile
//	keyring, err := crypto.NewKeyring(cryptopg.New(db, nil), manager, nil)
//
//	birth := crypto.Binding{
//		Practice: "elm-street", Patient: "p-204", Class: crypto.Chart,
//		Kind: "patient.birth_date", ID: "p-204",
//	}
//	sealed, err := keyring.Seal(ctx, nil, []byte("1987-05-11"), birth)
//	plain, err := keyring.Open(ctx, nil, sealed, birth)
//	err = keyring.Shred(ctx, crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart})
//
// Images and whatever else is long go through [Keyring.SealWriter], [Keyring.OpenReader] and [Keyring.OpenReaderAt]:
// sealed under the same keys and bound alike, in constant memory.
//
// # Keys
//
// A [KeyManager] holds the root key and wraps one key per practice. The practice's key wraps, in this process, one
// key per patient and retention class, and the practice's own: for what belongs to no patient, for the audit log, and
// for each kind of blind index. Wrapped keys are kept by a [KeyStore]. Nothing there opens anything without the key
// manager. [Keyring.Keys] lists what there is, with versions, without anything secret.
//
// Unwrapped keys stay in memory for Options.Lifetime, so that the key manager is asked once per practice and lifetime
// and not once per value. A root key that is revoked there stops opening values within twice the lifetime: a patient's
// key may have been unwrapped just before the practice's key aged. The bytes of a key are wiped as soon as its cipher
// is made. A timer, which runs only while there is a key, drops those that have aged, also where they are used no more;
// Options.Lifetime says what that means for a process that was stopped. The cipher itself holds an expanded key, and a
// blind index or a code a derived one, until the garbage collector takes it: Go's standard library has no way to wipe
// those.
//
// Nonces are random. NIST SP 800-38D allows 2^32 values under one key with random nonces of 96 bits, so that a
// repeated nonce, which would give both values away, stays unlikely. A keyring refuses with [ErrExhausted] past 2^31:
// it cannot know what other processes seal, and the count begins anew with the process. Keys share 16,384 counters,
// so a key may be counted too high. No patient comes near; a practice that seals a thousand values a second for its
// own key needs 24 days, and [Keyring.Rotate] of [DataKey] gives it another 24.
//
// # Rotation
//
// Every level has versions. What an older version has sealed opens as long as that version is kept, so that reads and
// writes go on throughout, in this process and others. Each step can be repeated, also after it was ended midway: what
// remains to be done is read from the key store.
//
//   - The root key gets a new version at the key manager. [Keyring.Rewrap], once for each practice, wraps the
//     practice's keys under it. A key manager that is a [Rewrapper] does so itself. Another root key takes its place
//     in the same way, with a [Succession].
//   - The practice's key: [Keyring.Rotate] of [PracticeKey] makes a new version. Rewrap wraps all other keys under it
//     and destroys the older versions. No value is sealed anew. What another process wraps under an older version
//     meanwhile is wrapped anew too: a version is not destroyed while it wraps a key, and nothing is wrapped under a
//     destroyed one.
//   - A patient's key, and a practice's of [DataKey]: Rotate makes a version that seals from now on. [Keyring.Outdated]
//     tells what an older one has sealed, and [Keyring.Reseal] moves it; of a stream, [Keyring.ResealStream] moves the
//     head alone. Older versions are kept, for nobody can know that no value is left; shredding destroys them all.
//   - The audit key: Rotate of [AuditKey]. New codes name the new version, older ones verify, and tags stay what they
//     were, for what is in the log cannot be tagged anew.
//   - An index key, for each kind by itself: [Keyring.RotateIndex], when [Keyring.IndexSettled] answers nil rows are
//     written anew, then [Keyring.RetireIndex]. Meanwhile a value has two indexes, [Keyring.Indexes]. A kind whose
//     indexes are part of rows' keys has a name that begins with [Fixed] and is never rotated.
//
// A rotation protects what is sealed afterwards. Whoever has copied an older key opens what it has sealed, also where
// it was sealed anew since, if the copy of the value is as old.
//
// # Shredding
//
// [Keyring.Shred] destroys the key of one patient and class, and with it everything that was sealed under it wherever
// it lies. It takes effect at once in the same keyring and within Options.Lifetime in other processes. The mark that
// is left refuses a new key. A backup of the key store that is older brings the key back, in all its versions, until
// these steps were taken, in this order:
//
//  1. Shred.
//  2. Give the root key a new version at the key manager.
//  3. Rotate the [PracticeKey] of every practice that has shredded, and Rewrap every practice, until each answers nil.
//  4. Take a backup of the key store.
//  5. Destroy the older version of the root key at the key manager; in [Keyring.Keys] none may be named any more.
//
// From then on no older backup of the key store opens anything, whole or by a single row that is put beside today's.
// Without step 3 a row of the backup opens under the practice's key of today; without step 5 the whole backup does.
// Backups of the data stay good, for no value has changed: they need the key store of step 4 or later. Monthly is a
// fair interval: it is how long a backup can bring back what was shredded. Until then shred again after a restore.
//
// With a [KeyFile] step 2 is [KeyFile.Rotate], and step 5 is [KeyFile.Forget] and to destroy every older copy of the
// file. With a service that keeps what it has rotated, as AWS KMS does, step 2 is a new root key and a [Succession],
// and step 5 the end of the older one.
//
// # A practice that leaves
//
// No call shows a key. A practice that goes elsewhere is given its rows of the key store beside its data, with its keys
// wrapped for a key manager of its own; a [KeyFile] under a passphrase will do. Copy the rows that name the practice, and
// no others, to a key store for it, and call [Keyring.Rewrap] once on that, with a [Succession] of its key manager after
// yours. From then on its key manager alone opens the copy, which by the format below any software can read, and which
// opens nothing of another practice. What was shredded stays so. The rows that stay with you open as before.
//
// # What an attacker can do
//
// Whoever can read and write the tables, and has no key:
//
//   - reads no value, alters none and moves none to another record, practice or patient: it no longer opens.
//   - sees how long a value is, which records a practice and a patient have, by the ids they are kept under, and when
//     rows are written.
//   - sees by the blind index which records of one practice have the same value of a kind, and how many; not which
//     value.
//   - puts an older value of the same record back, or removes one. It opens, or is gone: whether that is found is the
//     business of whoever keeps the record.
//   - removes a wrapped key: what was sealed under it opens no more. Puts back one that was shredded, from an older
//     copy of the key store: it opens again, until the steps above were taken.
//   - puts an older version of a key back as the newest, or changes when an index key was made: older keys are used
//     again.
//
// Whoever also has the root key, or may call the key manager, reads everything that is not shredded, and can seal what
// opens. Whoever reads the memory of a running application has the keys that it used within twice the lifetime, and can
// make blind indexes of values to look for.
//
// # Transactions
//
// A key store never takes part in a caller's transaction: a key that was rolled back would take along whatever was
// sealed under it. It commits on a handle of its own, and needs a connection pool of its own where callers open
// transactions, because transactions that each wait for a second connection of one shared pool stop each other.
//
// # Errors
//
// [ErrNotOpened] for a sealed value that does not open, and finer [ErrVersion], [ErrUnknownKey] and [ErrAuth];
// [ErrShredded] for one that never will; [ErrInUse] for a key that cannot be retired yet; [ErrInvalid] for bad input.
// When the key store or the key manager cannot be reached the answer is its error, and never plaintext. No error holds
// an id, a key, a plaintext or a sealed value.
//
// # Format
//
// A sealed value, version 1, is 40 bytes longer than its plaintext. Numbers are big-endian.
//
//	0xD1            1 byte   says what it is
//	0x01            1 byte   suite 1: AES-256-GCM with a random nonce
//	0x00            1 byte   flags, none yet
//	0x00            1 byte   reserved
//	key id          8 bytes
//	nonce          12 bytes
//	ciphertext      as long as the plaintext
//	tag            16 bytes
//
// The additional data are the 14 bytes "enamel/field/1"; practice, patient, class, kind and id, each behind its
// length in 4 bytes; and the first 12 bytes of the sealed value. So anyone who has the key opens it with any AES-GCM,
// and a value that was moved opens nowhere.
//
// A sealed stream, version 1, is a head of 72 bytes and the stream itself, which package floe describes: in segments of
// 65,536 bytes, and with the 15 bytes "enamel/stream/1" as its additional data. The head is built as a sealed value of
// 32 bytes, which are the stream's own random key, but for the suite, 0x03, and that its additional data begin with
// "enamel/stream/1" instead. A stream is 178 bytes longer than its plaintext, and 32 more for each 65,504 bytes of
// plaintext, or part of them, that follow the first.
//
// A wrapped key is the byte 0x01, a nonce of 12 bytes, 32 bytes of ciphertext and a tag of 16, by AES-256-GCM too. A
// key that the practice's key wraps has as additional data "enamel/key/1"; practice, patient and class as above; its
// id in 8 bytes and its version in 4. Its check in the key store is the first 16 bytes of HMAC-SHA256, under the key
// itself, of the same but for "enamel/commit/1" in the place of "enamel/key/1". The practice's own keys have no patient
// and the class practice, data or audit, or "index/" and the kind; a sealed value of a practice's own data key is bound
// to an empty class. A practice's key is bound, at the key manager, to the practice and the word "practice", each behind
// its length, and has a check like the others.
//
// A key file wraps it with additional data "enamel/root/1", the root key's id and those bytes, again behind lengths.
// It is text: a line "enamel-keys 1 " with the number of keys, then a line for each key, oldest first, with its id,
// the key and its check in hexadecimal between single spaces. The check is the first 16 bytes of HMAC-SHA256, under
// the key, of "enamel/root-check/1" and the id behind its length.
//
// A key file under a passphrase seals that text. Its first line is "enamel-keys 2 pbkdf2-hmac-sha256", the number of
// rounds and a salt of 16 bytes, between single spaces; PBKDF2 makes 32 bytes of them and the passphrase. HKDF-Expand
// with SHA-256 makes two keys of these: with the info "enamel/passphrase-check/1" the 32 bytes of the second line,
// which tell whether the passphrase is right, and with "enamel/passphrase-key/1" the key that AES-256-GCM seals the
// text with, those two lines with their ends as additional data. The third line is nonce, ciphertext and tag, the
// fourth the SHA-256 of the three lines; salt and lines are in hexadecimal.
//
// For a key manager that does not bind what it wraps, a key of 32 bytes has HMAC-SHA256 behind it, under the key, of
// "enamel/bound/1" and what it is bound to.
//
// A blind index is HMAC-SHA256 of the value, under a key that HKDF-SHA256 derives from the index key of its kind,
// without salt and with "enamel/index/1" and the kind behind its length as info. Codes and tags of the audit log are
// made likewise from its audit key, with "enamel/audit/1" and "mac" or "tag"; the key's id stands before a code, in 8
// bytes.
//
// # FIPS 140-3
//
// Everything runs under GODEBUG=fips140=on and fips140=only, also when built with GOFIPS140=v1.0.0. Mode only is an aid
// that refuses what is not approved; what complies is mode on with a module that was validated.
//
// # Compatibility
//
// What version 1 has sealed opens with every later version of this package. A value of a later version is refused with
// [ErrVersion], never misread.
//
// # Writing your own store or key manager
//
// Implement [KeyStore] or [KeyManager] and run the cases of package cryptotest against it. Of key managers there are
// [KeyFile], package transit for Vault and OpenBao, and, in a module of its own, crypto/awskms for AWS KMS.
package crypto
