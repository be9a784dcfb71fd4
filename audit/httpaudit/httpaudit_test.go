package httpaudit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/httpaudit"
)

var errDown = errors.New("the log is down")

func down(int) error { return errDown }

// get answers a request in the process and returns what came of it.
func get(h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/patients/p-1", nil)
	r.Header.Set("Authorization", "x")
	h.ServeHTTP(w, r)
	return w
}

func TestAnswersLeaveAsTheyWere(t *testing.T) {
	log := newRecorder()
	h := wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Kept", "yes")
		w.Header().Del("X-Outer")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		w.Header().Set("X-Late", "yes")
		_, err := io.WriteString(w, "short and ")
		require.NoError(t, err)
		_, err = fmt.Fprint(w, "stout")
		require.NoError(t, err)
	}), nil)
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Outer", "yes")
		w.Header().Set("X-Frame", "no")
		h.ServeHTTP(w, r)
	})
	res, err := serve(t, outer).Client().Get(serve(t, outer).URL)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "short and stout", string(body))
	require.Equal(t, http.StatusTeapot, res.StatusCode)
	require.EqualValues(t, 15, res.ContentLength)
	require.Equal(t, "text/plain; charset=utf-8", res.Header.Get("Content-Type"))
	require.Equal(t, "yes", res.Header.Get("X-Kept"))
	require.Equal(t, "no", res.Header.Get("X-Frame"))
	require.Empty(t, res.Header.Get("X-Late"))
	require.Empty(t, res.Header.Get("X-Outer"))
	e := log.one(t)
	require.Equal(t, "418", e.Details["status"])
	require.Equal(t, "15", e.Details["bytes"])
	require.Equal(t, "system", e.Practice) // the request had no authorization
	require.Equal(t, audit.Actor{Kind: audit.System, ID: "unknown"}, e.Actor)
}

func TestNothingLeavesBeforeTheEntry(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		fails   error // what the handler sees
	}{
		"short":   {handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the chart") }},
		"silent":  {handler: func(http.ResponseWriter, *http.Request) {}},
		"no body": {handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }},
		"long": {handler: func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, long)
			require.ErrorIs(t, err, httpaudit.ErrNotRecorded)
			require.ErrorIs(t, err, errDown)
			_, err = io.WriteString(w, "the chart")
			require.ErrorIs(t, err, httpaudit.ErrNotRecorded)
		}},
		"flushed": {handler: func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "the chart")
			require.ErrorIs(t, http.NewResponseController(w).Flush(), httpaudit.ErrNotRecorded)
			w.(http.Flusher).Flush()
		}},
		"taken over": {handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _, err := http.NewResponseController(w).Hijack()
			require.ErrorIs(t, err, httpaudit.ErrNotRecorded)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			log := newRecorder()
			log.fail = down
			var heard bytes.Buffer
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Chart", "caries")
				c.handler(w, r)
			})
			w := get(wrap(t, log, handler, &httpaudit.Options{Hold: 100, Logger: slog.New(slog.NewTextHandler(&heard, nil))}))
			require.Equal(t, http.StatusServiceUnavailable, w.Code)
			require.Empty(t, w.Header().Get("X-Chart"))
			require.Equal(t, "This request could not be recorded, so it is not answered.\n", w.Body.String())
			require.Contains(t, heard.String(), "the log is down")
		})
	}
}

// The answer in place of one that could not be recorded has nothing of whoever stands outside, and needs no logger.
func TestUnavailable(t *testing.T) {
	log := newRecorder()
	log.fail = down
	h := wrap(t, log, http.NotFoundHandler(), nil)
	w := get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Outer", "caries")
		h.ServeHTTP(w, r)
	}))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Empty(t, w.Header().Get("X-Outer"))
}

// As many bytes as may be held back are, and one more is not.
func TestHold(t *testing.T) {
	for n, ended := range map[int]string{100: "", 101: "streamed"} {
		log := newRecorder()
		get(wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, n))
			require.NoError(t, err)
		}), &httpaudit.Options{Hold: 100}))
		require.Equal(t, ended, log.all()[0].Details["ended"], n)
	}
}

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		status  string
		outcome audit.Outcome
	}{
		"continue":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(100); w.WriteHeader(404) }, "404", audit.Done},
		"switched":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(101) }, "101", audit.Done},
		"flushed":      {func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }, "200", audit.Done},
		"unauthorized": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "401", audit.Refused},
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, "403", audit.Refused},
	} {
		log := newRecorder()
		get(wrap(t, log, c.handler, nil))
		e := log.all()[0]
		require.Equal(t, c.status, e.Details["status"], name)
		require.Equal(t, c.outcome, e.Outcome, name)
	}
}

// A middleware hears of forwarding in the usual header unless it is told another one.
func TestForwarded(t *testing.T) {
	for header, given := range map[string]string{"X-Forwarded-For": "", "X-Client": "X-Client"} {
		log := newRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "10.0.0.1:4711"
		r.Header.Set(header, "198.51.100.7")
		o := &httpaudit.Options{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Forwarded: given}
		wrap(t, log, http.NotFoundHandler(), o).ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, "198.51.100.7", log.one(t).Details["address"])
	}
}

func TestStreams(t *testing.T) {
	log := newRecorder()
	step := make(chan struct{})
	s := serve(t, wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "one ")
		w.(http.Flusher).Flush()
		<-step
		fmt.Fprint(w, "two")
	}), nil))
	res, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	first := make([]byte, 4)
	_, err = io.ReadFull(res.Body, first)
	require.NoError(t, err)
	require.Equal(t, "one ", string(first))
	e := log.one(t)
	require.Equal(t, "streamed", e.Details["ended"])
	require.Equal(t, "200", e.Details["status"])
	close(step)
	rest, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "two", string(rest))
	all := log.all()
	require.Len(t, all, 2)
	require.Equal(t, e.Object.ID, all[1].Object.ID)
	require.Equal(t, "streamed to its end", all[1].Details["ended"])
	require.Equal(t, "7", all[1].Details["bytes"])
}

// A stream whose end cannot be recorded is cut, so that nobody takes it for a whole one.
func TestStreamWithoutAnEnd(t *testing.T) {
	log := newRecorder()
	log.fail = func(n int) error {
		if n == 1 {
			return errDown
		}
		return nil
	}
	s := serve(t, wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(make([]byte, 1<<20))
		require.NoError(t, err)
	}), nil))
	res, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestTakenOver(t *testing.T) {
	log := newRecorder()
	ended := make(chan struct{})
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, buffered, err := w.(http.Hijacker).Hijack()
			require.NoError(t, err)
			defer conn.Close()
			w.WriteHeader(http.StatusForbidden) // too late
			_, err = w.Write(nil)
			require.ErrorIs(t, err, http.ErrHijacked)
			fmt.Fprint(buffered, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chess\r\nConnection: Upgrade\r\n\r\n")
			require.NoError(t, buffered.Flush())
		}), nil).ServeHTTP(w, r)
	}))
	res, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusSwitchingProtocols, res.StatusCode)
	<-ended
	all := log.all()
	require.Len(t, all, 2)
	require.Equal(t, "taken over", all[0].Details["ended"])
	require.Equal(t, "taken over, and given up", all[1].Details["ended"])
	require.Empty(t, all[1].Details["status"])
}

func TestPanics(t *testing.T) {
	for name, early := range map[string]bool{"held": false, "streamed": true} {
		log := newRecorder()
		h := wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "half of ")
			if early {
				w.(http.Flusher).Flush()
			}
			panic(http.ErrAbortHandler)
		}), nil)
		w := httptest.NewRecorder()
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		}, name)
		all := log.all()
		require.Equal(t, "panicked", all[len(all)-1].Details["ended"])
		require.Equal(t, early, w.Body.Len() > 0)
	}
}

// A client that has gone is recorded all the same.
func TestClientGone(t *testing.T) {
	log := newRecorder()
	ctx, stop := context.WithCancel(t.Context())
	h := wrap(t, log, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stop() }), nil)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	require.Equal(t, "200", log.one(t).Details["status"])
}

func TestTrailersAndDeadlines(t *testing.T) {
	log := newRecorder()
	s := serve(t, wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		require.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)))
		w.Header().Set("Trailer", "X-None, x-sum")
		fmt.Fprint(w, "body")
		require.NoError(t, http.NewResponseController(w).Flush())
		w.Header().Set("X-Sum", "42")
		w.Header().Set(http.TrailerPrefix+"X-More", "43")
	}), nil))
	res, err := s.Client().Get(s.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "42", res.Trailer.Get("X-Sum"))
	require.Equal(t, "43", res.Trailer.Get("X-More"))
}

func TestBodiesThatMayNotBe(t *testing.T) {
	for _, status := range []int{http.StatusSwitchingProtocols, http.StatusNoContent, http.StatusNotModified} {
		log := newRecorder()
		w := get(wrap(t, log, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, err := w.Write([]byte("x"))
			require.ErrorIs(t, err, http.ErrBodyNotAllowed)
		}), nil))
		require.Equal(t, status, w.Code)
		require.Equal(t, strconv.Itoa(status), log.one(t).Details["status"])
		require.Equal(t, "0", log.one(t).Details["bytes"])
	}
}

func TestNames(t *testing.T) {
	log := newRecorder()
	get(wrap(t, log, http.NotFoundHandler(), &httpaudit.Options{
		Route:   func(*http.Request) string { return "charts" },
		Feature: func(route string) string { return "the " + route },
	}))
	require.Equal(t, "charts", log.one(t).Details["route"])
	require.Equal(t, "the charts", log.one(t).Details["feature"])
}

// A mux that redirects a CONNECT to a path with a slash at its end gives that path for the pattern.
func TestRouteOfARedirectIsNotWhatWasSent(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/charts/{name}/", func(http.ResponseWriter, *http.Request) {})
	for _, method := range []string{http.MethodGet, http.MethodConnect} {
		for path, route := range map[string]string{
			"/charts/" + planted + "/": "/charts/{name}/",
			"/charts/" + planted:       "",
			"/charts/%50lantagenet":    "",
			"//charts/./" + planted:    "",
		} {
			log := newRecorder()
			wrap(t, log, mux, nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil))
			e := log.one(t)
			require.NotContains(t, fmt.Sprint(e), "lantagenet", "%s %s", method, path)
			if route != "" {
				require.Equal(t, route, e.Details["route"])
			}
		}
	}
}

// A route that is a path with a slash at its end is recorded like any other when somebody asks for just that.
func TestRouteThatIsAPath(t *testing.T) {
	log := newRecorder()
	mux := http.NewServeMux()
	mux.Handle("/charts/", http.NotFoundHandler())
	for _, path := range []string{"/charts/", "/charts", "/charts/p-204"} {
		wrap(t, log, mux, nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	all := log.all()
	require.Len(t, all, 3)
	for _, e := range all {
		require.Equal(t, []string{"/charts/", "charts"}, []string{e.Details["route"], e.Details["feature"]})
	}
}

func TestNew(t *testing.T) {
	log := newRecorder()
	for _, o := range []*httpaudit.Options{{Hold: -1}, {Trusted: []netip.Prefix{{}}}, {Nobody: strings.Repeat("x", 65)}} {
		_, err := httpaudit.New(log, desk, o)
		require.ErrorIs(t, err, httpaudit.ErrInvalid)
	}
	_, err := httpaudit.New(nil, desk, nil)
	require.ErrorIs(t, err, httpaudit.ErrInvalid)
	_, err = httpaudit.New(log, nil, nil)
	require.ErrorIs(t, err, httpaudit.ErrInvalid)
}
