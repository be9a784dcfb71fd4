package wire_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

func TestDoBoundsTheAnswerAndNamesNoAddress(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		_, _ = w.Write([]byte(strings.Repeat("a", 100)))
	}))
	do := func(limit int64) (wire.Answer, bool, error) {
		address := s.URL + "/planted?number=%2B15125550142"
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
		require.NoError(t, err)
		return wire.Do(wire.Client(nil, 5*time.Second), req, limit)
	}
	got, left, err := do(100)
	require.NoError(t, err)
	require.True(t, left)
	require.Equal(t, http.StatusOK, got.Status)
	require.Len(t, got.Body, 100)
	require.Equal(t, 2*time.Minute, got.After)
	_, left, err = do(99)
	require.Error(t, err)
	require.True(t, left)
	s.Close()
	_, left, err = do(100)
	require.Error(t, err)
	require.False(t, left)
	require.NotContains(t, err.Error(), "planted")
	require.NotContains(t, err.Error(), "5125550142")
}

// What a server says that is no HTTP, or names as another address, may repeat what it was told; no error repeats that.
func TestDoRepeatsNothingThatAServerSays(t *testing.T) {
	for name, says := range map[string]string{
		"no HTTP":              "planted +15125550142\r\n\r\n",
		"a header without end": "HTTP/1.1 200 OK\r\nplanted +15125550142\r\n\r\n",
		"a status of words":    "HTTP/1.1 planted +15125550142\r\n\r\n",
		"a length of words":    "HTTP/1.1 200 OK\r\nContent-Length: planted +15125550142\r\n\r\n",
		"another coding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: planted+15125550142\r\n\r\n",
		"a broken chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nplanted +15125550142\r\n",
		"sent nowhere":         "HTTP/1.1 307 Elsewhere\r\nLocation: https://[planted?To=+15125550142\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					_, _ = conn.Write([]byte(says))
					_ = conn.Close()
				}
			}))
			defer s.Close()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("a"))
			require.NoError(t, err)
			_, left, err := wire.Do(wire.Client(nil, 5*time.Second), req, 100)
			require.Error(t, err)
			require.True(t, left)
			require.NotContains(t, err.Error(), "planted")
			require.NotContains(t, err.Error(), "5125550142")
		})
	}
}

func TestReadBody(t *testing.T) {
	read := func(r *http.Request) error {
		_, err := wire.ReadBody(r)
		return err
	}
	require.NoError(t, read(&http.Request{}))
	require.NoError(t, read(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("a", 64<<10)))))
	require.ErrorIs(t, read(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("a", 64<<10+1)))), sms.ErrTooLarge)
	broken := httptest.NewRequest(http.MethodPost, "/", iotest.ErrReader(errors.New("planted")))
	require.ErrorIs(t, read(broken), sms.ErrInvalid)
	require.NotContains(t, read(broken).Error(), "planted")
}
