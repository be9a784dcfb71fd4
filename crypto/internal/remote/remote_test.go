package remote_test

import (
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
)

// TestHandshakeTakesTooLong connects to what never speaks. The connection gives up by a clock of its own, which may be
// ahead of the call's.
func TestHandshakeTakesTooLong(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	client := http.Client{Transport: remote.Transport(nil, 5*time.Millisecond)}
	resp, err := client.Get("https://" + listener.Addr().String())
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	err = remote.Broken("kms", err)
	require.ErrorIs(t, err, crypto.ErrUnavailable)
	require.EqualError(t, err, crypto.ErrUnavailable.Error()+": kms: no answer in time")
}
