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

// Of two offers that take a cap's last room from each other, because two workers hold them at once, neither waits a day for it,
// nor is refused for that: what does not leave leaves its room to the other.
func TestTwoWorkersLeaveACapsLastRoomToOne(t *testing.T) {
	for name, useful := range map[string]time.Duration{"for days": 72 * time.Hour, "today": 2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				w.grant(consent.Transactional)
				w.paper(patient, consent.Promotional)
				offer := func(id string) sms.Key {
					x := w.text(id)
					x.Category, x.Region, x.LastUseful = consent.Promotional, "US-FL", w.now.Now().Add(useful)
					return w.enqueue(x)
				}
				offer("a")
				offer("b")
				w.step(w.dispatcher())
				require.Len(t, w.carrier.bodies(), 2, "of three a day")

				w.now.Add(time.Second)
				other := offer("c")
				held, err := w.queue.Claim(t.Context(), sms.Claim{Worker: "other", Now: w.now.Now(), Lease: time.Minute, Limit: 1})
				require.NoError(t, err)
				require.Len(t, held, 1)
				w.now.Add(time.Second)
				k := offer("d")
				w.step(w.dispatcher())
				require.Empty(t, w.carrier.bodies(), "the other one may leave")
				got := w.tracked(k)
				require.Equal(t, sms.Queued, got.State, got.Decision.Reason)
				require.Equal(t, "cap", got.Decision.Rule)
				require.True(t, got.Due.Before(w.now.Now().Add(time.Hour)), "it is due at %s", got.Due)

				settled, err := w.queue.Settle(t.Context(), sms.Settlement{Key: other, Worker: "other", State: sms.Cancelled})
				require.NoError(t, err)
				require.Equal(t, []bool{true}, settled)
				w.now.Set(got.Due)
				w.step(w.dispatcher())
				require.Equal(t, sms.Sent, w.tracked(k).State, w.tracked(k).Decision.Reason)
				last := offer("e")
				w.step(w.dispatcher())
				require.NotEqual(t, sms.Sent, w.tracked(last).State, "now there is no room")
				require.Equal(t, useful > 24*time.Hour, w.tracked(last).State == sms.Queued)
				require.False(t, w.tracked(last).Due.After(w.now.Now()) && w.tracked(last).Due.Before(w.now.Now().Add(time.Hour)))
			})
		})
	}
}
