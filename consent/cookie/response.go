package cookie

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
)

// response lets an answer's header through once its cookies have been looked at. The handler writes to a header of its
// own, so that nothing it sets later can leave, whatever stands between here and the connection.
type response struct {
	*visit
	inner  http.ResponseWriter
	header http.Header // the handler's
	sent   bool        // the header has been handed on
	taken  bool        // the connection is the handler's
}

// Header implements [http.ResponseWriter].
func (w *response) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter]. An informational answer (1xx) may come before the final one, each with
// the header as it stands.
func (w *response) WriteHeader(status int) {
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		if !w.sent {
			w.hand(w.look())
		}
	} else {
		w.send()
	}
	w.inner.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *response) Write(p []byte) (int, error) {
	w.send()
	return w.inner.Write(p)
}

// WriteString implements [io.StringWriter].
func (w *response) WriteString(s string) (int, error) {
	w.send()
	return io.WriteString(w.inner, s)
}

// ReadFrom implements [io.ReaderFrom], so that a file still goes from the disk to the network without passing through
// here.
func (w *response) ReadFrom(r io.Reader) (int64, error) {
	w.send()
	if to, ok := w.inner.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{w.inner}, r)
}

// FlushError has [http.ResponseController] send what was written.
func (w *response) FlushError() error {
	w.send()
	return http.NewResponseController(w.inner).Flush()
}

// Flush implements [http.Flusher].
func (w *response) Flush() { _ = w.FlushError() } // an http.Flusher tells nobody

// Hijack implements [http.Hijacker].
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.inner).Hijack()
	w.taken = w.taken || err == nil
	return conn, buffered, err
}

// Unwrap gives [http.ResponseController] what this type has no method for: deadlines, and full duplex.
func (w *response) Unwrap() http.ResponseWriter { return w.inner }

// send hands the header on, once.
func (w *response) send() {
	if w.sent || w.taken {
		return
	}
	w.sent = true
	h := w.look()
	for _, line := range w.expired.lines {
		h.Add("Set-Cookie", line)
	}
	if w.depends {
		Vary(h)
	}
	w.hand(h)
}

// look returns a copy of the handler's header with the cookies that may be set. In a trailer there are none.
func (w *response) look() http.Header {
	h := w.header.Clone()
	for name, lines := range w.header {
		if trailer, ok := strings.CutPrefix(name, http.TrailerPrefix); ok && sets(trailer) {
			delete(h, name)
		}
		if !sets(name) {
			continue
		}
		delete(h, name)
		for _, line := range lines {
			if line = w.settable(line); line != "" {
				h[name] = append(h[name], line)
			}
		}
	}
	return h
}

// sets reports whether a header of that name sets cookies.
func sets(name string) bool { return http.CanonicalHeaderKey(name) == "Set-Cookie" }

func (w *response) hand(h http.Header) {
	out := w.inner.Header()
	clear(out)
	maps.Copy(out, h)
}

// finish ends what the handler has returned from. What it set after its answer began are trailers, or nothing: net/http
// knows which. None of them may be a cookie.
func (w *response) finish() {
	if !w.sent {
		w.send()
		return
	}
	out := w.inner.Header()
	declared := strings.Join(out.Values("Trailer"), ",")
	for name, values := range w.header {
		if trailer, ok := strings.CutPrefix(name, http.TrailerPrefix); ok && !sets(trailer) {
			out[name] = values
		}
	}
	for name := range strings.SplitSeq(declared, ",") {
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if values, set := w.header[name]; set && !sets(name) {
			out[name] = values
		}
	}
}
