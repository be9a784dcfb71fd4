package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/notary"
)

// TestVerdict checks that the page and the JSON call no log fine whose entries have waited for long.
func TestVerdict(t *testing.T) {
	pages, err := parseTemplates()
	require.NoError(t, err)
	now := time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)
	damage := []notary.Damage{{Kind: notary.Deleted, Note: "the row is gone"}}
	for name, c := range map[string]struct {
		report  notary.Report
		ok      bool
		verdict string
		says    []string
		silent  string
	}{
		"all is well": {notary.Report{Size: 7}, true, "verified", []string{"All 7 entries", "none is missing"}, "not proven"},
		"some wait for a moment": {
			notary.Report{Size: 7, Pending: 2, Since: now.Add(-time.Second)},
			true, "verified",
			[]string{"All 7 entries", "2 entries since Mon, Nov 30", "are not proven yet"},
			"too long",
		},
		"some wait for long": {
			notary.Report{Size: 7, Pending: 54, Since: now.Add(-61 * time.Minute)},
			false, "not proven",
			[]string{"All 7 entries that were integrated", "54 entries since Mon, Nov 30", "not proven yet", "too long"},
			"damaged",
		},
		"nothing was ever integrated": {
			notary.Report{Pending: 54, Since: now.Add(-2 * time.Hour)},
			false, "not proven",
			[]string{"Nothing was integrated yet", "54 entries", "too long"},
			"none is missing",
		},
		"damage, and some wait": {
			notary.Report{Size: 7, Damage: damage, Pending: 1, Since: now.Add(-2 * time.Hour)},
			false, "damaged",
			[]string{"damaged in 1 places", "the row is gone", "1 entries"},
			"none is missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := viewOf(&c.report, now)
			for _, part := range c.says {
				require.Contains(t, v.Says, part)
			}
			require.NotContains(t, v.Says, c.silent)
			raw, err := json.Marshal(v)
			require.NoError(t, err)
			var told struct {
				OK      bool       `json:"ok"`
				Pending int        `json:"pending"`
				Since   *time.Time `json:"pending_since"`
				Overdue bool       `json:"overdue"`
			}
			require.NoError(t, json.Unmarshal(raw, &told))
			require.Equal(t, c.ok, told.OK)
			require.Equal(t, c.report.Pending, told.Pending)
			require.Equal(t, c.report.Pending > 0, told.Since != nil)
			require.Equal(t, c.report.Overdue(now), told.Overdue)

			var page bytes.Buffer
			require.NoError(t, pages.ExecuteTemplate(&page, "log", view{Log: logView{Report: &v}}))
			require.Contains(t, page.String(), ">"+c.verdict+"</span>")
			if !c.ok {
				require.NotContains(t, page.String(), "verified</span>")
			}
		})
	}
}

// TestKeptCheckpoint keeps a checkpoint as the page offers it, and has the log verified against it: by the form, and by JSON,
// however it was copied.
func TestKeptCheckpoint(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	require.Contains(t, s.act("verify", nil), "none is missing")
	kept := s.download("/api/log/checkpoint")
	_, err := s.scene.Load().OpenCheckpoint(kept)
	require.NoError(t, err)
	_, page := s.send(http.MethodGet, "/", "", nil)
	says(t, page, `<a href="/api/log/checkpoint">`)
	says(t, page, `<textarea id="l-kept" name="checkpoint"`)

	for name, copied := range map[string]string{
		"a file": kept, "of the page": strings.TrimSpace(kept), "of an editor": "\ufeff" + strings.ReplaceAll(kept, "\n", "\r\n"),
	} {
		require.Contains(t, s.act("verify", map[string]string{"checkpoint": copied}), "none is missing", name)
	}
	require.Contains(t, s.act("verify", map[string]string{"checkpoint": " \r\n"}), "none is missing", "a form that was left empty")
	_, size, _ := strings.Cut(kept, "\n")
	size, _, _ = strings.Cut(size, "\n")
	for _, other := range []string{"nonsense", strings.Replace(kept, "\n"+size+"\n", "\n1\n", 1)} {
		require.Contains(t, s.refused(http.StatusBadRequest, "verify", map[string]string{"checkpoint": other}),
			"cannot be read, or was not signed by this log's notary")
	}

	// What was typed into a form that was refused stays there.
	status, body := s.send(http.MethodPost, "/do/verify", "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"checkpoint": {"nonsense"}}.Encode()))
	require.Equal(t, http.StatusBadRequest, status)
	says(t, body, `>nonsense</textarea>`)
}

// A file that cannot be written to its end is not taken for a whole one, and one that was not begun is refused in words.
func TestFileThatFails(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	failing := func(first string) *httptest.Server {
		f := file{name: "log.jsonl", write: func(_ context.Context, w io.Writer) error {
			if first != "" {
				_, err := io.WriteString(w, first)
				require.NoError(t, err)
			}
			return errors.New("the disk is on fire")
		}}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveFile(w, r, f) }))
		t.Cleanup(server.Close)
		return server
	}
	server := failing("")
	res, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusInternalServerError, res.StatusCode)
	require.Empty(t, res.Header.Get("Content-Disposition"))
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "Something is wrong on our side")

	server = failing(strings.Repeat("a line\n", 10_000))
	res, err = server.Client().Get(server.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
