package policy_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/policy"
)

func TestThePageRunsNothingAndLoadsNothing(t *testing.T) {
	b := onMemory(t)
	p := first()
	p.Texts = []policy.Text{{Language: "en", Body: "<script>alert(1)</script> & more"}}
	p.Version = `1"><img src=x>`
	b.publish(t, p)
	_, shown := b.page(t, "")
	require.Contains(t, shown, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more")
	require.NotContains(t, shown, "<script")
	require.NotContains(t, shown, "<img")
	require.NotRegexp(t, `(?i)\bsrc\s*=\s*"|<link|url\(|https?:`, strings.ReplaceAll(shown, "src=x", ""))
}

// Nor does another site frame it, beside words of its own that patients would take for the practice's.
func TestTheBrowserIsToldWhatThePageMayDo(t *testing.T) {
	b := onMemory(t)
	b.publish(t, first())
	h, err := b.Page(practice, document, nil)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	told := strings.Split(w.Header().Get("Content-Security-Policy"), "; ")
	// What default-src says nothing of has to be said beside it.
	require.ElementsMatch(t, []string{
		"default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, told)
}

func TestThePageIsHeadedAsTheOptionsSay(t *testing.T) {
	b := onMemory(t)
	b.publish(t, first())
	for title, o := range map[string]*policy.PageOptions{document: nil, "Your privacy": {Title: "Your privacy"}} {
		h, err := b.Page(practice, document, o)
		require.NoError(t, err)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		require.Contains(t, w.Body.String(), "<h1>"+title+"</h1>")
	}
}

func TestThePageCanOnlyBeRead(t *testing.T) {
	b := onMemory(t)
	b.publish(t, first())
	h, err := b.Page(practice, document, nil)
	require.NoError(t, err)
	for method, code := range map[string]int{http.MethodGet: http.StatusOK, http.MethodHead: http.StatusOK, http.MethodPost: http.StatusMethodNotAllowed} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		require.Equal(t, code, w.Code)
	}
	_, err = b.Page(practice, "", nil)
	require.ErrorIs(t, err, policy.ErrInvalid)
}

// broken is a store whose documents cannot be read.
type broken struct{ policy.Store }

func (s broken) Ledger(ctx context.Context, k policy.Key) ([]policy.Fact, error) {
	if k.Person != (audit.Actor{}) {
		return s.Store.Ledger(ctx, k)
	}
	return nil, errors.New("the disk is on fire")
}

func TestNothingIsDueByADocumentThatCannotBeRead(t *testing.T) {
	b := onMemory(t)
	due, err := b.WithStore(broken{b.store}).Due(t.Context(), key)
	require.ErrorContains(t, err, "fire")
	require.Zero(t, due)
}

func TestAPageThatCannotBeShownSaysNothingOfWhy(t *testing.T) {
	b := onMemory(t)
	s := b.WithStore(broken{b.store})
	var heard bytes.Buffer
	h, err := s.Page(practice, document, &policy.PageOptions{Logger: slog.New(slog.NewTextHandler(&heard, nil))})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.NotContains(t, w.Body.String(), "fire")
	require.Contains(t, heard.String(), "fire")
}
