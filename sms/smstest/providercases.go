package smstest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// accepts answers every request by taking the message on, each under an id of its own.
func accepts(v Subject) func(*rig, http.ResponseWriter, *http.Request) {
	return func(s *rig, w http.ResponseWriter, _ *http.Request) {
		v.Accept(w, fmt.Sprintf("SMtaken%d", s.count()))
	}
}

func takenOn(ctx context.Context, v Subject) error {
	s, err := play(v, 5*time.Second, func(_ *rig, w http.ResponseWriter, _ *http.Request) { v.Accept(w, "SMtaken7") })
	if err != nil {
		return err
	}
	defer s.end()
	accepted, err := s.provider.Send(ctx, outgoing(1))
	if err != nil {
		return fmt.Errorf("a message that was taken on: %w", err)
	}
	if accepted.ID != "SMtaken7" {
		return fmt.Errorf("the id is %q, not the provider's", accepted.ID)
	}
	if s.count() != 1 {
		return fmt.Errorf("%d requests for one message", s.count())
	}
	return nil
}

// carried checks where a message stands in the request: an address is written down by everybody on the way.
func carried(ctx context.Context, v Subject) error {
	s, err := play(v, 5*time.Second, accepts(v))
	if err != nil {
		return err
	}
	defer s.end()
	m := outgoing(1)
	if _, err := s.provider.Send(ctx, m); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.requests[0]
	for _, secret := range []string{m.To[1:], m.From[1:], "plantedword"} {
		if !strings.Contains(s.bodies[0], secret) {
			return errors.New("the request's body lacks a number or the words")
		}
		if strings.Contains(r.URL.String(), secret) {
			return errors.New("the request's address holds a number or the words")
		}
	}
	for _, secret := range v.Secrets {
		if strings.Contains(r.URL.RawQuery, secret) {
			return errors.New("the request's address holds a credential")
		}
	}
	return nil
}

func refusals(ctx context.Context, v Subject) error {
	if len(v.Refusals) == 0 {
		return errors.New("no refusal is named")
	}
	planted := strings.Join(secretsOf(v, outgoing(1)), " ")
	for _, r := range v.Refusals {
		err := send(ctx, v, 5*time.Second, r.Class, 1, func(_ *rig, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(r.Status)
			_, _ = io.WriteString(w, strings.ReplaceAll(r.Body, "PLANTED", planted))
		})
		if err != nil {
			return fmt.Errorf("status %d, class %s: %w", r.Status, r.Class, err)
		}
	}
	return nil
}

// unclear goes through answers after which a message may be on its way: servers that failed, and ones that say yes and do
// not say to what.
func unclear(ctx context.Context, v Subject) error {
	says := func(status int, body string) func(*rig, http.ResponseWriter, *http.Request) {
		return func(_ *rig, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, answer := range map[string]func(*rig, http.ResponseWriter, *http.Request){
		"500":                    says(500, `{"code":20500}`),
		"500 without a body":     says(500, ""),
		"502 with a page":        says(502, "<html>bad gateway</html>"),
		"503":                    says(503, "{}"),
		"504":                    says(504, ""),
		"408":                    says(408, ""),
		"200 without a body":     says(200, ""),
		"200 with a page":        says(200, "<html>welcome</html>"),
		"201 of another kind":    says(201, `{"something":"else"}`),
		"202 of the wrong types": says(202, `{"id":7,"sid":7,"data":{"id":7}}`),
		"200 cut off":            says(200, `{"id":"SM1`),
		"200 with no end":        says(200, strings.Repeat(" ", 8<<20)),
		"a list":                 says(200, `[]`),
		"redirected, 302":        moved(http.StatusFound),
		"redirected, 307":        moved(http.StatusTemporaryRedirect),
		"redirected, 308":        moved(http.StatusPermanentRedirect),
	} {
		if err := send(ctx, v, 5*time.Second, sms.Unknown, 1, answer); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func moved(status int) func(*rig, http.ResponseWriter, *http.Request) {
	return func(_ *rig, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", status) }
}

// cut ends the connection under an answer, after some bytes of it.
func cut(bytes string) func(*rig, http.ResponseWriter, *http.Request) {
	return func(_ *rig, w http.ResponseWriter, _ *http.Request) {
		conn, out, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = out.WriteString(bytes)
		_ = out.Flush()
		_ = conn.Close()
	}
}

// lostAnswers goes through connections that end after the request was read.
func lostAnswers(ctx context.Context, v Subject) error {
	for name, bytes := range map[string]string{
		"cut at once":           "",
		"cut in the first line": "HTTP/1.1 20",
		"cut in the header":     "HTTP/1.1 200 OK\r\nContent-Type: appl",
		"cut in the body":       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"id\":\"SMtaken7\",\"sid\":\"SMtaken7\"",
		"cut in a chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"id\":\"SM",
		"no HTTP":               "220 mail.example.test ESMTP\r\n",
		"an echo":               "HTTP/1.1 200 OK\r\n" + strings.Join(secretsOf(v, outgoing(1)), " ") + "\r\n\r\n",
	} {
		if err := send(ctx, v, 5*time.Second, sms.Unknown, 1, cut(bytes)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	// A connection that was used before is closed under the next request: libraries repeat that one by themselves.
	s, err := play(v, 5*time.Second, func(s *rig, w http.ResponseWriter, r *http.Request) {
		if s.count() == 1 {
			accepts(v)(s, w, r)
			return
		}
		cut("")(s, w, r)
	})
	if err != nil {
		return err
	}
	defer s.end()
	if _, err := s.provider.Send(ctx, outgoing(1)); err != nil {
		return err
	}
	m := outgoing(2)
	_, err = s.provider.Send(ctx, m)
	if err := s.told(v, m, err, sms.Unknown); err != nil {
		return fmt.Errorf("cut on a connection that was used before: %w", err)
	}
	if s.count() != 2 {
		return fmt.Errorf("cut on a connection that was used before: %d requests for two messages", s.count())
	}
	return nil
}

// noAnswer goes through servers that read the request and then keep silent, or never come to an end. The timeout leaves a
// slow machine the time to connect.
func noAnswer(ctx context.Context, v Subject) error {
	const timeout = 2 * time.Second
	answers := map[string]func(*rig, http.ResponseWriter, *http.Request){
		"silent": func(s *rig, _ http.ResponseWriter, _ *http.Request) { <-s.done },
		"silent after the header": func(s *rig, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-s.done
		},
		"a body that drips": func(s *rig, w http.ResponseWriter, _ *http.Request) {
			for {
				select {
				case <-s.done:
					return
				case <-time.After(20 * time.Millisecond):
					_, _ = io.WriteString(w, " ")
					w.(http.Flusher).Flush()
				}
			}
		},
	}
	failed := make(chan error, len(answers))
	for name, answer := range answers {
		go func() {
			err := send(ctx, v, timeout, sms.Unknown, 1, answer)
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			failed <- err
		}()
	}
	var all error
	for range answers {
		all = errors.Join(all, <-failed)
	}
	return all
}

func contextEnds(ctx context.Context, v Subject) error {
	s, err := play(v, time.Minute, func(s *rig, _ http.ResponseWriter, _ *http.Request) { <-s.done })
	if err != nil {
		return err
	}
	defer s.end()
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	m := outgoing(1)
	result := make(chan error, 1)
	go func() {
		_, err := s.provider.Send(short, m)
		result <- err
	}()
	if err := s.wait(ctx, 1); err != nil {
		return err
	}
	cancel()
	select {
	case err = <-result:
	case <-time.After(grace):
		return errors.New("the call goes on after its context ended")
	}
	if !errors.Is(err, context.Canceled) {
		return errors.New("the error does not wrap the context's")
	}
	return s.told(v, m, err, sms.Unknown)
}

// neverLeft goes through calls of which no part can have arrived.
func neverLeft(ctx context.Context, v Subject) error {
	s, err := play(v, 5*time.Second, accepts(v))
	if err != nil {
		return err
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	m := outgoing(1)
	_, err = s.provider.Send(over, m)
	if err := s.told(v, m, err, sms.Transient); err != nil {
		s.end()
		return fmt.Errorf("the context ended before: %w", err)
	}
	n := s.count()
	s.end()
	if n != 0 {
		return errors.New("a request left after its context had ended")
	}
	_, err = s.provider.Send(ctx, m)
	if err := s.told(v, m, err, sms.Transient); err != nil {
		return fmt.Errorf("nobody listens: %w", err)
	}
	return nil
}

func oldTLS(ctx context.Context, v Subject) error {
	s := &rig{done: make(chan struct{})}
	served := make(chan struct{}, 8)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served <- struct{}{}
		v.Accept(w, "SMtaken7")
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} //nolint:gosec // the server of the past that must be refused
	s.StartTLS()
	defer s.end()
	if err := s.meet(v, 5*time.Second); err != nil {
		return err
	}
	m := outgoing(1)
	_, err := s.provider.Send(ctx, m)
	if err := s.told(v, m, err, sms.Transient); err != nil {
		return err
	}
	if len(served) > 0 {
		return errors.New("a message was sent over TLS 1.2")
	}
	return nil
}

// inClear has a provider made whose API is reached without TLS, somewhere else than on this machine.
func inClear(_ context.Context, v Subject) error {
	for _, address := range []string{"http://api.example.test", "http://10.0.0.7:8080", "api.example.test"} {
		if _, err := v.New(Endpoint{URL: address, Timeout: time.Second, Log: io.Discard}); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("a provider that would send in clear was made, or with error %v", err)
		}
	}
	return nil
}

// noMessage goes through messages that no provider can carry as they are.
func noMessage(ctx context.Context, v Subject) error {
	s, err := play(v, 5*time.Second, accepts(v))
	if err != nil {
		return err
	}
	defer s.end()
	for name, change := range map[string]func(*sms.Message){
		"no reference":    func(m *sms.Message) { m.Reference = "" },
		"no recipient":    func(m *sms.Message) { m.To = "" },
		"no sender":       func(m *sms.Message) { m.From = "" },
		"another channel": func(m *sms.Message) { m.To = "whatsapp:" + m.To },
		"no body":         func(m *sms.Message) { m.Body = "" },
		"stray bytes":     func(m *sms.Message) { m.Body = "plantedword \xff" },
		"an endless body": func(m *sms.Message) { m.Body = strings.Repeat("plantedword", 1000) },
		"a line too many": func(m *sms.Message) { m.To += "\r\nX-Header: 1" },
	} {
		m := outgoing(1)
		whole := m
		change(&m)
		_, err := s.provider.Send(ctx, m)
		if err := s.told(v, whole, err, sms.Rejected); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if s.count() != 0 {
		return fmt.Errorf("%d requests left", s.count())
	}
	return nil
}

// sideBySide sends many messages at once and looks which of them got which id.
func sideBySide(ctx context.Context, v Subject) error {
	const calls = 32
	given := map[string]string{} // the request's body by the id it got; under the rig's lock
	s, err := play(v, 20*time.Second, func(s *rig, w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		id := fmt.Sprintf("SMtaken%d", len(given))
		for i, kept := range s.requests {
			if kept == r {
				given[id] = s.bodies[i]
			}
		}
		s.mu.Unlock()
		v.Accept(w, id)
	})
	if err != nil {
		return err
	}
	defer s.end()
	errs := make([]error, calls)
	ids := make([]string, calls)
	var group sync.WaitGroup
	for i := range calls {
		group.Go(func() {
			var accepted sms.Accepted
			accepted, errs[i] = s.provider.Send(ctx, outgoing(i))
			ids[i] = accepted.ID
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, id := range ids {
		if !strings.Contains(given[id], fmt.Sprintf("plantedword%dz", i)) {
			return errors.New("a message has the id of another")
		}
	}
	if len(s.requests) != calls {
		return fmt.Errorf("%d requests for %d messages", len(s.requests), calls)
	}
	return nil
}

func prints(_ context.Context, v Subject) error {
	s, err := play(v, 5*time.Second, accepts(v))
	if err != nil {
		return err
	}
	defer s.end()
	printed := fmt.Sprintf("%v %+v %#v %s", s.provider, s.provider, s.provider, s.provider)
	for _, secret := range v.Secrets {
		if strings.Contains(printed, secret) {
			return errors.New("the provider prints a secret")
		}
	}
	return nil
}
