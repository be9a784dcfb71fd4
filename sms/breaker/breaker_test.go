package breaker_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/breaker"
)

// account is a provider whose answer a test sets.
type account struct {
	class sms.Class // ""; accepted
	asked int
}

func (a *account) Send(_ context.Context, m sms.Message) (sms.Accepted, error) {
	a.asked++
	if a.class == "" {
		return sms.Accepted{ID: m.Reference}, nil
	}
	return sms.Accepted{}, fmt.Errorf("wrapped: %w", &sms.SendError{Stage: sms.AtSend, Provider: "twilio", Code: "1", Class: a.class})
}

// full is a provider that can do everything.
type full struct{ account }

func (*full) Find(context.Context, sms.Message) (sms.Receipt, bool, error) {
	return sms.Receipt{ID: "found"}, true, nil
}
func (*full) Cancel(context.Context, string) (bool, error) { return true, nil }
func (*full) Linger() time.Duration                        { return time.Hour }
func (*full) OptOuts(context.Context, time.Time) iter.Seq2[sms.OptOut, error] {
	return func(yield func(sms.OptOut, error) bool) { yield(sms.OptOut{Number: "+12125550100"}, nil) }
}

func send(b *breaker.Breaker, from string) sms.Class {
	_, err := b.Send(context.Background(), sms.Message{Reference: "elm-street/t", From: from, To: "+12125550100"})
	refusal, _ := err.(interface{ Unwrap() error })
	if refusal != nil {
		err = refusal.Unwrap()
	}
	if err == nil {
		return ""
	}
	return err.(*sms.SendError).Class
}

const one, other = "+12145550199", "+12145550188"

func TestASenderThatFailsRests(t *testing.T) {
	for _, class := range []sms.Class{sms.BadSender, sms.Throttled, sms.DailyLimit, sms.Filtered} {
		t.Run(string(class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &account{class: class}
				var heard []string
				b := breaker.New("twilio", a, &breaker.Options{
					Failures: 3, Rest: time.Minute, OnChange: func(sender, state string) { heard = append(heard, sender+" "+state) },
				})
				for range 3 {
					require.Equal(t, class, send(b, one))
				}
				require.Equal(t, sms.Paused, send(b, one))
				require.Equal(t, 3, a.asked, "no request while it rests")
				a.class = ""
				require.Empty(t, send(b, other), "another sender goes on")
				time.Sleep(time.Minute - time.Nanosecond)
				require.Equal(t, sms.Paused, send(b, one))
				time.Sleep(2 * time.Nanosecond)
				a.class = class
				require.Equal(t, class, send(b, one), "one is let through, and decides")
				require.Equal(t, sms.Paused, send(b, one))
				time.Sleep(time.Minute + time.Nanosecond)
				a.class = ""
				require.Empty(t, send(b, one))
				require.Empty(t, send(b, one))
				require.Equal(t, []string{
					one + " open", one + " half-open", one + " open", one + " half-open", one + " closed",
				}, heard)
			})
		})
	}
}

func TestAProviderThatGivesNoAnswerRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &account{class: sms.Unknown}
		b := breaker.New("twilio", a, nil)
		for i := range 5 {
			require.Equal(t, sms.Unknown, send(b, []string{one, other}[i%2]))
		}
		a.class = ""
		require.Equal(t, sms.Paused, send(b, one))
		require.Equal(t, sms.Paused, send(b, "+12145550177"))
		require.Equal(t, 5, a.asked)
		time.Sleep(30*time.Second + time.Nanosecond)
		require.Empty(t, send(b, one))
		require.Empty(t, send(b, other), "that the provider rested is not counted against a sender")
	})
}

func TestAnAnswerAboutARecipientIsAnAnswer(t *testing.T) {
	for _, class := range []sms.Class{sms.OptedOut, sms.BadNumber, sms.Blocked, sms.Transient, sms.Expired, sms.Rejected} {
		a := &account{class: class}
		b := breaker.New("twilio", a, nil)
		for range 20 {
			require.Equal(t, class, send(b, one))
		}
		require.Equal(t, 20, a.asked)
	}
	a := &account{class: sms.Unknown}
	b := breaker.New("twilio", a, nil)
	for range 10 { // failures that are not in a row
		a.class = sms.Unknown
		send(b, one)
		a.class = ""
		send(b, one)
	}
	require.Equal(t, 20, a.asked)
}

func TestWhatElseAProviderCan(t *testing.T) {
	b := breaker.New("twilio", &full{}, nil)
	r, found, err := b.Find(t.Context(), sms.Message{})
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "found", r.ID)
	done, err := b.Cancel(t.Context(), "SM1")
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, time.Hour, b.Linger())
	listed := func(p sms.Provider) (n int) {
		for _, err := range p.(sms.OptOutLister).OptOuts(t.Context(), time.Time{}) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	require.Equal(t, 1, listed(b), "a reconciler passes it over")

	b = breaker.New("plain", &account{}, nil)
	_, found, err = b.Find(t.Context(), sms.Message{})
	require.False(t, found)
	require.Equal(t, sms.Unknown, err.(*sms.SendError).Class)
	done, err = b.Cancel(t.Context(), "SM1")
	require.NoError(t, err)
	require.False(t, done)
	require.Zero(t, b.Linger())
	require.Zero(t, listed(b))
}
