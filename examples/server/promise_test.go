package main

import (
	"crypto/tls"
	"net"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/loopback"
)

// handshake reports whether a client that speaks versions up to most gets through to an address.
func handshake(t *testing.T, address string, cert *loopback.Certificate, most uint16) error {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: cert.Pool(), MinVersion: tls.VersionTLS12, MaxVersion: most})
	if err != nil {
		return err
	}
	require.Equal(t, most, conn.ConnectionState().Version)
	return conn.Close()
}

func TestPromise_M4_2_ServerRefusesTLS12(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	page := s.listener.Addr().String()
	t.Run("serves_tls13", func(t *testing.T) {
		require.NoError(t, handshake(t, page, s.cert, tls.VersionTLS13))
	})
	t.Run("refuses_tls12", func(t *testing.T) {
		require.ErrorContains(t, handshake(t, page, s.cert, tls.VersionTLS12), "protocol version")
	})
	t.Run("refuses_tls12_for_workers", func(t *testing.T) {
		db := layout.New(t)
		s := startSite(t, config{database: db.DSN(), schema: db.Schema(), keys: filepath.Join(t.TempDir(), "keys")})
		network := s.scene.Load().listener.Addr().String()
		require.NoError(t, handshake(t, network, s.cert, tls.VersionTLS13))
		require.ErrorContains(t, handshake(t, network, s.cert, tls.VersionTLS12), "protocol version")
	})
	t.Run("without_rule", func(t *testing.T) {
		config := s.cert.Server()
		config.MinVersion = tls.VersionTLS12
		listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, listener.Close()) })
		go func() {
			if conn, err := listener.Accept(); err == nil {
				_ = conn.(*tls.Conn).Handshake() // the client says how it went
				_ = conn.Close()
			}
		}()
		require.NoError(t, handshake(t, listener.Addr().String(), s.cert, tls.VersionTLS12))
	})
	t.Run("refuses_plain", func(t *testing.T) {
		conn, err := net.Dial("tcp", page)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, conn.Close()) })
		_, err = conn.Write([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
		require.NoError(t, err)
		answer := make([]byte, 64)
		n, err := conn.Read(answer)
		require.NoError(t, err)
		require.Contains(t, string(answer[:n]), "400 Bad Request")
	})
}
