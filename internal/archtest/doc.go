// Package archtest holds who may know whom in this module, and fails on any other arrow.
//
// Two promises to users hang on it. A team that imports one domain links the standard library alone; and the
// packages on Postgres know bun but neither a driver nor a dialect, for those are the caller's choice. Siblings meet
// through small interfaces that the asker declares, so that an arrow which is not in the table is nearly always a wrong
// turn. A new package is entered in the table first.
package archtest
