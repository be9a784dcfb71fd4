package sms_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// reached returns what each number was sent since the last call.
func (p *provider) reached() map[string][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string][]string{}
	for _, m := range p.sent {
		all[m.To] = append(all[m.To], m.Body)
	}
	p.sent, p.at = nil, nil
	return all
}

// newest returns the newest text to a number.
func (w *world) newest(number string) sms.Tracked {
	w.t.Helper()
	page, err := w.store.Texts(w.t.Context(), sms.Query{Practice: practice, Number: number, Limit: 1})
	require.NoError(w.t, err)
	require.Len(w.t, page.Texts, 1, "no text to the number")
	return page.Texts[0]
}

// A patient who asks to be reached at another number after a text was queued gets it there, and nothing at the usual one.
func TestPromise_M9_5_WhatWasPlannedGoesWhereThePatientAskedSince(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const private, other = "+12125550180", "+12125550181"
		asked := channels{}
		var err error
		w.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now, Channels: asked})
		require.NoError(t, err)
		f := w.shared("emma", "liam", "noah", "olga")
		for _, number := range []string{private, other} {
			w.paper(number, consent.Transactional)
		}
		day := time.Date(2026, 3, 5, 0, 0, 0, 0, zone(t, "America/Chicago"))
		at := func(hour int) time.Time { return day.Add(time.Duration(hour) * time.Hour) }
		again := func() { day = day.AddDate(0, 0, 7); w.now.Set(day.AddDate(0, 0, -2)); clear(asked) }
		leave := func(adjust ...func(*sms.DispatcherOptions)) map[string][]string {
			t.Helper()
			w.now.Set(at(8))
			w.step(w.dispatcher(append(adjust, func(o *sms.DispatcherOptions) { o.Channels = asked })...))
			return w.carrier.reached()
		}
		tells := func(bodies []string, times string) {
			t.Helper()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], day.Format("Monday, January 2")+" at "+times+". Questions")
		}

		t.Run("a reminder", func(t *testing.T) {
			olga, err := f.charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: "olga"})
			require.NoError(t, err)
			olga.Address = records.Address{State: "CA", Country: "US"}
			_, err = f.charts.SavePatient(t.Context(), staff, records.Save{Patient: olga})
			require.NoError(t, err)
			f.visit("a-1", "olga", at(15))
			planned := w.newest(patient)
			require.Equal(t, "US-CA", planned.Region)
			asked["olga"] = private
			got := leave()
			tells(got[private], "3:00 PM")
			require.Len(t, got, 1, "nothing at the usual number")
			require.Equal(t, planned.Body, got[private][0])

			before, after := w.tracked(planned.Key()), w.newest(private)
			require.Equal(t, sms.Cancelled, before.State)
			require.Equal(t, "restriction", before.Decision.Rule)
			require.Equal(t, []sms.Key{after.Key()}, w.became(before.Key()))
			require.Equal(t, sms.Sent, after.State)
			require.Equal(t, "olga", after.Patient)
			require.Empty(t, after.Zone+after.Region, "they are by the usual address")
			require.Equal(t, planned.LastUseful, after.LastUseful)
			w.plan(f.planner)
			require.Empty(t, leave(), "it was told")
			for _, key := range []sms.Key{before.Key(), after.Key()} {
				outcomes := map[audit.Outcome]int{}
				for _, e := range append(w.actions("sms.text.send"), w.actions("sms.text.enqueue")...) {
					if e.Object.ID == key.ID {
						require.Equal(t, "olga", e.Patient)
						outcomes[e.Outcome]++
					}
				}
				require.Equal(t, 2, outcomes[audit.Done]+outcomes[audit.Refused], "that it was queued, and what became of it")
			}
		})
		t.Run("of a family's text only the patient's part", func(t *testing.T) {
			again()
			f.visit("b-1", "emma", at(15))
			first := w.newest(patient).Key()
			f.visit("b-2", "liam", at(16))
			f.visit("b-3", "noah", at(17))
			asked["emma"] = private
			got := leave()
			tells(got[private], "3:00 PM")
			tells(got[patient], "4:00 PM and 5:00 PM")
			require.Len(t, got, 2)
			require.ElementsMatch(t, []sms.Key{w.newest(private).Key(), w.newest(patient).Key()}, w.became(first), "through those that came to it")
		})
		t.Run("all of one patient's day together, and each where that patient asked", func(t *testing.T) {
			again()
			f.visit("c-1", "emma", at(15))
			f.visit("c-2", "emma", at(16))
			f.visit("c-3", "liam", at(17))
			asked["emma"], asked["liam"] = private, other
			got := leave()
			tells(got[private], "3:00 PM and 4:00 PM")
			tells(got[other], "5:00 PM")
			require.Len(t, got, 2)
			require.Equal(t, "emma", w.newest(private).Patient)
			queued := map[string]bool{}
			for _, e := range w.actions("sms.text.enqueue") {
				queued[e.Object.ID] = true
			}
			require.True(t, queued[w.newest(private).ID] && queued[w.newest(other).ID], "the log has each of them")
		})
		t.Run("one that was asked for elsewhere once more", func(t *testing.T) {
			again()
			f.visit("d-1", "emma", at(15))
			asked["emma"] = private
			w.now.Set(at(7)) // too early: it waits there for its hour
			w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = asked }))
			require.Equal(t, sms.Queued, w.newest(private).State)
			asked["emma"] = other
			got := leave()
			tells(got[other], "3:00 PM")
			require.Len(t, got, 1)
		})
		t.Run("one who wants the usual number again", func(t *testing.T) {
			again()
			asked["emma"] = private
			f.visit("k-1", "emma", at(15))
			require.Equal(t, sms.Queued, w.newest(private).State)
			asked["emma"] = patient
			got := leave()
			tells(got[patient], "3:00 PM")
			require.Len(t, got, 1)
		})
		t.Run("what staff queued", func(t *testing.T) {
			again()
			x := w.text("by staff")
			x.Patient, x.NotBefore, x.LastUseful = "emma", at(8), at(20)
			w.enqueue(x)
			asked["emma"] = private
			require.Equal(t, map[string][]string{private: {x.Body}}, leave())
		})
		t.Run("refuses_a_number_that_did_not_consent", func(t *testing.T) {
			again()
			f.visit("e-1", "emma", at(15))
			asked["emma"] = "+12125550182"
			require.Empty(t, leave())
			require.Equal(t, "consent", w.newest("+12125550182").Decision.Rule)
		})
		t.Run("refuses_where_no_text_was_asked_for", func(t *testing.T) {
			again()
			f.visit("f-1", "emma", at(15))
			f.visit("f-2", "liam", at(16))
			asked["emma"] = ""
			got := leave()
			tells(got[patient], "4:00 PM")
			require.Len(t, got, 1)
			require.Contains(t, f.states("emma"), sms.Refused)
		})
		t.Run("refuses_each_for_a_reason_of_its_own", func(t *testing.T) {
			again()
			f.visit("m-1", "emma", at(15))
			f.visit("m-2", "noah", at(16))
			asked["emma"] = ""
			mute := consent.Mute{Practice: practice, Number: patient, Patient: "noah"}
			_, err := w.consents.Mute(t.Context(), staff, mute)
			require.NoError(t, err)
			require.Empty(t, leave())
			rules := map[string]string{}
			page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, Number: patient, Limit: 2})
			require.NoError(t, err)
			for _, text := range page.Texts {
				rules[text.Patient] = text.Decision.Rule
			}
			require.Equal(t, map[string]string{"emma": "restriction", "noah": "consent"}, rules)
			w.now.Add(time.Second)
			_, err = w.consents.Unmute(t.Context(), staff, mute)
			require.NoError(t, err)
		})
		t.Run("refuses_what_is_no_number", func(t *testing.T) {
			again()
			f.visit("g-1", "emma", at(15))
			asked["emma"] = "212-555-0180"
			require.Empty(t, leave())
			require.Equal(t, sms.Refused, w.newest(patient).State)
		})
		t.Run("refuses_what_was_cancelled", func(t *testing.T) {
			again()
			f.cancel(f.visit("h-1", "emma", at(15)))
			asked["emma"] = private
			require.Empty(t, leave())
			require.Equal(t, sms.Refused, w.newest(patient).State)
		})
		t.Run("refuses_while_nobody_can_tell", func(t *testing.T) {
			again()
			f.visit("i-1", "emma", at(15))
			w.now.Set(at(8))
			for _, away := range []sms.Channels{unknown{}, &askedOnce{channels: channels{"emma": private}}} {
				_, _ = w.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = away }).Step(t.Context())
				require.Empty(t, w.carrier.reached())
				require.Equal(t, sms.Queued, w.newest(patient).State, "it is looked at again")
				w.now.Add(time.Hour)
			}
		})
		t.Run("refuses_a_text_to_many", func(t *testing.T) { // the number may be one of them already
			again()
			x := w.text("one of many")
			x.Patient, x.NotBefore, x.LastUseful, x.Broadcast = "emma", at(8), at(20), "spring"
			k := w.enqueue(x)
			asked["emma"] = private
			require.Empty(t, leave())
			require.Equal(t, sms.Refused, w.tracked(k).State)
		})
		t.Run("without_rule", func(t *testing.T) {
			again()
			f.visit("j-1", "emma", at(15))
			asked["emma"] = private
			tells(leave(without("restriction"))[patient], "3:00 PM")
		})
	})
}

// askedOnce is channels that can be asked once.
type askedOnce struct {
	channels
	asked bool
}

func (f *askedOnce) Number(ctx context.Context, practice, patient string) (string, bool, error) {
	if f.asked {
		return "", false, errUnknown
	}
	f.asked = true
	return f.channels.Number(ctx, practice, patient)
}
