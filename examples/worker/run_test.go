package main

import (
	"bytes"
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/pgtest"
)

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Len()
}

// Workers start beside each other on an empty database, before the server does, and end when they are told to.
func TestRun(t *testing.T) {
	db := pgtest.New(t)
	getenv := func(name string) string { return map[string]string{"DATABASE_URL": db.DSN()}[name] }
	args := []string{"-schema", db.Schema(), "-keys", filepath.Join(t.TempDir(), "keys")}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	var outs [2]lockedBuffer
	for i := range outs {
		go func() { ended <- run(ctx, args, getenv, &outs[i]) }()
	}
	for i := range outs {
		require.Eventually(t, func() bool { return outs[i].Len() > 0 || len(ended) > 0 }, 30*time.Second, 10*time.Millisecond)
	}
	stop()
	for range outs {
		require.NoError(t, <-ended)
	}
}

func TestFlags(t *testing.T) {
	none := func(string) string { return "" }
	some := func(string) string { return "postgres://127.0.0.1:1/none" }
	for says, c := range map[string]struct {
		args   []string
		getenv func(string) string
	}{
		"set DATABASE_URL":               {nil, none},
		`nothing to do with "now"`:       {[]string{"now"}, some},
		"flag provided but not defined":  {[]string{"-texts"}, some},
		"the database's URL cannot be r": {[]string{"-keys", filepath.Join(t.TempDir(), "keys")}, func(string) string { return "postgres://u:secret@%zz/" }},
	} {
		var out lockedBuffer
		require.ErrorContains(t, run(t.Context(), c.args, c.getenv, &out), says)
	}
}
