// Package auditpg keeps the audit log in Postgres, in the caller's own database.
//
//	log, err := audit.NewLog(auditpg.New(own, nil), keyring, nil)
//	trees := auditpg.NewTrees(own, nil) // for a notary
//
// # Transactions
//
// The log of reads and refusals keeps a handle of its own, because what was seen or refused must survive the caller's
// rollback. Callers who open transactions give it a connection pool of its own, which the keys may share (two
// connections do): from a shared pool, transactions that each wait for a second connection stop each other.
//
// [Store.WithTx] is for a store that is no log's: it appends in the caller's transaction.
//
// # Prepared statements
//
// The statement of an append is always the same, and its values go beside it. So a pool in a mode of pgx that keeps what it
// has prepared, as pgx's own does, prepares it once; in the mode called exec it prepares nothing, as a pooler needs it that
// gives a connection to one client after the other.
//
// A notary's batch, and rows that a verification reads together, go through statements that are prepared inside a
// transaction and closed before it ends: so drivers send bytes as bytes, in half the size, and nothing is left on a
// connection. Hooks of bun hear of none of these statements; tracers of the driver do.
//
// # Rights
//
// Whoever writes needs INSERT on audit_entry and nothing else on it; whoever lists or replays needs SELECT. What a
// notary needs stands at [Trees]. Nobody needs UPDATE or DELETE. All of these rights are on the table audit_entry and
// reach its partitions; nobody needs a right on a partition by its name. The tables' owner makes months and drops them.
//
// Every role that a package of Enamel's names needs USAGE on the schema too; one that asks for [Status], SELECT on
// enamel_migration. Tables that a later release adds or asks more of are granted after [Migrate]: no migration grants
// anything. Who migrates owns the tables, and where the schema is not there yet needs CREATE on the database.
//
// # Months
//
// The table audit_entry is parted by an entry's term, and then by the month that its id says in UTC. [Months] makes the
// partitions; call it once a day from a scheduler, as the tables' owner, or run what [MonthsSQL] returns. An append
// never fails for lack of a month: the row then stands in a partition called rest, and the next Months moves it. Ids
// that are no UUIDs of version 7 stay there, and are never pruned; where all ids are of that kind, Months is of no use.
//
// A month goes as a whole, by [Trees.Drop]: use Pruner of package audit/notary, which looks first whether it may, on
// [NewTrees] with a pool of the tables' owner.
//
// The primary key over partitions is (practice, id, term). It takes one id under two terms, which no log makes unless
// its NewID gives an id twice: its own are random in 74 bits. A notary's verification finds the second row.
//
// With 84 months a page of the log costs some milliseconds more to plan than in one table; an append costs about the
// same.
//
// # Moving to another database
//
// The order of the log hangs on Postgres's transaction numbers. Where the tables are loaded into another cluster from a
// dump, call [Rebase] before anything writes.
//
// # Errors
//
// Those of package audit, wrapped, and otherwise Postgres's SQLSTATE without the values that its messages quote.
//
// [Migrate] is never run by a constructor.
package auditpg
