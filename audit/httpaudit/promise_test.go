package httpaudit_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/httpaudit"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// planted is what a client sends and nobody may keep.
const planted = "Plantagenet"

// pages is a server that reads everything it is sent.
func pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /patients/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "the chart of ", r.PathValue("id"), r.URL.RawQuery)
	})
	mux.HandleFunc("POST /texts", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("GET /staff", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, planted, http.StatusForbidden)
	})
	return mux
}

// visit sends requests that have the planted word wherever a client can put one.
func visit(t *testing.T, h http.Handler) {
	t.Helper()
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/patients/" + planted + "?name=" + planted, http.StatusOK},
		{http.MethodPost, "/texts?q=" + planted, http.StatusOK},
		{http.MethodGet, "/staff", http.StatusForbidden},
		{http.MethodGet, "/nowhere/" + planted, http.StatusNotFound},
		{strings.ToUpper(planted), "/texts", http.StatusMethodNotAllowed},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader("body="+planted))
		r.RemoteAddr = "203.0.113.9:4711"
		r.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0 "+planted)
		r.Header.Set("Authorization", "Bearer "+planted)
		r.Header.Set("Referer", "https://example.com/"+planted)
		r.Header.Set("X-Forwarded-For", planted)
		r.Header.Set("Accept-Language", planted)
		r.AddCookie(&http.Cookie{Name: "session", Value: planted})
		r.AddCookie(&http.Cookie{Name: "device", Value: "d-17"})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, c.status, w.Code)
	}
}

func TestPromise_M1_10_RequestsAreWrittenAndNothingThatWasSent(t *testing.T) {
	run := func(t *testing.T, store audit.Store, dump func() string) {
		log := newLog(t, store)
		o := &httpaudit.Options{Device: httpaudit.Cookie("device")}
		visit(t, wrap(t, log, pages(), o))
		var got []string
		entries := opened(t, log, practice)
		for _, e := range entries {
			d := e.Details
			require.Equal(t, audit.Actor{Kind: audit.Staff, ID: "u-17"}, e.Actor)
			require.Equal(t, "http.request", e.Action)
			require.Equal(t, audit.OneYear, e.Term)
			require.Equal(t, "203.0.113.9 d-17 Firefox 132 Windows",
				strings.Join([]string{d["address"], d["device"], d["browser"], d["system"]}, " "))
			require.NotEmpty(t, d["milliseconds"])
			require.NotEqual(t, "0", d["bytes"])
			require.NotContains(t, strings.ToLower(fmt.Sprint(e)), strings.ToLower(planted))
			got = append(got, strings.Join([]string{d["method"], d["route"], d["feature"], d["status"], string(e.Outcome)}, "|"))
		}
		require.ElementsMatch(t, []string{
			"GET|GET /patients/{id}|patients|200|done",
			"POST|POST /texts|texts|200|done",
			"GET|GET /staff|staff|403|refused",
			"GET|none|none|404|done",
			"other|none|none|405|done",
		}, got)
		stored := strings.ToLower(dump())
		require.Contains(t, stored, "http.request")
		for _, word := range []string{planted, "203.0.113.9", "d-17", "firefox", "/patients"} {
			require.NotContains(t, stored, strings.ToLower(word))
			require.NotContains(t, stored, fmt.Sprintf("%x", strings.ToLower(word)))
			require.NotContains(t, stored, fmt.Sprintf("%x", word))
		}
	}
	t.Run("memory", func(t *testing.T) {
		store := auditmem.New()
		run(t, store, func() string {
			page, err := store.Leaves(context.Background(), audit.Query{Practice: practice, Limit: 1000})
			require.NoError(t, err)
			var b strings.Builder
			for _, f := range page.Leaves {
				fmt.Fprintf(&b, "%+v %s %x\n", f, f.Bytes, f.Bytes)
			}
			return b.String()
		})
	})
	t.Run("postgres", func(t *testing.T) {
		d := pgtest.New(t)
		db, o := d.Pool(2), &auditpg.Options{Schema: d.Schema()}
		require.NoError(t, auditpg.Migrate(t.Context(), db, o))
		run(t, auditpg.New(db, o), func() string {
			var tables []string
			require.NoError(t, db.NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", d.Schema()).
				Scan(t.Context(), &tables))
			require.NotEmpty(t, tables)
			var b strings.Builder
			for _, table := range tables {
				var rows []string
				err := db.NewRaw("SELECT t::text FROM ?.? AS t", bun.Ident(d.Schema()), bun.Ident(table)).Scan(t.Context(), &rows)
				require.NoError(t, err)
				b.WriteString(strings.Join(rows, "\n"))
			}
			var plain []string // the leaves' bytes are text
			require.NoError(t, db.NewRaw("SELECT encode(bytes, 'escape') FROM ?.audit_entry", bun.Ident(d.Schema())).Scan(t.Context(), &plain))
			require.Len(t, plain, 5)
			return b.String() + strings.Join(plain, "\n")
		})
	})
	// The search finds the words where they are: in a log that keeps the address of a request in an entry's open part.
	t.Run("without_rule", func(t *testing.T) {
		store := auditmem.New()
		log := newLog(t, store)
		require.NoError(t, log.Record(t.Context(), audit.Entry{
			Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: planted}, Action: "http.request",
			Object: audit.Object{Kind: "request"},
		}))
		page, err := store.Leaves(t.Context(), audit.Query{Practice: practice})
		require.NoError(t, err)
		require.Contains(t, string(page.Leaves[0].Bytes), planted)
	})
}
