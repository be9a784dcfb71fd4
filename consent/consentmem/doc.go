// Package consentmem keeps consent in memory: for tests, demonstrations and practices of one process that start anew.
//
//	entries := auditmem.New()
//	store := consentmem.New(entries)
//
// It passes the cases of package consenttest, and is the model that the Postgres store is tested against.
package consentmem
