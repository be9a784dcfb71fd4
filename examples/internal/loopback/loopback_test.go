package loopback_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/loopback"
)

func TestListensOnLoopbackAlone(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "127.9.9.9:0"} {
		l, err := loopback.Listen(addr)
		require.NoError(t, err, addr)
		require.True(t, strings.HasPrefix(l.Addr().String(), "127."), addr)
		require.NoError(t, l.Close())
	}
	for _, addr := range []string{":8443", "0.0.0.0:0", "[::]:0", "192.168.1.10:0", "example.com:0", "[::ffff:192.168.1.10]:0"} {
		_, err := loopback.Listen(addr)
		require.ErrorIs(t, err, loopback.ErrAddress, addr)
	}
	_, err := loopback.Listen("8443")
	require.ErrorContains(t, err, "not of the form")
}

func TestCertificate(t *testing.T) {
	c, err := loopback.NewCertificate()
	require.NoError(t, err)
	for _, name := range []string{"127.0.0.1", "localhost", "::1"} {
		_, err := c.Leaf.Verify(x509.VerifyOptions{Roots: c.Pool(), DNSName: name})
		require.NoError(t, err, name)
	}
	_, err = c.Leaf.Verify(x509.VerifyOptions{Roots: c.Pool(), DNSName: "example.com"})
	require.Error(t, err)
	require.False(t, c.Leaf.IsCA, "nobody can be vouched for with it")
	require.Less(t, time.Until(c.Leaf.NotAfter), 31*24*time.Hour)
	require.Regexp(t, `^([0-9A-F]{2}:){31}[0-9A-F]{2}$`, c.Fingerprint())
	other, err := loopback.NewCertificate()
	require.NoError(t, err)
	require.NotEqual(t, c.Fingerprint(), other.Fingerprint())
}
