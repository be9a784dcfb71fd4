package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// Some phones answer every text by themselves, with STOP or START or HELP. They must not talk to us for ever.
func TestAPhoneThatAnswersByItself(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d := w.dispatcher()
		for _, word := range []string{"STOP", "START", "HELP"} {
			want, next := 5, 1
			if word == "STOP" { // one is confirmed, until a START
				want, next = 1, 0
			}
			answers := 0
			for range 7 {
				w.now.Add(time.Second)
				w.receive(patient, word)
				w.step(d)
				answers += len(w.carrier.bodies())
			}
			require.Equal(t, want, answers, word)
			w.now.Add(24 * time.Hour)
			w.receive(patient, word)
			w.step(d)
			require.Len(t, w.carrier.bodies(), next, "%s: a new day", word)
		}
	})
}

// Five a day means five a day, also to whoever asks more often every day.
func TestHelpIsAnsweredFiveTimesEveryDay(t *testing.T) {
	w := inMemory(t)
	w.texts = w.texts.WithStore(oneByOne{w.store}) // however many texts a page holds
	d := w.dispatcher()
	for day := range 4 {
		for range 8 {
			w.now.Add(3 * time.Hour)
			w.receive(patient, "HELP")
			w.step(d)
		}
		require.Len(t, w.carrier.bodies(), 5, "day %d", day)
	}
}

// unreadable cannot read old texts: their key is gone, say.
type unreadable struct{ sms.Store }

func (unreadable) Texts(context.Context, sms.Query) (sms.Page, error) {
	return sms.Page{}, errors.New("a text cannot be opened")
}

func TestAnOldTextThatCannotBeReadHoldsUpNoAnswer(t *testing.T) {
	w := inMemory(t)
	texts := w.texts.WithStore(unreadable{w.store})
	for i, word := range []string{"HELP", "STOP"} {
		_, err := texts.Receive(t.Context(), practice, sms.Inbound{
			Provider: "carrier", ID: fmt.Sprint(i), From: patient, To: office, Body: word,
		})
		require.NoError(t, err)
	}
	w.step(w.dispatcher())
	require.Len(t, w.carrier.bodies(), 2)
}

// However a provider names its messages, a STOP among them is heard, once.
func TestProvidersMayNameMessagesAsTheyLike(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(time.Second)
		long := strings.Repeat("x", 200)
		for i, id := range []string{long, long, long + "y"} {
			fresh, err := w.texts.Receive(t.Context(), practice, sms.Inbound{
				Provider: "carrier", ID: id, From: []string{patient, patient, "+16155550101"}[i], To: office, Body: "STOP",
			})
			require.NoError(t, err)
			require.Equal(t, i != 1, fresh)
		}
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 2)
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
	})
}

// A provider that acted on a word may leave out what was written.
func TestAKeywordWithoutWordsIsHeard(t *testing.T) {
	for _, word := range []string{"STOP", "START", "HELP"} {
		w := inMemory(t)
		_, err := w.texts.Receive(t.Context(), practice, sms.Inbound{
			Provider: "carrier", ID: "m", From: patient, To: office, Body: " ", Keyword: word,
		})
		require.NoError(t, err, word)
		facts, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		if word != "HELP" {
			require.Equal(t, word, facts[0].Evidence.Words)
		}
	}
}

// untold is a gate that cannot say what a stop came to.
type untold struct{ *consent.Service }

func (untold) Effect(context.Context, consent.Key, string) (consent.Effect, error) {
	return consent.Effect{Repeats: true}, errors.New("the ledger cannot be read")
}

func TestAStopIsAnsweredWhereNobodyCanTellWhetherItRepeatsAnother(t *testing.T) {
	w := inMemory(t)
	texts, err := sms.New(w.store, untold{w.consents}, w.log, &sms.Options{Now: w.now.Now})
	require.NoError(t, err)
	_, err = texts.Receive(t.Context(), practice, sms.Inbound{Provider: "carrier", ID: "m", From: patient, To: office, Body: "STOP"})
	require.NoError(t, err)
	w.step(w.dispatcher())
	require.Len(t, w.carrier.bodies(), 1)
}

// The day of five answers is 24 hours, to the moment.
func TestADayOfAnswersHasTwentyFourHours(t *testing.T) {
	w := inMemory(t)
	d := w.dispatcher()
	for range 6 {
		w.receive(patient, "HELP")
	}
	w.step(d)
	require.Len(t, w.carrier.bodies(), 5)
	require.Equal(t, noon.Add(24*time.Hour), w.tracked(sms.Key{Practice: practice, ID: "help_answer-carrier-in-1"}).LastUseful)
	w.now.Add(24*time.Hour - time.Microsecond)
	w.receive(patient, "HELP")
	w.step(d)
	require.Empty(t, w.carrier.bodies())
	w.now.Add(time.Microsecond)
	w.receive(patient, "HELP")
	w.step(d)
	require.Len(t, w.carrier.bodies(), 1)
}

// counted is a gate that counts how often it was asked for a language.
type counted struct {
	*consent.Service
	asked int
}

func (c *counted) Language(ctx context.Context, k consent.Key) (string, error) {
	c.asked++
	return c.Service.Language(ctx, k)
}

// The ledger is asked for a language when an answer of ours is made, and not where somebody else answers or nobody does.
func TestTheLanguageIsAskedForOfAnswersOfOursAlone(t *testing.T) {
	w := inMemory(t)
	gate := &counted{Service: w.consents}
	texts, err := sms.New(w.store, gate, w.log, &sms.Options{AnswersPerDay: 1, Now: w.now.Now})
	require.NoError(t, err)
	for i, c := range []struct {
		in    sms.Inbound
		asked int
	}{
		{sms.Inbound{Body: "STOP", Keyword: "STOP"}, 0},
		{sms.Inbound{Body: "HELP", Keyword: "HELP"}, 0},
		{sms.Inbound{Body: "START", Keyword: "START"}, 0},
		{sms.Inbound{Body: "START"}, 1},
		{sms.Inbound{Body: "STOP"}, 1},
		{sms.Inbound{Body: "STOP"}, 0}, // it repeats one that was confirmed
		{sms.Inbound{Body: "HELP"}, 1},
		{sms.Inbound{Body: "HELP"}, 0}, // one a day is answered
		{sms.Inbound{Body: "AYUDA"}, 0},
	} {
		w.now.Add(time.Second)
		gate.asked, c.in.Provider, c.in.ID, c.in.From, c.in.To = 0, "carrier", fmt.Sprint(i), patient, office
		_, err := texts.Receive(t.Context(), practice, c.in)
		require.NoError(t, err)
		require.Equal(t, c.asked, gate.asked, "message %d, %s", i, c.in.Body)
	}
}
