package smstest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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

// Endpoint is where a provider under test finds its API: a server of the suite's that behaves well or badly. Whatever the
// provider logs it logs to Log, which the suite searches for secrets.
type Endpoint struct {
	URL     string         // https
	Roots   *x509.CertPool // who vouches for it
	Timeout time.Duration  // after which a request ends
	Log     io.Writer
}

// Subject is what the suite has to know of the provider under test.
type Subject struct {
	// Name is how the provider calls itself in errors.
	Name string
	// New returns a provider whose API is at the endpoint.
	New func(e Endpoint) (sms.Provider, error)
	// Accept answers a request as the API does when it takes the message on under id, which is a word of letters and
	// digits.
	Accept func(w http.ResponseWriter, id string)
	// Refusals are how the API refuses a message, at least one for each class that it can tell.
	Refusals []Refusal
	// Secrets are the credentials that New uses: no error, no log line and no print of the provider holds one.
	Secrets []string
}

// Refusal is an answer of an API and what it means.
type Refusal struct {
	Status int
	Body   string // "PLANTED" in it becomes what no error may repeat: numbers, words and credentials
	Class  sms.Class
}

// ProviderCase is one rule that every provider keeps.
type ProviderCase struct {
	Name  string
	Check func(ctx context.Context, v Subject) error
}

// ProviderCases returns the suite of providers. It opens sockets on this machine and takes a few seconds.
func ProviderCases() []ProviderCase {
	return []ProviderCase{
		{"what is taken on has the provider's id", takenOn},
		{"a request carries the message and shows it to nobody on the way", carried},
		{"every refusal is of its class", refusals},
		{"an answer that says nothing clear leaves the outcome open", unclear},
		{"an answer that is lost leaves the outcome open", lostAnswers},
		{"an answer that does not come leaves the outcome open", noAnswer},
		{"the end of the context ends the call", contextEnds},
		{"what never left may be tried again", neverLeft},
		{"nothing is sent over less than TLS 1.3", oldTLS},
		{"nothing is sent in clear", inClear},
		{"a message that is none is refused before it leaves", noMessage},
		{"calls side by side do not mix", sideBySide},
		{"a provider prints no secret", prints},
	}
}

// grace bounds how long a provider may take beyond its timeout or its context.
const grace = 2 * time.Second

// outgoing is a message of the suite's. What it holds is found in no error: a fitting word in each part.
func outgoing(n int) sms.Message {
	return sms.Message{
		Reference: fmt.Sprintf("elm-street/plantedref%d", n), From: "+12125550199", To: fmt.Sprintf("+1646555%04d", n),
		Body: fmt.Sprintf("plantedword%dz see you at three", n), Validity: time.Hour, Sent: start,
	}
}

// secretsOf is what no error about a message may repeat.
func secretsOf(v Subject, m sms.Message) []string {
	return append([]string{m.To, m.To[1:], m.From, m.From[1:], "plantedword"}, v.Secrets...)
}

// rig is a server, and a provider of it.
type rig struct {
	*httptest.Server
	provider sms.Provider
	log      journal

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	done     chan struct{}
}

// journal keeps what was logged.
type journal struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements io.Writer.
func (l *journal) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *journal) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// play sets up a server that answers with answer, and a provider of it.
func play(v Subject, timeout time.Duration, answer func(s *rig, w http.ResponseWriter, r *http.Request)) (*rig, error) {
	s := &rig{done: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.bodies = append(s.bodies, string(body))
		s.mu.Unlock()
		answer(s, w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	s.StartTLS()
	return s, s.meet(v, timeout)
}

// meet makes the provider of the server.
func (s *rig) meet(v Subject, timeout time.Duration) (err error) {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	s.provider, err = v.New(Endpoint{URL: s.URL, Roots: roots, Timeout: timeout, Log: &s.log})
	return err
}

// end closes the server, with everything that still hangs.
func (s *rig) end() {
	close(s.done)
	s.CloseClientConnections()
	s.Close()
}

// count returns how many requests came.
func (s *rig) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// wait blocks until n requests came.
func (s *rig) wait(ctx context.Context, n int) error {
	for s.count() < n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// told checks an error of a provider: what it is, and that neither it nor the log repeats a secret.
func (s *rig) told(v Subject, m sms.Message, err error, class sms.Class) error {
	if err == nil {
		return errors.New("no error, although the message was not taken on")
	}
	var e *sms.SendError
	if !errors.As(err, &e) {
		return fmt.Errorf("an error of type %T that is no *sms.SendError", err)
	}
	for _, secret := range secretsOf(v, m) {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, e), secret) {
			return errors.New("an error repeats a secret")
		}
		if strings.Contains(s.log.String(), secret) {
			return errors.New("the log repeats a secret")
		}
	}
	if e.Stage != sms.AtSend || e.Provider != v.Name || e.Class != class {
		return fmt.Errorf("an error of %s at %s of class %s, not of %s at send of class %s", e.Provider, e.Stage, e.Class, v.Name, class)
	}
	return nil
}

// send sends one message to a server that answers with answer, and checks what becomes of it: an error of that class after
// exactly that many requests.
func send(ctx context.Context, v Subject, timeout time.Duration, class sms.Class, requests int, answer func(s *rig, w http.ResponseWriter, r *http.Request)) error {
	s, err := play(v, timeout, answer)
	if err != nil {
		return err
	}
	defer s.end()
	began := time.Now()
	m := outgoing(1)
	_, err = s.provider.Send(ctx, m)
	if err := s.told(v, m, err, class); err != nil {
		return err
	}
	if took := time.Since(began); took > timeout+grace {
		return fmt.Errorf("the call took %s with a timeout of %s", took.Round(time.Millisecond), timeout)
	}
	if n := s.count(); n != requests {
		return fmt.Errorf("%d requests, not %d", n, requests)
	}
	return nil
}
