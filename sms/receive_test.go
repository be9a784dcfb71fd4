package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/sms"
)

// However long a message is, its word is heard, and what fits is kept.
func TestALongMessageIsHeard(t *testing.T) {
	blank, tail := strings.Repeat(" ", 20<<10), strings.Repeat("é", 20<<10)
	cases := map[string]struct {
		in   sms.Inbound
		want keyword.Word
	}{
		"with a tail":                  {sms.Inbound{Body: "STOP" + blank}, keyword.Stop},
		"behind all that fits":         {sms.Inbound{Body: blank + "STOP"}, keyword.Stop},
		"with bytes that are no text":  {sms.Inbound{Body: "stop texting me\n" + strings.Repeat("\x00", 17<<10)}, keyword.Stop},
		"that the provider acted on":   {sms.Inbound{Body: "a" + tail, Keyword: "STOP"}, keyword.Stop},
		"with a picture":               {sms.Inbound{Body: "STOP" + blank, Media: 1}, keyword.Stop},
		"of health":                    {sms.Inbound{Body: "My root canal hurts. " + tail}, keyword.Review},
		"that nobody reads to its end": {sms.Inbound{Body: "Thank you for the visit. " + tail}, keyword.Review},
	}
	worlds(t, func(t *testing.T, w *world) {
		n := 0
		for name, c := range cases {
			n++
			c.in.From = fmt.Sprintf("+1212555%04d", n)
			w.paper(c.in.From, consent.Transactional)
			m := w.send(c.in)
			require.Equal(t, string(c.want), m.Word, name)
			body := m.Body
			if m.Flag != sms.Unflagged {
				require.Empty(t, m.Body, name)
				var err error
				body, err = w.store.Content(t.Context(), m.Key())
				require.NoError(t, err, name)
			}
			require.LessOrEqual(t, len(body), 16<<10, name)
			require.Greater(t, len(body), 16<<10-utf8.UTFMax, name)
			require.True(t, utf8.ValidString(body), name)
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: c.in.From})
			require.NoError(t, err)
			require.Equal(t, c.want == keyword.Stop, state.Transactional.Status == consent.Stopped, name)
		}
	})
}

// The log has of every message what came of it, and nothing of what it said.
func TestWhatAMessageCameToIsOnRecord(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		token := w.remind(w.answers(), "a-1", "emma", patient, chicago(t, 2026, 3, 4, 10))
		w.say(token)
		w.say("My root canal hurts. " + strings.Repeat("é", 20<<10)) // and nobody reads it to its end
		w.say("STOP")
		var came []map[string]string
		for _, e := range w.actions("sms.message.receive") {
			require.Empty(t, e.Patient)
			require.Equal(t, audit.Patient, e.Actor.Kind)
			came = append(came, e.Details)
		}
		require.Equal(t, []map[string]string{
			{"word": "confirm", "appointment": "a-1"},
			{"word": "review", "flag": "health", "tasks": "doubt sensitive"},
			{"word": "stop"},
		}, came)
	})
}

// What a provider took a message for is what it asks for, whatever its words are.
func TestTheProvidersWordIsHeard(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.say("STOP")
		require.Equal(t, "help", w.send(sms.Inbound{Body: "ajutor", Keyword: "HELP"}).Word)
		require.Equal(t, consent.Stopped, w.status(patient))
		require.Equal(t, "start", w.send(sms.Inbound{Body: "vreau iar", Keyword: "START"}).Word)
		require.Equal(t, consent.Active, w.status(patient))
		require.Empty(t, w.open(), "nobody has to look")
	})
}

// unconfirmed is consent that says so of every answer to a double opt-in.
type unconfirmed struct {
	*consent.Service
	err error
}

func (u unconfirmed) Confirm(context.Context, audit.Actor, consent.Confirmation) (consent.State, error) {
	return consent.State{}, u.err
}

// An answer that was asked for and could not be recorded is not taken in, so that the provider delivers it again; one that
// was refused is kept like any other message, once its refusal is on record.
func TestAnAnswerThatCouldNotBeRecordedComesAgain(t *testing.T) {
	full := errors.New("the disk is full")
	for _, c := range []struct {
		err, want error
	}{
		{full, full},
		{consent.ErrNotAsked, nil},
		{consent.ErrExpired, nil},
		{errors.Join(consent.ErrNotAsked, audit.ErrNotRecorded), audit.ErrNotRecorded},
	} {
		w := inMemory(t)
		texts, err := sms.New(w.store, unconfirmed{w.consents, c.err}, w.log, &sms.Options{Now: w.now.Now})
		require.NoError(t, err)
		fresh, err := texts.Receive(t.Context(), practice, sms.Inbound{Provider: "carrier", ID: "in-1", From: patient, To: office, Body: "AGREE"})
		require.ErrorIs(t, err, c.want)
		require.Equal(t, c.want == nil, fresh)
	}
}
