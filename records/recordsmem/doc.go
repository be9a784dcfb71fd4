// Package recordsmem keeps patients and the schedule in memory: for tests, demonstrations and practices of one process
// that start anew.
//
//	entries := auditmem.New()
//	store := recordsmem.New(entries)
//
// It passes the cases of package recordstest, and is the model that the Postgres store is tested against.
package recordsmem
