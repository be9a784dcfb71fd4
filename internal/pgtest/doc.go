// Package pgtest gives a test a real PostgreSQL.
//
// The server is the one that TEST_DATABASE_URL names, whose user may create schemas, or else a private one that is
// started once per test process from the installed binaries and removed at its end. Without either a test is skipped,
// and fails where REQUIRE_POSTGRES=1 says that a server has to be there.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestStore(t *testing.T) {
//		database := pgtest.New(t)
//		pool := database.Pool(4)
//		...
//	}
//
// Each [Database] is a schema of its own, so tests can run side by side. Where many tests need the same tables, a
// [Layout] makes them once and lends them to one test after the other.
package pgtest
