// Package migrate lays out the tables of a Postgres store. Each store package embeds its files as a [Set] and offers
// them to its users; nothing is ever migrated unasked.
//
// A file runs in one transaction, together with the row that remembers it, so that a run which is killed in the middle
// is completed by the next one. Runs beside each other wait for one another: the lock belongs to the transaction, is
// gone with it, and so works behind a connection pooler. A file that was applied must never change; its SHA-256 is
// remembered, and another one is an error.
//
// What was applied is kept in the table enamel_migration of the schema, for all sets together. A row whose file the
// set does not have is left alone: a newer release put it there, and an older one may still be running.
package migrate
