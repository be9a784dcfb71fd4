// Package cryptopg keeps wrapped keys in Postgres, in the caller's own database.
//
//	store := cryptopg.New(db, nil)
//	keyring, err := crypto.NewKeyring(store, manager, nil)
//
// # Transactions
//
// Alone among Enamel's stores this one has no WithTx. A key that a caller's rollback took back would take along
// whatever was sealed under it meanwhile, by this process from its cache or by another. So each write commits on db
// before the method returns. Give db a connection pool of its own, of two connections say, where callers open
// transactions: from a shared pool, transactions that each wait for a second connection stop each other. It must
// reach the primary.
//
// # Shredding
//
// Shred empties the row. Postgres keeps the old bytes until the table was vacuumed and the write-ahead log recycled,
// and a backup keeps them for as long as it lives; what is left there is wrapped, and opens only with the key
// manager's root key. Options.Schema puts the table in a schema of its own, so that it can have backups of its own
// that live shorter.
//
// # Rights
//
// The application's role needs SELECT, INSERT and UPDATE on crypto_key. Who only opens or checks, such as a
// notary or whoever verifies, needs SELECT. Nobody needs DELETE.
//
// [Migrate] is never run by a constructor.
package cryptopg
