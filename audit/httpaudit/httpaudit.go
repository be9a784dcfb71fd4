package httpaudit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

var (
	// ErrInvalid is wrapped by the refusal of options that cannot be right.
	ErrInvalid = errors.New("httpaudit: invalid")

	// ErrNotRecorded is wrapped by what a response's methods return when its entry could not be written. The cause is
	// wrapped beside it.
	ErrNotRecorded = errors.New("httpaudit: the request could not be recorded")
)

// Who says on whose behalf a request is made: the practice, and who acts. It is asked once, before the handler runs, and
// says false where it does not know.
type Who func(*http.Request) (practice string, actor audit.Actor, known bool)

// Recorder is what the middleware needs of a log; *audit.Log meets it.
type Recorder interface {
	Record(ctx context.Context, entries ...audit.Entry) error
}

// Source says where a request carries the id of the device that it came from.
type Source struct{ cookie, header string }

// Cookie is the cookie of this name.
func Cookie(name string) Source { return Source{cookie: name} }

// Header is the header of this name.
func Header(name string) Source { return Source{header: name} }

// Options adjusts a [Middleware]. The zero value is ready to use.
type Options struct {
	// Trusted are the proxies whose word is taken for whom they forward. Defaults to none: the address is the peer's.
	Trusted []netip.Prefix
	// Forwarded is the header in which they say it, a list with the nearest last. Defaults to X-Forwarded-For. Take no
	// header that they let through as the client sent it.
	Forwarded string
	// Device is where a request carries the id of its device. Defaults to nowhere.
	Device Source
	// Nobody is the practice under which requests of nobody known are recorded, by the actor "unknown". Defaults to
	// "system".
	Nobody string
	// Route names the route of a request that a handler was found for. It must never return what the client sent.
	// Defaults to the pattern of the [http.ServeMux].
	Route func(*http.Request) string
	// Feature names the part of the product that a route belongs to. Defaults to the first word of the route's path.
	Feature func(route string) string
	// Hold is how many bytes of an answer are held back until its entry is written. Defaults to 64 KiB.
	Hold int
	// Now gives the time that durations are counted from. Defaults to time.Now.
	Now func() time.Time
	// Logger hears of entries that could not be written. Defaults to none.
	Logger *slog.Logger
}

// Middleware records requests. It is immutable and may be used concurrently.
type Middleware struct {
	log Recorder
	who Who
	o   Options
}

// New returns a middleware that writes to log, on a handle of its own as [audit.NewLog] has, and asks who about every
// request. Both are required; o may be nil.
func New(log Recorder, who Who, o *Options) (*Middleware, error) {
	if log == nil || who == nil {
		return nil, fmt.Errorf("%w: a middleware needs a log and to know who asks", ErrInvalid)
	}
	m := &Middleware{log: log, who: who}
	if o != nil {
		m.o = *o
	}
	if m.o.Hold < 0 {
		return nil, fmt.Errorf("%w: Hold is not negative", ErrInvalid)
	}
	for _, p := range m.o.Trusted {
		if !p.IsValid() {
			return nil, fmt.Errorf("%w: a trusted proxy is no range of addresses", ErrInvalid)
		}
	}
	if m.o.Nobody == "" {
		m.o.Nobody = "system"
	}
	if err := form.Text(ErrInvalid, "Nobody", m.o.Nobody, form.ID, true); err != nil {
		return nil, err
	}
	if m.o.Forwarded == "" {
		m.o.Forwarded = "X-Forwarded-For"
	}
	if m.o.Route == nil {
		m.o.Route = pattern
	}
	if m.o.Feature == nil {
		m.o.Feature = firstWord
	}
	if m.o.Hold == 0 {
		m.o.Hold = 64 << 10
	}
	if m.o.Now == nil {
		m.o.Now = time.Now
	}
	if m.o.Logger == nil {
		m.o.Logger = slog.New(slog.DiscardHandler)
	}
	return m, nil
}

// Wrap returns a handler that has next answer, and records each request.
func (m *Middleware) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		res := &response{Middleware: m, inner: w, request: r, asked: m.ask(r), begun: m.o.Now(), header: w.Header().Clone()}
		defer func() {
			if p := recover(); p != nil {
				res.panicked()
				panic(p)
			}
		}()
		next.ServeHTTP(res, r)
		res.finish()
	})
}

// ask makes the entry of a request as far as it is known before it is answered.
func (m *Middleware) ask(r *http.Request) audit.Entry {
	practice, actor, known := m.who(r)
	if !known {
		practice, actor = m.o.Nobody, audit.Actor{Kind: audit.System, ID: "unknown"}
	}
	browser, system := client(r.Header)
	return audit.Entry{
		Practice: practice, Actor: actor, Action: "http.request", Term: audit.OneYear,
		Object: audit.Object{Kind: "request", ID: uuidv7.New()},
		Details: map[string]string{
			"address": m.address(r), "device": m.o.Device.id(r), "browser": browser, "system": system, "method": method(r.Method),
		},
	}
}

// method returns a method that is known: a client may send any word as one.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return m
	}
	return "other"
}

// record completes an entry and writes it, whether or not the client is still there.
func (m *Middleware) record(r *http.Request, e audit.Entry) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer stop()
	err := m.log.Record(ctx, e)
	if err == nil {
		return nil
	}
	m.o.Logger.ErrorContext(ctx, "a request could not be recorded", slog.String("error", err.Error()))
	return fmt.Errorf("%w: %w", ErrNotRecorded, err)
}

// pattern returns the pattern of the [http.ServeMux] that a request took. Where the mux redirects a CONNECT to a path with a
// slash at its end, it gives that path for the pattern: what the client sent. Then there is none.
func pattern(r *http.Request) string {
	if r.Method == http.MethodConnect && r.Pattern == path.Clean("/"+r.URL.Path)+"/" {
		return ""
	}
	return r.Pattern
}

// firstWord returns the first word of a pattern's path that is no wildcard: "patients" of "GET /patients/{id}".
func firstWord(route string) string {
	_, rest, _ := strings.Cut(route, "/") // before it stand a method and a host
	word, _, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(word, "{") {
		return ""
	}
	return word
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(max(d, 0).Milliseconds(), 10)
}
