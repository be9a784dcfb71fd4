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
		_, _ = w.Write([]byte(strings.Repeat("a", 100)))
	}))
	do := func(limit int64) (int, []byte, bool, error) {
		address := s.URL + "/planted?number=%2B15125550142"
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
		require.NoError(t, err)
		return wire.Do(wire.Client(nil, 5*time.Second), req, limit)
	}
	status, body, left, err := do(100)
	require.NoError(t, err)
	require.True(t, left)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, body, 100)
	_, _, left, err = do(99)
	require.Error(t, err)
	require.True(t, left)
	s.Close()
	_, _, left, err = do(100)
	require.Error(t, err)
	require.False(t, left)
	require.NotContains(t, err.Error(), "planted")
	require.NotContains(t, err.Error(), "5125550142")
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
