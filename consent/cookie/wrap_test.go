package cookie_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
)

// both sets a cookie that may be set unasked and one that may not.
func both(h http.Header) {
	h.Add("Set-Cookie", "sid=1; Path=/; SameSite=Lax")
	h.Add("Set-Cookie", "visits=1; Path=/; SameSite=Lax")
}

var left = []string{"sid=1; Path=/; SameSite=Lax"}

// serve opens a site with one handler.
func serve(t *testing.T, h http.HandlerFunc) *browser {
	t.Helper()
	b := onMemory(t)
	return open(t, b.site(t, nil), h)
}

func TestEveryWayToAnswer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("said"), 0o600))
	for name, h := range map[string]http.HandlerFunc{
		"by writing":  func(w http.ResponseWriter, _ *http.Request) { both(w.Header()); _, _ = w.Write([]byte("said")) },
		"by a string": func(w http.ResponseWriter, _ *http.Request) { both(w.Header()); _, _ = io.WriteString(w, "said") },
		"by a status": func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			w.WriteHeader(200)
			_, _ = io.WriteString(w, "said")
		},
		"by copying": func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			_, _ = io.Copy(w, strings.NewReader("said"))
		},
		"from a file": func(w http.ResponseWriter, r *http.Request) { both(w.Header()); http.ServeFile(w, r, file) },
		"by flushing": func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "said")
		},
		"with one more later": func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			_, _ = io.WriteString(w, "said")
			both(w.Header())
		},
		"through a controller": func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			if http.NewResponseController(w).Flush() == nil && http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)) == nil {
				_, _ = io.WriteString(w, "said")
			}
		},
		"in another spelling": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["set-cookie"] = []string{left[0], "visits=1; Path=/"}
			_, _ = io.WriteString(w, "said")
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := serve(t, h).get(t, "/")
			require.Equal(t, left, got.Header.Values("Set-Cookie"))
			require.Equal(t, "said", got.body)
		})
	}
	t.Run("by nothing at all", func(t *testing.T) {
		got := serve(t, func(w http.ResponseWriter, _ *http.Request) { both(w.Header()) }).get(t, "/")
		require.Equal(t, left, got.Header.Values("Set-Cookie"))
	})
}

// Whoever sends thousands of cookies is answered with few lines, and a browser that has many is rid of them answer by answer.
func TestManyCookiesOfOneFamily(t *testing.T) {
	web := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Join(r.Header["Cookie"], "|"))
	})
	const most = 50
	cookies := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "ab_%x=1; ab_%x=2; ab_\"%x=3; ", i, i, i)
		}
		return b.String() + "sid=1"
	}
	for _, n := range []int{most - 1, most, most + 1, 20_000} {
		for name, answer := range map[string]http.HandlerFunc{
			"a page": web.site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, []string{"sid=1"}, r.Header["Cookie"])
			})).ServeHTTP,
			"a choice": func(w http.ResponseWriter, r *http.Request) {
				require.NoError(t, web.site.Give(w, r, cookie.Choice{
					ID: "c-1", Practice: practice, Visitor: "v-1", At: noon, Recorded: noon, Actor: audit.Actor{Kind: audit.System, ID: "site"},
				}))
			},
		} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Cookie", cookies(n))
			w := httptest.NewRecorder()
			answer(w, r)
			removed := map[string]int{}
			for _, c := range w.Result().Cookies() {
				if c.Name != cookie.Name {
					require.Negative(t, c.MaxAge)
					removed[c.Name]++
				}
			}
			require.Len(t, removed, min(n, most), "%s, %d", name, n)
			for _, times := range removed {
				require.Equal(t, 1, times)
			}
		}
	}
	for i := range most + 10 {
		web.plant(t, fmt.Sprint("ab_", i), "1")
	}
	web.get(t, "/")
	require.Len(t, web.keeps(t), 10)
	web.get(t, "/")
	require.Empty(t, web.keeps(t))
}

func TestInformationalAnswers(t *testing.T) {
	web := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</page.css>; rel=preload")
		both(w.Header())
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "said")
	})
	var early []http.Header
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
		require.Equal(t, http.StatusEarlyHints, code)
		early = append(early, http.Header(h))
		return nil
	}})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, web.home, nil)
	require.NoError(t, err)
	res, err := web.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Len(t, early, 1)
	require.Equal(t, "</page.css>; rel=preload", early[0].Get("Link"))
	require.Equal(t, left, early[0].Values("Set-Cookie"))
	require.Equal(t, http.StatusTeapot, res.StatusCode)
	require.Equal(t, left, res.Header.Values("Set-Cookie"))
	require.Empty(t, res.Header.Get("Link"))
}

func TestTrailers(t *testing.T) {
	got := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "Sum, Set-Cookie")
		w.Header().Set(http.TrailerPrefix+"set-cookie", "visits=1; Path=/")
		_, _ = io.WriteString(w, "said")
		w.Header().Set("Sum", "4")
		w.Header().Set(http.TrailerPrefix+"Late", "yes")
		w.Header().Set(http.TrailerPrefix+"Set-Cookie", "visits=1; Path=/")
		w.Header().Set("Set-Cookie", "visits=1; Path=/")
	}).get(t, "/")
	require.Equal(t, "4", got.Trailer.Get("Sum"))
	require.Equal(t, "yes", got.Trailer.Get("Late"))
	require.Empty(t, got.Trailer.Values("Set-Cookie"))
	require.Empty(t, got.Header.Values("Set-Cookie"))
}

func TestAConnectionThatIsTakenOver(t *testing.T) {
	web := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer conn.Close()
		if _, err := w.Write([]byte("x")); err == nil {
			return // it may not be written to any more
		}
		_, _ = buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\nraw")
		_ = buffered.Flush()
	})
	conn, err := tls.Dial("tcp", strings.TrimPrefix(web.home, "https://"), web.Transport.(*http.Transport).TLSClientConfig)
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: test\r\nConnection: Upgrade\r\n\r\n")
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusSwitchingProtocols, res.StatusCode)
	raw, err := io.ReadAll(in)
	require.NoError(t, err)
	require.Equal(t, "raw", string(raw))
}

// slow is a writer that sends its header only when it is told to, as one that compresses does.
type slow struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (s *slow) WriteHeader(int)             {}
func (s *slow) Write(p []byte) (int, error) { return s.body.Write(p) }

func TestAWriterThatSendsTheHeaderLater(t *testing.T) {
	site := onMemory(t).site(t, nil)
	inner := httptest.NewRecorder()
	w := &slow{ResponseWriter: inner}
	site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "said")
		both(w.Header())
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Empty(t, inner.Header().Values("Set-Cookie"), "what comes after the first byte is set by nobody")
}

func TestAPanicLeavesNoHeader(t *testing.T) {
	site := onMemory(t).site(t, nil)
	w := httptest.NewRecorder()
	require.PanicsWithValue(t, "planted", func() {
		site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			both(w.Header())
			panic("planted")
		})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	})
	require.Empty(t, w.Header(), "whoever recovers answers with a header of their own")
}

// noController is a writer that can neither flush nor be taken over.
type noController struct{ http.ResponseWriter }

func TestAWriterThatCannot(t *testing.T) {
	site := onMemory(t).site(t, nil)
	site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		require.ErrorIs(t, http.NewResponseController(w).Flush(), http.ErrNotSupported)
		var conn net.Conn
		conn, _, err := http.NewResponseController(w).Hijack()
		require.Nil(t, conn)
		require.ErrorIs(t, err, http.ErrNotSupported)
		n, err := io.Copy(w, strings.NewReader("said"))
		require.NoError(t, err)
		require.EqualValues(t, 4, n)
	})).ServeHTTP(noController{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/", nil))
}

func TestTheRequestIsTheCallers(t *testing.T) {
	site := onMemory(t).site(t, nil)
	for sent, wants := range map[string]string{
		"sid=1; visits=2; guard=\"3\"":  "sid=1; guard=\"3\"",
		"sid=1;sid=2 ; theme=; =x; y":   "sid=1; sid=2",
		"visits=1":                      "",
		"sid=a=b; sid2=1;;  guard=ü":    "sid=a=b; guard=ü",
		" sid = 1 ; visits = 2":         "sid = 1",
		cookie.Name + "=forged; visits": cookie.Name + "=forged",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Cookie"] = []string{sent}
		site.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			require.Equal(t, wants, strings.Join(r.Header["Cookie"], "|"))
		})).ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, []string{sent}, r.Header["Cookie"], "an outer handler still sees what was sent")
	}
}

func TestRemoval(t *testing.T) {
	r, err := cookie.NewRegister(
		cookie.Cookie{Name: "__Secure-pref", Category: cookie.Preference, Purpose: "Remembers.", Path: "/app"},
		cookie.Cookie{Name: "ab_*", Category: cookie.Analytics, Purpose: "Compares."},
	)
	require.NoError(t, err)
	b := onMemory(t)
	site, err := cookie.NewSite(practice, r, b.Service, key, nil)
	require.NoError(t, err)
	req, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
	req.Header.Set("Cookie", "__Secure-pref=1; ab_one=2; ab_one=3; ab_two=4; unknown=5")
	site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "old=; Path=/; Domain=example.com; Max-Age=0")
		w.Header().Add("Set-Cookie", "older=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
		w.Header().Add("Set-Cookie", "almost=; Path=/; Expires="+noon.Add(-time.Hour).Format(http.TimeFormat))
	})).ServeHTTP(w, req)
	require.Equal(t, []string{
		"old=; Path=/; Domain=example.com; Max-Age=0",
		"older=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
		"__Secure-pref=; Path=/app; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
		"ab_one=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
		"ab_two=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
	}, w.Header().Values("Set-Cookie"))
}

func TestVary(t *testing.T) {
	const all = "Cookie, DNT, Sec-GPC"
	site := onMemory(t).site(t, nil)
	for name, c := range map[string]struct {
		sent, there, wants string
		sets               string
	}{
		"nothing optional":       {sent: "sid=1; unknown=2", sets: "sid=1; Path=/"},
		"an optional one comes":  {sent: "visits=1", wants: all},
		"an optional one leaves": {sets: "visits=1; Path=/", wants: all},
		"beside what was there":  {sent: "theme=1", there: "Accept-Language, cookie", wants: "Accept-Language, cookie, DNT, Sec-GPC"},
		"where all counts":       {sent: "theme=1", there: "*", wants: "*"},
	} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Header.Set("Cookie", c.sent)
		site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.there != "" {
				w.Header().Set("Vary", c.there)
			}
			if c.sets != "" {
				w.Header().Set("Set-Cookie", c.sets)
			}
		})).ServeHTTP(w, r)
		require.Equal(t, c.wants, strings.Join(w.Header().Values("Vary"), ", "), name)
	}

	w := httptest.NewRecorder()
	_, err := site.Banner(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.NoError(t, err)
	require.Equal(t, all+", Accept-Language", strings.Join(w.Header().Values("Vary"), ", "))
}

func TestAForgedForm(t *testing.T) {
	b := onMemory(t)
	web := b.visit(t, nil)
	page := web.get(t, "/")
	for name, forge := range map[string]http.Header{
		"another site":                 {"Sec-Fetch-Site": {"cross-site"}},
		"another host of the domain":   {"Sec-Fetch-Site": {"same-site"}},
		"an old browser, another site": {"Origin": {"https://evil.example"}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web.home+"/cookies", strings.NewReader(url.Values{"choice": {"decline"}}.Encode()))
		require.NoError(t, err)
		r.Header = forge.Clone()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := web.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusForbidden, res.StatusCode, name)
	}
	require.Empty(t, b.Logged(t, practice))
	require.Equal(t, http.StatusOK, web.press(t, page, "decline").StatusCode)
}
