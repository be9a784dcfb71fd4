package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// without returns the promised rules less one.
func without(rule string) func(*sms.DispatcherOptions) {
	return func(o *sms.DispatcherOptions) {
		o.Rules = slices.DeleteFunc(sms.Promised(), func(r sms.Rule) bool { return r.ID == rule })
	}
}

// Transactional texts leave on transactional consent, inside the window, and say nothing but what they are for.
func TestPromise_D1_2_TransactionalTexts(t *testing.T) {
	chicago := zone(t, "America/Chicago")
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("reminder"))
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1)
		require.Equal(t, sms.Sent, w.tracked(k).State)

		by := func(t *testing.T, got sms.Tracked, rule string) {
			t.Helper()
			require.Empty(t, w.carrier.bodies(), "the provider was asked")
			require.Equal(t, sms.Refused, got.State)
			require.Equal(t, rule, got.Decision.Trail[len(got.Decision.Trail)-1].Rule)
			require.NotEmpty(t, got.Decision.Reason)
		}
		refused := func(t *testing.T, text sms.Text, rule string, adjust ...func(*sms.DispatcherOptions)) {
			t.Helper()
			k := w.enqueue(text)
			w.step(w.dispatcher(adjust...))
			by(t, w.tracked(k), rule)
		}
		// reminder returns the reminder of an appointment, as the list of refused texts has it.
		reminder := func(t *testing.T, appointment string) sms.Tracked {
			t.Helper()
			page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery, States: []sms.State{sms.Refused}})
			require.NoError(t, err)
			i := slices.IndexFunc(page.Texts, func(x sms.Tracked) bool { return x.Subject == appointment })
			require.GreaterOrEqual(t, i, 0)
			return page.Texts[i]
		}
		charts := w.charts()
		w.enrol(charts, "p-204", patient, "")
		planner := w.planner(charts)

		t.Run("refuses_without_consent", func(t *testing.T) {
			other := w.text("to somebody else")
			other.To = "+12125550101"
			refused(t, other, "consent")
		})
		t.Run("refuses_on_consent_to_anything_else", func(t *testing.T) {
			other := w.text("to somebody who consented to other texts")
			other.To = "+12125550102"
			w.paper(other.To, consent.Conversational)
			w.paper(other.To, consent.Promotional)
			refused(t, other, "consent")
		})
		t.Run("refuses_on_consent_that_is_not_confirmed", func(t *testing.T) {
			w.confirm(consent.ConfirmAll)
			other := w.text("to somebody who has not confirmed")
			other.To = "+12125550103"
			w.paper(other.To, consent.Transactional)
			refused(t, other, "consent")
		})
		t.Run("refuses_a_promotional_sentence", func(t *testing.T) {
			promo := w.text("promo")
			promo.Body += " Ask about our special offer!"
			refused(t, promo, "promotion")
		})
		t.Run("refuses_a_promotional_sentence_in_the_template", func(t *testing.T) {
			plain, err := w.store.Sender(t.Context(), practice, office)
			require.NoError(t, err)
			loud := plain
			loud.Contact += ". Ask about our special offer!"
			require.ErrorIs(t, w.texts.Register(t.Context(), staff, loud), sms.ErrInvalid)
			// However it got there, no reminder leaves with it.
			leaf, err := w.log.Stamp(t.Context(), audit.Entry{
				Practice: practice, Actor: staff, Action: "sms.sender.register", Object: audit.Object{Kind: "sender", ID: office},
			})
			require.NoError(t, err)
			_, err = w.store.Apply(t.Context(), sms.Change{Sender: &loud, Leaves: []audit.Leaf{leaf}})
			require.NoError(t, err)
			w.book(charts, "a-1", w.now.Now().Add(24*time.Hour))
			w.plan(planner)
			w.step(w.dispatcher())
			by(t, reminder(t, "a-1"), "promotion")
			require.NoError(t, w.texts.Register(t.Context(), staff, plain))
		})
		night := time.Date(2026, 3, 4, 22, 0, 0, 0, chicago)
		t.Run("defers_to_the_window", func(t *testing.T) {
			w.now.Set(night)
			k := w.enqueue(w.text("at night"))
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
			require.Equal(t, sms.Queued, w.tracked(k).State)
			w.now.Set(night.Add(10 * time.Hour))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("refuses_what_cannot_leave_before_the_appointment", func(t *testing.T) {
			w.now.Set(night.AddDate(0, 0, 1))
			w.book(charts, "a-2", night.AddDate(0, 0, 1).Add(9*time.Hour+45*time.Minute)) // 07:45, before anything may leave
			w.plan(planner)
			w.step(w.dispatcher())
			listed := reminder(t, "a-2")
			by(t, listed, "useful")
			require.Equal(t, "p-204", listed.Patient, "the list says whom a person has to call")
			w.now.Set(night.AddDate(0, 0, 1).Add(10 * time.Hour))
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies(), "nor does it leave later")
		})
		t.Run("refuses_without_agreement", func(t *testing.T) {
			w.baa.inForce = false
			defer func() { w.baa.inForce = true }()
			refused(t, w.text("no agreement"), "agreement")
			refused(t, w.text("nobody to ask"), "agreement", func(o *sms.DispatcherOptions) { o.Agreements = nil })
		})
		t.Run("without_rule", func(t *testing.T) {
			for id, spoil := range map[string]func(*sms.Text){
				"consent":   func(x *sms.Text) { x.To = "+12125550101" },
				"promotion": func(x *sms.Text) { x.Body += " Ask about our special offer!" },
				"agreement": func(*sms.Text) { w.baa.inForce = false },
			} {
				x := w.text("without " + id)
				spoil(&x)
				k := w.enqueue(x)
				w.step(w.dispatcher(without(id)))
				require.Equal(t, sms.Sent, w.tracked(k).State)
				w.baa.inForce = true
			}
			require.Len(t, w.carrier.bodies(), 3)

			w.now.Set(night.AddDate(0, 0, 2))
			stale := w.text("without useful")
			stale.LastUseful = w.now.Now().Add(9 * time.Hour)
			k := w.enqueue(stale)
			w.step(w.dispatcher(without("useful")))
			require.Equal(t, sms.Queued, w.tracked(k).State, "it waits for an hour at which it is of no use")
		})
	})
}

// somewhere says of every number that it may be in any of some zones.
type somewhere []string

func (s somewhere) Zones(context.Context, string) ([]string, error) { return s, nil }

// Texts leave between 8 am and 9 pm Central, and in the recipient's own window, to the second.
func TestPromise_D2_2_EightToNineCentral(t *testing.T) {
	const (
		eastern = "America/New_York"
		central = "America/Chicago"
		pacific = "America/Los_Angeles"
	)
	chicago := zone(t, central)
	clock := func(t *testing.T, local string) time.Time {
		t.Helper()
		moment, err := time.ParseInLocation(time.DateTime, local, chicago)
		require.NoError(t, err)
		return moment
	}
	t.Run("how the policy's CST is read is a row of the rules", func(t *testing.T) {
		rules := sms.Promised()
		row := rules[slices.IndexFunc(rules, func(r sms.Rule) bool { return r.ID == "window-central" })]
		require.Equal(t, central, row.Zone)
		require.Equal(t, 8*time.Hour, row.Opens)
		require.Equal(t, 21*time.Hour, row.Closes)
		require.Contains(t, row.Citation, "DentTracks SMS Privacy Policy, section 2")
	})
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Conversational)
		w.paper(patient, consent.Promotional)
		n := 0
		queue := func(t *testing.T, local, zone string, c consent.Category) sms.Key {
			t.Helper()
			w.now.Set(clock(t, local))
			if c == consent.Conversational {
				w.receive(patient, "When is my visit?")
			}
			n++
			x := w.text(fmt.Sprintf("t-%d", n))
			x.Zone, x.Category = zone, c
			return w.enqueue(x)
		}
		at := func(t *testing.T, local, zone string, adjust ...func(*sms.DispatcherOptions)) sms.Tracked {
			t.Helper()
			k := queue(t, local, zone, consent.Transactional)
			w.step(w.dispatcher(adjust...))
			return w.tracked(k)
		}
		// deferred requires that a text waits until a moment, and that it leaves then.
		deferred := func(t *testing.T, got sms.Tracked, until time.Time, adjust ...func(*sms.DispatcherOptions)) {
			t.Helper()
			require.Equal(t, sms.Queued, got.State)
			require.Zero(t, got.Attempts)
			require.Equal(t, until.Format(time.DateTime), got.Due.In(chicago).Format(time.DateTime))
			w.now.Set(until)
			w.step(w.dispatcher(adjust...))
			require.Equal(t, sms.Sent, w.tracked(got.Key()).State, "it leaves at the next lawful hour")
		}
		edges := []struct{ now, zone, opens string }{ // all in Chicago; opens is empty where it leaves
			{"07:59:59", "", "08:00:00"},
			{"08:00:00", "", ""},
			{"20:59:59", "", ""},
			{"21:00:00", "", "08:00:00"},
			// It is nine in New York, and seven in the evening in Los Angeles: the Central window alone forbids it.
			{"07:59:59", eastern, "08:00:00"},
			{"08:00:00", eastern, ""},
			{"20:59:59", pacific, ""},
			{"21:00:00", pacific, "10:00:00"},
			// It is ten in the morning, and eight in the evening, in Chicago: the recipient's own window forbids it.
			{"09:59:59", pacific, "10:00:00"},
			{"10:00:00", pacific, ""},
			{"19:59:59", eastern, ""},
			{"20:00:00", eastern, "08:00:00"},
		}
		// The days on which clocks go forward and back in 2026, the evenings before, and a day like any other.
		for _, day := range []string{"2026-03-05", "2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01"} {
			for _, edge := range edges {
				got := at(t, day+" "+edge.now, edge.zone)
				if edge.opens == "" {
					require.Equal(t, sms.Sent, got.State, "%s %s %s", day, edge.now, edge.zone)
					continue
				}
				until := clock(t, day+" "+edge.opens)
				if edge.opens < edge.now {
					until = clock(t, until.AddDate(0, 0, 1).Format(time.DateTime))
				}
				deferred(t, got, until)
			}
		}
		t.Run("a number that may be in several zones", func(t *testing.T) {
			anywhere := func(o *sms.DispatcherOptions) { o.Zones = somewhere{eastern, pacific} }
			deferred(t, at(t, "2026-11-03 09:59:59", "", anywhere), clock(t, "2026-11-03 10:00:00"), anywhere)
			require.Equal(t, sms.Sent, at(t, "2026-11-03 19:59:59", "", anywhere).State)
			deferred(t, at(t, "2026-11-03 20:00:00", "", anywhere), clock(t, "2026-11-04 10:00:00"), anywhere)
		})
		t.Run("a reminder keeps to the zone of the patient's address", func(t *testing.T) {
			w.now.Set(clock(t, "2026-11-04 12:00:00"))
			charts := w.charts()
			w.enrol(charts, "p-204", patient, pacific)
			w.book(charts, "a-1", clock(t, "2026-11-06 08:30:00"))
			w.plan(w.planner(charts))
			w.now.Set(clock(t, "2026-11-05 09:59:59"))
			w.carrier.bodies()
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
			w.now.Set(clock(t, "2026-11-05 10:00:00"))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("every kind of text but answers", func(t *testing.T) {
			w.confirm(consent.ConfirmAll)
			other := "+12125550101"
			w.paper(other, consent.Transactional)
			var waiting []sms.Key
			for _, c := range consent.Categories() {
				waiting = append(waiting, queue(t, "2026-11-09 21:00:00", "", c))
			}
			ask, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: other})
			require.NoError(t, err)
			w.carrier.bodies()
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
			for _, k := range append(waiting, ask) {
				require.Equal(t, clock(t, "2026-11-10 08:00:00").UTC(), w.tracked(k).Due)
			}
			w.now.Set(clock(t, "2026-11-10 08:00:00"))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 4)
		})
		const request = 10 * time.Second // how long a request may take: validity counts from when the provider has taken it on
		t.Run("validity ends with the window however long the request takes", func(t *testing.T) {
			defer func() { w.carrier.answer = nil }()
			for _, takes := range []time.Duration{0, time.Second, request} {
				w.carrier.answer = func(sms.Message) error {
					w.now.Add(takes)
					return nil
				}
				require.Equal(t, sms.Sent, at(t, "2026-11-03 20:58:00", "").State)
				ends := w.now.Now().Add(w.carrier.sent[len(w.carrier.sent)-1].Validity)
				require.False(t, ends.After(clock(t, "2026-11-03 21:00:00")), "it may be delivered at %s", ends)
			}
		})
		t.Run("no request is under way when the window has closed", func(t *testing.T) {
			until := &deadlines{Provider: w.carrier}
			d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": until},
				&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
			require.NoError(t, err)
			queue(t, "2026-11-03 20:59:57", "", consent.Transactional)
			w.step(d)
			require.Len(t, until.left, 1)
			require.LessOrEqual(t, until.left[0], 3*time.Second)
		})
		t.Run("validity ends with the window that ends first", func(t *testing.T) {
			for _, c := range []struct {
				now, zone string
				want      time.Duration
			}{
				{"2026-11-03 20:45:00", "", 15*time.Minute - request},
				{"2026-11-03 20:45:00", pacific, 15*time.Minute - request},
				{"2026-11-03 19:45:00", eastern, 15*time.Minute - request},
				{"2026-11-03 20:59:49", "", time.Second},
				{"2026-11-03 20:59:59", "", time.Second},
			} {
				w.carrier.bodies()
				require.Equal(t, sms.Sent, at(t, c.now, c.zone).State)
				require.Equal(t, c.want, w.carrier.sent[len(w.carrier.sent)-1].Validity, c.now+" "+c.zone)
			}
		})
		t.Run("refuses_as_stale", func(t *testing.T) {
			stale := func(useful time.Duration) sms.State {
				w.now.Set(clock(t, "2026-11-11 21:00:00"))
				n++
				x := w.text(fmt.Sprintf("t-%d", n))
				x.LastUseful = w.now.Now().Add(useful)
				k := w.enqueue(x)
				w.step(w.dispatcher())
				return w.tracked(k).State
			}
			require.Equal(t, sms.Refused, stale(11*time.Hour), "of no use at eight")
			require.Equal(t, sms.Queued, stale(11*time.Hour+time.Minute), "still of use a minute later")
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Queued, at(t, "2026-11-17 07:30:00", eastern).State)
			require.Equal(t, sms.Sent, at(t, "2026-11-17 07:30:00", eastern, without("window-central")).State)
			require.Equal(t, sms.Queued, at(t, "2026-11-17 08:30:00", pacific).State)
			require.Equal(t, sms.Sent, at(t, "2026-11-17 08:30:00", pacific, without("window-recipient")).State)
		})
	})
}

// Every hand-over to a provider, and every refusal, leaves its entry.
func TestSendingLeavesItsEntries(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.enqueue(w.text("goes"))
		other := w.text("stays")
		other.To = "+12125550101"
		w.enqueue(other)
		w.step(w.dispatcher())
		page, err := w.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		outcomes := map[string]audit.Outcome{}
		for _, leaf := range page.Leaves {
			if leaf.Action != "sms.text.send" {
				continue
			}
			e, err := w.log.Open(t.Context(), leaf)
			require.NoError(t, err)
			outcomes[e.Object.ID] = e.Outcome
		}
		require.Equal(t, map[string]audit.Outcome{"goes": audit.Done, "stays": audit.Refused}, outcomes)
	})
}

// deadlines is a provider that notes how long each request may take.
type deadlines struct {
	sms.Provider
	left []time.Duration
}

func (d *deadlines) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	ends, bounded := ctx.Deadline()
	if !bounded {
		return sms.Accepted{}, errors.New("the request has no end")
	}
	d.left = append(d.left, time.Until(ends))
	return d.Provider.Send(ctx, m)
}
