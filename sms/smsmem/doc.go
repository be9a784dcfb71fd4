// Package smsmem keeps texts in memory: for tests, demonstrations and practices of one process that start anew. One
// type is the store of its users, the queue of its workers and the router of its webhooks; another keeps broadcasts.
//
// [Registrations] keeps what practices register with the carriers, [Links] links to what no text may say.
//
// It passes the cases of package smstest, and is the model that the Postgres store is tested against.
package smsmem
