package network_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/loopback"
	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// serve has a carrier as the server has it, until the test ends or stop is called.
func serve(t *testing.T, c *carrier.Carrier, files network.Files, addr string) (address string, stop func()) {
	t.Helper()
	cert, err := loopback.NewCertificate()
	require.NoError(t, err)
	require.NoError(t, files.Publish(cert))
	listener, err := loopback.Listen(addr)
	require.NoError(t, err)
	server := &http.Server{Handler: carrier.Handler(c), TLSConfig: cert.Server(), ReadHeaderTimeout: time.Second}
	ended := make(chan struct{})
	go func() { _ = server.ServeTLS(listener, "", ""); close(ended) }()
	stop = func() { _ = server.Close(); <-ended }
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

// A worker goes on when the server has started anew, with another certificate.
func TestAWorkerOutlivesTheServer(t *testing.T) {
	files := network.Files{Keys: filepath.Join(t.TempDir(), "keys")}
	message := sms.Message{Reference: "elm-street/t-1", From: "+15125550100", To: "+15125550142", Body: "Hello.", Validity: time.Hour}

	// The worker is there first: it has no certificate to trust yet, so nothing has left and it tries again later.
	client, err := network.Dial("https://127.0.0.1:1", files)
	require.NoError(t, err)
	_, err = client.Send(t.Context(), message)
	var refused *sms.SendError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, sms.Transient, refused.Class)
	_, _, err = client.Find(t.Context(), message)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, sms.Transient, refused.Class)

	token, err := files.Token()
	require.NoError(t, err)
	phones, err := carrier.New(&carrier.Options{Token: token})
	require.NoError(t, err)
	address, stop := serve(t, phones, files, "127.0.0.1:0")
	client, err = network.Dial("https://"+address, files)
	require.NoError(t, err)
	_, err = client.Send(t.Context(), message)
	require.NoError(t, err)
	stop()
	serve(t, phones, files, address)
	require.Eventually(t, func() bool {
		_, found, err := client.Find(t.Context(), message)
		return err == nil && found
	}, 10*time.Second, 10*time.Millisecond)
	require.Len(t, phones.Messages(), 1)
}

func TestTwilioIsWholeOrNot(t *testing.T) {
	none, err := network.Twilio{}.Provider()
	require.NoError(t, err)
	require.Nil(t, none)
	for says, c := range map[string]network.Twilio{
		"set both":   {SID: "AC00000000000000000000000000000000", Public: "https://example.com"},
		"public-url": {SID: "AC00000000000000000000000000000000", Token: "t"},
		"https":      {SID: "AC00000000000000000000000000000000", Token: "t", Public: "http://example.com"},
	} {
		_, err := c.Provider()
		require.ErrorContains(t, err, says)
	}
	one, err := network.Twilio{SID: "AC00000000000000000000000000000000", Token: "t", Public: "https://example.com"}.Provider()
	require.NoError(t, err)
	require.NotNil(t, one)
}
