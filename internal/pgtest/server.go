package pgtest

import (
	"testing"

	"github.com/enamel-go/enamel/internal/pgtest/cluster"
)

// Server is a private server for a test that does to it what no other test could bear.
type Server struct {
	t       testing.TB
	cluster *cluster.Cluster
}

// Start starts a server for this test alone. It is removed when the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	c, err := cluster.Start()
	need(t, err)
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &Server{t: t, cluster: c}
}

// DSN returns the server's address, which stays the same through restarts.
func (s *Server) DSN() string { return s.cluster.DSN() }

// New returns a new schema on this server.
func (s *Server) New() *Database {
	s.t.Helper()
	return open(s.t, s.DSN())
}

// Restart stops the server in an orderly way and starts it again. Every connection ends.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.cluster.Restart(); err != nil {
		s.t.Fatal(err)
	}
}

// Crash stops the server as a failed machine would and starts it again. Every connection ends, what was committed
// stays.
func (s *Server) Crash() {
	s.t.Helper()
	if err := s.cluster.Crash(); err != nil {
		s.t.Fatal(err)
	}
}
