package smstest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smstest"
	"github.com/enamel-go/enamel/sms/twilio"
)

const (
	account = "AC0cc175b9c0f1b6a831c399e269772661"
	token   = "planted-token-7731"
)

// good is a provider that keeps every rule.
func good(e smstest.Endpoint) (sms.Provider, error) {
	return twilio.New(account, token, &twilio.Options{BaseURL: e.URL, RootCAs: e.Roots, Timeout: e.Timeout})
}

func subject(build func(smstest.Endpoint) (sms.Provider, error)) smstest.Subject {
	return smstest.Subject{
		Name: "twilio", New: build, Secrets: []string{token},
		Accept: func(w http.ResponseWriter, id string) {
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(map[string]string{"sid": id})
		},
		Refusals: []smstest.Refusal{{Status: 400, Body: `{"code":21610,"message":"PLANTED"}`, Class: sms.OptedOut}},
	}
}

// wrong is a good provider with one thing done wrong around its send call.
type wrong struct {
	sms.Provider
	send func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error)
}

func (w wrong) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	return w.send(ctx, w.Provider, m)
}

// around makes a wrong provider.
func around(send func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error)) func(smstest.Endpoint) (sms.Provider, error) {
	return func(e smstest.Endpoint) (sms.Provider, error) {
		p, err := good(e)
		return wrong{p, send}, err
	}
}

// after makes a provider that does something wrong with an error.
func after(spoil func(m sms.Message, err error) error) func(smstest.Endpoint) (sms.Provider, error) {
	return around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
		accepted, err := next.Send(ctx, m)
		if err != nil {
			err = spoil(m, err)
		}
		return accepted, err
	})
}

func unknown(err error) bool {
	var e *sms.SendError
	return errors.As(err, &e) && e.Class == sms.Unknown
}

// lax is somebody's first provider: it posts, and looks at nothing.
func lax(path func(m sms.Message) string) func(smstest.Endpoint) (sms.Provider, error) {
	return func(e smstest.Endpoint) (sms.Provider, error) {
		client := &http.Client{Timeout: e.Timeout, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: e.Roots, MinVersion: tls.VersionTLS12},
		}}
		return wrong{nil, func(ctx context.Context, _ sms.Provider, m sms.Message) (sms.Accepted, error) {
			body, _ := json.Marshal(map[string]string{"to": m.To, "from": m.From, "body": m.Body})
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL+path(m), bytes.NewReader(body))
			if err != nil {
				return sms.Accepted{}, err
			}
			resp, err := client.Do(req)
			if err != nil {
				return sms.Accepted{}, &sms.SendError{Stage: sms.AtSend, Provider: "twilio", Class: sms.Transient}
			}
			defer resp.Body.Close()
			var answer struct{ SID string }
			_ = json.NewDecoder(resp.Body).Decode(&answer)
			return sms.Accepted{ID: answer.SID}, nil
		}}, nil
	}
}

// printing is a provider that shows itself.
type printing struct{ sms.Provider }

func (printing) String() string { return "twilio with " + token }

func TestProviderSuiteCatches(t *testing.T) {
	var mu sync.Mutex
	last := ""
	plain := func(sms.Message) string { return "/send" }
	for name, mutant := range map[string]struct {
		caught string // by the case of this name
		build  func(smstest.Endpoint) (sms.Provider, error)
	}{
		"an id of its own": {"what is taken on has the provider's id", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			_, err := next.Send(ctx, m)
			return sms.Accepted{ID: "mine"}, err
		})},
		"twice to be sure": {"what is taken on has the provider's id", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			_, _ = next.Send(ctx, m)
			accepted, err := next.Send(ctx, m)
			return sms.Accepted{ID: accepted.ID}, err
		})},
		"a number in the address":       {"a request carries the message and shows it to nobody on the way", lax(func(m sms.Message) string { return "/send?to=" + m.To })},
		"an error that quotes":          {"every refusal is of its class", after(func(m sms.Message, err error) error { return fmt.Errorf("texting %s: %w", m.To, err) })},
		"an error that is none of ours": {"every refusal is of its class", after(func(_ sms.Message, _ error) error { return errors.New("it failed") })},
		"a refusal taken for a doubt": {"every refusal is of its class", after(func(_ sms.Message, _ error) error {
			return &sms.SendError{Stage: sms.AtSend, Provider: "twilio", Class: sms.Unknown}
		})},
		"another's name": {"every refusal is of its class", after(func(_ sms.Message, err error) error {
			var e *sms.SendError
			if !errors.As(err, &e) {
				return err
			}
			return &sms.SendError{Stage: e.Stage, Provider: "telnyx", Code: e.Code, Class: e.Class}
		})},
		"hope": {"an answer that says nothing clear leaves the outcome open", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			accepted, err := next.Send(ctx, m)
			if unknown(err) {
				return sms.Accepted{ID: "hope"}, nil
			}
			return accepted, err
		})},
		"another try when it failed": {"an answer that says nothing clear leaves the outcome open", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			accepted, err := next.Send(ctx, m)
			if unknown(err) {
				return next.Send(ctx, m)
			}
			return accepted, err
		})},
		"a lost answer taken for a failure": {"an answer that is lost leaves the outcome open", after(func(_ sms.Message, err error) error {
			if unknown(err) {
				return &sms.SendError{Stage: sms.AtSend, Provider: "twilio", Class: sms.Transient}
			}
			return err
		})},
		"a redirect that is followed": {"an answer that says nothing clear leaves the outcome open", lax(plain)},
		"no timeout": {"an answer that does not come leaves the outcome open", func(e smstest.Endpoint) (sms.Provider, error) {
			e.Timeout += 5 * time.Second
			return good(e)
		}},
		"deaf to its context": {"the end of the context ends the call", func(e smstest.Endpoint) (sms.Provider, error) {
			e.Timeout = 5 * time.Second
			p, err := good(e)
			return wrong{p, func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
				return next.Send(context.WithoutCancel(ctx), m)
			}}, err
		}},
		"an error without its cause": {"the end of the context ends the call", after(func(_ sms.Message, err error) error {
			var e *sms.SendError
			errors.As(err, &e)
			return e
		})},
		"everything is a doubt": {"what never left may be tried again", after(func(_ sms.Message, err error) error {
			return fmt.Errorf("%w: %w", &sms.SendError{Stage: sms.AtSend, Provider: "twilio", Class: sms.Unknown}, err)
		})},
		"an old version of TLS": {"nothing is sent over less than TLS 1.3", lax(plain)},
		"any address at all":    {"nothing is sent in clear", lax(plain)},
		"no look at the message": {"a message that is none is refused before it leaves", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			m.Body = "Hello"
			return next.Send(ctx, m)
		})},
		"one place for all ids": {"calls side by side do not mix", around(func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
			accepted, err := next.Send(ctx, m)
			mu.Lock()
			last = accepted.ID
			mu.Unlock()
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			return sms.Accepted{ID: last}, err
		})},
		"a log that quotes": {"every refusal is of its class", func(e smstest.Endpoint) (sms.Provider, error) {
			p, err := good(e)
			return wrong{p, func(ctx context.Context, next sms.Provider, m sms.Message) (sms.Accepted, error) {
				_, _ = fmt.Fprintln(e.Log, "texting", m.To)
				return next.Send(ctx, m)
			}}, err
		}},
		"a print that shows": {"a provider prints no secret", func(e smstest.Endpoint) (sms.Provider, error) {
			p, err := good(e)
			return printing{p}, err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, checkProvider(t, mutant.caught, subject(good)), "the good provider")
			require.Error(t, checkProvider(t, mutant.caught, subject(mutant.build)))
		})
	}
}

// checkProvider runs the case of a name.
func checkProvider(t *testing.T, name string, v smstest.Subject) error {
	t.Helper()
	for _, c := range smstest.ProviderCases() {
		if c.Name == name {
			return c.Check(t.Context(), v)
		}
	}
	t.Fatalf("no case is called %q", name)
	return nil
}
