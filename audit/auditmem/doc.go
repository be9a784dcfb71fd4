// Package auditmem keeps the audit log in memory: for tests, demonstrations and practices of one process that start
// anew. One type is the store of a log and of its trees.
//
//	entries := auditmem.New()
//	log, err := audit.NewLog(entries, keyring, nil)
//
// It passes the cases of package audittest, and is the model that the Postgres store is tested against.
package auditmem
