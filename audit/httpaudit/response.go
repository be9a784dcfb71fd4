package httpaudit

import (
	"bufio"
	"errors"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// response holds an answer back until its entry is written.
type response struct {
	*Middleware
	inner   http.ResponseWriter
	request *http.Request
	asked   audit.Entry
	begun   time.Time

	header http.Header // the handler's
	status int         // 0: the handler has not said
	frozen http.Header // as it was when the handler said the status
	held   []byte
	sent   int64 // bytes of the body that were handed to inner

	released bool  // the entry is written, and the header has left
	early    bool  // that was before the handler returned
	hijacked bool  // the connection is the handler's
	failed   error // the entry could not be written
}

// Header implements [http.ResponseWriter].
func (w *response) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *response) WriteHeader(status int) {
	switch {
	case status >= 100 && status < 200 && status != http.StatusSwitchingProtocols:
		// nothing leaves before the entry
	case w.status != 0 || w.hijacked:
		// as in net/http, the first one counts
	default:
		w.status, w.frozen = status, w.header.Clone()
	}
}

// Write implements [http.ResponseWriter].
func (w *response) Write(p []byte) (int, error) {
	if w.hijacked {
		return 0, http.ErrHijacked
	}
	w.WriteHeader(http.StatusOK)
	switch {
	case w.failed != nil:
		return 0, w.failed
	case w.status == http.StatusNoContent || w.status == http.StatusNotModified || w.status == http.StatusSwitchingProtocols:
		return 0, http.ErrBodyNotAllowed
	case !w.released && len(w.held)+len(p) <= w.o.Hold:
		w.held = append(w.held, p...)
		return len(p), nil
	}
	if err := w.release("streamed"); err != nil {
		return 0, err
	}
	n, err := w.inner.Write(p)
	w.sent += int64(n)
	return n, err
}

// WriteString implements [io.StringWriter].
func (w *response) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// FlushError has [http.ResponseController] send what was held back.
func (w *response) FlushError() error {
	if w.hijacked {
		return http.ErrHijacked
	}
	w.WriteHeader(http.StatusOK)
	if err := w.release("streamed"); err != nil {
		return err
	}
	return http.NewResponseController(w.inner).Flush()
}

// Flush implements [http.Flusher].
func (w *response) Flush() { _ = w.FlushError() } // an http.Flusher tells nobody

// Hijack implements [http.Hijacker].
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	switch {
	case w.failed != nil:
		return nil, nil, w.failed
	case w.hijacked:
		return nil, nil, http.ErrHijacked
	case !w.released:
		if err := w.write(w.entry("taken over")); err != nil {
			return nil, nil, err
		}
	}
	conn, buffered, err := http.NewResponseController(w.inner).Hijack()
	if err == nil {
		w.released, w.early, w.hijacked = true, true, true
	}
	return conn, buffered, err
}

// Unwrap gives [http.ResponseController] what this type has no method for: deadlines, and full duplex.
func (w *response) Unwrap() http.ResponseWriter { return w.inner }

// entry is the request's entry as it stands now.
func (w *response) entry(ended string) audit.Entry {
	e := w.asked
	e.Details = maps.Clone(e.Details)
	if e.Details["route"] = w.o.Route(w.request); e.Details["route"] != "" {
		e.Details["feature"] = w.o.Feature(e.Details["route"])
	} else {
		e.Details["route"], e.Details["feature"] = "none", "none"
	}
	e.Details["milliseconds"] = milliseconds(w.o.Now().Sub(w.begun))
	e.Details["bytes"] = strconv.FormatInt(w.sent+int64(len(w.held)), 10)
	if w.status != 0 {
		e.Details["status"] = strconv.Itoa(w.status)
	}
	if ended != "" {
		e.Details["ended"] = ended
	}
	e.Outcome = audit.Done
	if w.status == http.StatusUnauthorized || w.status == http.StatusForbidden {
		e.Outcome = audit.Refused
	}
	return e
}

// write records e, and remembers that it could not.
func (w *response) write(e audit.Entry) error {
	if w.failed == nil {
		w.failed = w.record(w.request, e)
	}
	return w.failed
}

// release writes the entry and lets the answer go. How says why it cannot wait until the handler returns, and is empty
// when the handler has.
func (w *response) release(how string) error {
	if w.released || w.failed != nil {
		return w.failed
	}
	if err := w.write(w.entry(how)); err != nil {
		return err
	}
	w.released, w.early = true, how != ""
	out := w.inner.Header()
	clear(out)
	maps.Copy(out, w.frozen)
	w.inner.WriteHeader(w.status)
	if len(w.held) == 0 {
		return nil
	}
	n, err := w.inner.Write(w.held)
	w.sent += int64(n)
	w.held = nil
	return err
}

// finish ends what the handler has returned from.
func (w *response) finish() {
	if !w.released {
		w.WriteHeader(http.StatusOK)
		_ = w.release("") // when the client has gone there is nobody to tell; when the entry could not be written, see below
	} else if w.early {
		how := "streamed to its end"
		if w.hijacked {
			how = "taken over, and given up"
		}
		if w.write(w.entry(how)) != nil {
			w.abort()
		}
	}
	if w.failed != nil {
		w.unavailable()
		return
	}
	w.trailers()
}

// abort ends a connection in the middle of an answer, as far as it is still the server's.
func (w *response) abort() {
	if !w.hijacked {
		panic(http.ErrAbortHandler)
	}
}

// unavailable is the answer in place of one whose entry could not be written.
func (w *response) unavailable() {
	if w.released {
		return
	}
	clear(w.inner.Header())
	http.Error(w.inner, "This request could not be recorded, so it is not answered.", http.StatusServiceUnavailable)
}

// trailers hands on what the handler set after its answer began: net/http knows which of it are trailers.
func (w *response) trailers() {
	declared := strings.Join(w.frozen.Values("Trailer"), ",")
	for name, values := range w.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			w.inner.Header()[name] = values
		}
	}
	for name := range strings.SplitSeq(declared, ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if values, set := w.header[name]; set {
			w.inner.Header()[name] = values
		}
	}
}

// panicked records a handler that did not return. Its panic goes on, so nothing of the answer leaves.
func (w *response) panicked() {
	if errors.Is(w.failed, ErrNotRecorded) {
		return
	}
	_ = w.write(w.entry("panicked")) // the logger has heard of it, and the connection is cut in any case
}
