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
