package sms_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// counting is a store that counts the texts it opens for others to look through.
type counting struct {
	sms.Store
	opened int
}

func (c *counting) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	page, err := c.Store.Texts(ctx, q)
	c.opened += len(page.Texts)
	return page, err
}

// opens returns how many texts are opened while something is done.
func (w *world) opens(do func()) int {
	store := w.store
	defer func() { w.store = store }()
	c := &counting{Store: store}
	w.store = c
	do()
	return c.opened
}

// TestAPromotionalTextOpensNoOldTexts decides on an offer before and after many more texts were sent to its number: reminders
// of this day, offers of another month, and some that nobody has claimed. Of all texts it opens the offers of this week.
func TestAPromotionalTextOpensNoOldTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		text := func(c consent.Category, what string, n int) sms.Text {
			x := w.text(fmt.Sprintf("%s-%d", what, n))
			x.Category = c
			return x
		}
		month := func(n int) sms.Tracked {
			w.now.Set(noon.AddDate(0, 0, 28*n))
			for i := range 5 {
				w.enqueue(text(consent.Transactional, "reminder", 10*n+i))
				later := text(consent.Promotional, "later", 10*n+i)
				later.NotBefore, later.LastUseful = noon.AddDate(1, 0, 0), noon.AddDate(1, 0, 1)
				w.enqueue(later)
			}
			w.enqueue(text(consent.Promotional, "offer", 10*n))
			w.step(w.dispatcher())
			w.now.Add(7*24*time.Hour - time.Minute)
			offer := w.enqueue(text(consent.Promotional, "offer", 10*n+1))
			require.Equal(t, 2, w.opens(func() { w.step(w.dispatcher()) }), "the offer of the week and the one itself")
			return w.tracked(offer)
		}
		for n := range 3 {
			got := month(n)
			require.Equal(t, sms.Sent, got.State, got.Decision.Reason)
			require.Equal(t, []time.Time{noon.AddDate(0, 0, 28*n)}, got.Decision.Facts.Promotions)
		}
	})
}

// TestAStopOpensNoOldTexts hears a STOP from a number to which texts were sent all year: those of the last day alone may still
// be taken back.
func TestAStopOpensNoOldTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		for n := range 5 {
			w.now.Set(noon.AddDate(0, n, 0))
			w.enqueue(w.text(fmt.Sprint("reminder-", n)))
			w.step(w.dispatcher())
		}
		w.receive(patient, "STOP")
		require.Equal(t, 1, w.opens(func() { w.step(w.dispatcher()) }))
	})
}
