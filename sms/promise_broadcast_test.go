package sms_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/template"
)

// Offers go to those who consented to offers, to each number once, and never ride on any other consent.
func TestPromise_D1_4_BroadcastsOfOffers(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		const willing, stopped, held = "+12125550101", "+12125550102", "+12125550104"
		visiting := []string{"+12125550103", held}
		for _, number := range []string{willing, stopped} {
			c.paper(number, consent.Promotional)
		}
		for _, number := range visiting {
			c.paper(number, consent.Transactional)
			c.paper(number, consent.Conversational)
		}
		c.receive(stopped, "STOP")
		c.work()
		c.carrier.bodies() // the stop's answer

		k := c.draft(c.promotion("spring"))
		c.start(k)
		c.work()
		require.Equal(t, map[string]int{willing: 1}, c.texted())
		require.Equal(t, broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 1, Sent: 1}, c.progress(k))
		c.carrier.bodies()

		listed := c.promotion("listed")
		listed.Audience = broadcast.Audience{Criterion: broadcast.Due, Day: "2026-03-31"}
		t.Run("refuses_to_ride_on_consent_to_visits", func(t *testing.T) {
			k := c.draft(listed)
			c.include(k, broadcast.Recipient{Number: visiting[0]})
			c.start(k)
			c.work()
			require.Empty(t, c.texted(), "the provider was asked")
			require.Equal(t, map[string]int{"consent": 1}, c.progress(k).Refused)
		})
		t.Run("refuses_a_stop_while_it_is_queued", func(t *testing.T) {
			c.paper("+12125550105", consent.Promotional)
			later := c.promotion("later")
			later.NotBefore = c.now.Now().Add(time.Hour)
			k := c.draft(later)
			c.start(k)
			_, err := c.worker().Step(t.Context())
			require.NoError(t, err)
			c.receive(willing, "STOP")
			c.work()
			c.carrier.bodies()
			c.now.Add(time.Hour)
			c.work()
			require.Equal(t, map[string]int{"+12125550105": 1}, c.texted())
			require.Equal(t, map[string]int{"stop": 1}, c.progress(k).Refused)
			c.carrier.bodies()
		})
		t.Run("without_rule", func(t *testing.T) {
			again := listed
			again.Broadcast = "again"
			k := c.draft(again)
			c.include(k, broadcast.Recipient{Number: visiting[0]})
			c.start(k)
			_, err := c.worker().Step(t.Context())
			require.NoError(t, err)
			c.step(c.dispatcher(without("consent")))
			require.Equal(t, map[string]int{visiting[0]: 1}, c.texted())
		})
	})
}

// A recall tells that it is time for a visit. It is transactional because its wording has passed the screen as such.
func TestPromise_D1_2_RecallsAdvertiseNothing(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(3, consent.Transactional)
		recall := c.recall("recall")
		recall.Template = standard(t, "recall")
		recall.Values = template.Values{"phone": office, "link": "https://texts.elm.example/v/k3J9xZq7mWb5TnR2cVd8Lp"}
		k := c.draft(recall)
		state, err := c.casts.State(t.Context(), staff, k)
		require.NoError(t, err)
		require.Equal(t, consent.Transactional, state.Plan.Category)
		c.include(k, people...)
		c.start(k)
		c.work()
		c.once(people)
		for _, body := range c.carrier.bodies() {
			require.Equal(t, "Elm Street Dental: it is time for your next visit. Call 214-555-0199 or choose a time at https://texts.elm.example/v/k3J9xZq7mWb5TnR2cVd8Lp Reply STOP to end texts.", body)
		}
		bodies := func(body string) template.Source {
			return template.Source{ID: "recall", Version: 2, Category: consent.Transactional, Bodies: map[template.Language]string{template.English: body}}
		}
		t.Run("refuses_an_offer", func(t *testing.T) {
			_, err := template.New(bodies("{{practice}}: it is time for your next visit, now 20% off. Reply STOP to end texts."))
			require.ErrorIs(t, err, template.ErrInvalid)
		})
		t.Run("refuses_a_treatment", func(t *testing.T) {
			_, err := template.New(bodies("{{practice}}: it is time for your root canal. Reply STOP to end texts."))
			require.ErrorIs(t, err, template.ErrInvalid)
		})
		t.Run("refuses_a_link_to_elsewhere", func(t *testing.T) {
			bad := recall
			bad.Broadcast, bad.Values = "elsewhere", template.Values{"phone": office, "link": "https://deals.example/v/k3J9xZq7mWb5TnR2cVd8Lp"}
			_, err := c.casts.Draft(t.Context(), staff, bad)
			require.ErrorIs(t, err, broadcast.ErrInvalid)
		})
		t.Run("refuses_without_consent", func(t *testing.T) {
			again := recall
			again.Broadcast = "again"
			k := c.draft(again)
			c.include(k, broadcast.Recipient{Number: "+12125557777"})
			c.start(k)
			c.work()
			require.Empty(t, c.texted())
			require.Equal(t, map[string]int{"consent": 1}, c.progress(k).Refused)
		})
		t.Run("without_rule", func(t *testing.T) {
			promotional := bodies("{{practice}}: it is time for your next visit, now 20% off. Call {{phone}}. Reply STOP to end texts.")
			promotional.Category = consent.Promotional // which the rule leaves alone
			_, err := template.New(promotional)
			require.NoError(t, err)
		})
	})
}

// always says that everything is in force.
type always struct{}

func (always) Authorized(context.Context, string, string, string) (bool, error) { return true, nil }

// An audience is found among consents, or chosen by a date of visit. Health data chooses with an authorization alone, and
// nothing else chooses at all.
func TestPromise_D5_5_AudiencesComeOfConsents(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(2, consent.Promotional)
		health := c.promotion("health")
		health.Audience = broadcast.Audience{Criterion: broadcast.Condition, Detail: "planted-condition"}
		for i := range people {
			people[i].Authorization = "form-7"
			c.signed[people[i].Patient+" form-7"] = true
		}
		k := c.draft(health)
		c.include(k, people...)
		c.start(k)
		c.work()
		c.once(people)
		c.carrier.bodies()
		again := func(id string) broadcast.Key {
			d := health
			d.Broadcast = id
			return c.draft(d)
		}
		include := func(k broadcast.Key, r broadcast.Recipient) error {
			_, err := c.casts.Include(t.Context(), staff, broadcast.Inclusion{
				Practice: practice, Broadcast: k.Broadcast, Recipients: []broadcast.Recipient{people[0], r},
			})
			return err
		}
		t.Run("refuses_health_data_without_an_authorization", func(t *testing.T) {
			k := again("unsigned")
			for name, spoil := range map[string]func(*broadcast.Recipient){
				"no reference":      func(r *broadcast.Recipient) { r.Authorization = "" },
				"nobody's":          func(r *broadcast.Recipient) { r.Patient = "" },
				"not in force":      func(r *broadcast.Recipient) { r.Authorization = "form-8" },
				"another patient's": func(r *broadcast.Recipient) { r.Patient = "p-9" },
			} {
				r := people[1]
				spoil(&r)
				err := include(k, r)
				require.ErrorIs(t, err, broadcast.ErrAuthorization, name)
				require.ErrorContains(t, err, "authorization")
			}
			require.Zero(t, c.progress(k).Audience, "all of them, or none")
			_, err := c.casts.Start(t.Context(), staff, acting(k, ""))
			require.ErrorIs(t, err, broadcast.ErrEmpty)
		})
		t.Run("refuses_an_authorization_that_was_revoked_since", func(t *testing.T) {
			k := again("revoked")
			require.NoError(t, include(k, people[1]))
			c.start(k)
			delete(c.signed, people[0].Patient+" form-7")
			c.work()
			require.Equal(t, map[string]int{people[1].Number: 1}, c.texted())
			require.Equal(t, map[string]int{"authorization": 1}, c.progress(k).Refused)
			c.carrier.bodies()
		})
		t.Run("refuses_every_other_criterion", func(t *testing.T) {
			for _, criterion := range []broadcast.Criterion{"", "lookalike", "interest", "bought", "Consents", "income"} {
				d := c.promotion("other")
				d.Audience = broadcast.Audience{Criterion: criterion}
				_, err := c.casts.Draft(t.Context(), staff, d)
				require.ErrorIs(t, err, broadcast.ErrCriterion, criterion)
			}
		})
		t.Run("refuses_a_list_beside_the_consents", func(t *testing.T) {
			k := c.draft(c.promotion("everybody"))
			_, err := c.casts.Include(t.Context(), staff, broadcast.Inclusion{Practice: practice, Broadcast: k.Broadcast, Recipients: people})
			require.ErrorIs(t, err, broadcast.ErrStatus)
		})
		t.Run("refuses_lookups_without_an_agreement", func(t *testing.T) {
			d := &directory{line: sms.Line{Reassigned: sms.Yes}}
			c.baa.inForce = false
			defer func() { c.baa.inForce = true }()
			_, err := c.lookups(d).Check(t.Context(), staff, "carrier", consent.Key{Practice: practice, Number: patient}, noon)
			require.ErrorIs(t, err, sms.ErrAgreement)
			require.Zero(t, d.asked, "it was asked")
		})
		t.Run("refuses_to_hand_out_an_audience", func(t *testing.T) {
			for _, of := range []reflect.Type{reflect.TypeFor[*broadcast.Service](), reflect.TypeFor[*broadcast.Worker]()} {
				for i := range of.NumMethod() {
					for o := range of.Method(i).Type.NumOut() {
						out := of.Method(i).Type.Out(o)
						require.False(t, tells(out, map[reflect.Type]bool{}), "%s.%s tells recipients", of, of.Method(i).Name)
					}
				}
			}
			require.True(t, tells(reflect.TypeFor[broadcast.Change](), map[reflect.Type]bool{}), "the check finds nothing at all")
		})
		t.Run("without_rule", func(t *testing.T) {
			var err error
			c.casts, err = broadcast.New(c.rows, c.store, c.log, &broadcast.Options{Authorizations: always{}, Now: c.now.Now})
			require.NoError(t, err)
			k := again("anybody")
			r := people[1]
			r.Authorization = "form-8"
			require.NoError(t, include(k, r))
			c.start(k)
			c.work()
			c.once(people)
		})
	})
}

// tells reports whether a value of a type may hold a recipient.
func tells(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == reflect.TypeFor[broadcast.Recipient]() {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return tells(t.Elem(), seen)
	case reflect.Map:
		return tells(t.Key(), seen) || tells(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && tells(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

// Each of the patients who share a number may have asked to be reached elsewhere.
func TestPromise_M9_5_EachPatientOfANumberIsAskedAbout(t *testing.T) {
	const usual, asked = "+12125550110", "+12125550120"
	for name, v := range map[string]struct {
		asked channels
		want  map[string]int
	}{
		"all asked":  {channels{"p-1": asked, "p-2": ""}, map[string]int{asked: 1}},
		"one asked":  {channels{"p-1": asked}, map[string]int{usual: 1, asked: 1}},
		"none asked": {nil, map[string]int{usual: 1, asked: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				for _, who := range []string{"", "p-1", "p-2"} {
					_, err := c.consents.Grant(t.Context(), staff, consent.Grant{
						Practice: practice, Number: usual, Patient: who, Category: consent.Promotional, Basis: consent.OfficeDocument,
						Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-2", Staff: "u-17"},
					})
					require.NoError(t, err)
					c.now.Add(time.Minute)
				}
				c.paper(asked, consent.Promotional)
				maps.Copy(c.channels, v.asked)
				k := c.draft(c.promotion("spring"))
				c.start(k)
				c.work()
				require.Equal(t, v.want, c.texted())
				require.Equal(t, len(v.want), c.progress(k).Audience)
			})
		})
	}
}

// A patient who asked to be reached at another number is texted there, and nowhere else.
func TestPromise_M9_5_TextsGoWhereThePatientAsked(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		const usual, asked = "+12125550110", "+12125550120"
		for _, number := range []string{usual, asked} {
			c.paper(number, consent.Transactional)
		}
		c.channels["p-204"], c.channels["p-205"] = asked, ""
		about := func(id, patient string) sms.Text {
			text := c.text(id)
			text.To, text.Patient = usual, patient
			return text
		}
		k := c.enqueue(about("one", "p-204"))
		require.Equal(t, k, c.enqueue(about("one", "p-204")), "the same text again")
		c.step(c.dispatcher())
		require.Equal(t, map[string]int{asked: 1}, c.texted())
		c.carrier.bodies()

		charts := c.charts()
		c.enrol(charts, "p-204", usual, "")
		c.book(charts, "a-1", c.now.Now().Add(20*time.Hour))
		planner, err := sms.NewPlanner(c.texts, charts, nil)
		require.NoError(t, err)
		c.plan(planner)
		c.schedule = charts
		c.step(c.dispatcher())
		require.Equal(t, map[string]int{asked: 1}, c.texted(), "a reminder too")
		c.carrier.bodies()

		t.Run("refuses_a_text_where_none_was_asked_for", func(t *testing.T) {
			_, err := c.texts.Enqueue(t.Context(), staff, about("two", "p-205"))
			require.ErrorIs(t, err, sms.ErrElsewhere)
			require.NotContains(t, err.Error(), usual)
		})
		t.Run("refuses_when_nobody_can_tell", func(t *testing.T) {
			blind, err := sms.New(c.store, c.consents, c.log, &sms.Options{Now: c.now.Now, Channels: unknown{}})
			require.NoError(t, err)
			_, err = blind.Enqueue(t.Context(), staff, about("three", "p-204"))
			require.ErrorIs(t, err, errUnknown)
		})
		t.Run("refuses_the_usual_number_to_a_broadcast", func(t *testing.T) {
			k := c.draft(c.recall("recall"))
			c.include(k,
				broadcast.Recipient{Number: usual, Patient: "p-204"}, broadcast.Recipient{Number: usual, Patient: "p-205"},
				broadcast.Recipient{Number: asked, Patient: "p-206"},
			)
			c.start(k)
			c.work()
			require.Equal(t, map[string]int{asked: 1}, c.texted(), "once, and nobody at the usual number")
			require.Equal(t, 1, c.progress(k).Audience)
			c.carrier.bodies()
		})
		t.Run("refuses_a_recipient_who_asked_since", func(t *testing.T) {
			k := c.draft(c.recall("since"))
			c.include(k, broadcast.Recipient{Number: usual, Patient: "p-207"})
			c.start(k)
			c.channels["p-207"] = ""
			c.work()
			require.Empty(t, c.texted())
			require.Equal(t, map[string]int{"elsewhere": 1}, c.progress(k).Refused)
		})
		t.Run("without_rule", func(t *testing.T) {
			plain, err := sms.New(c.store, c.consents, c.log, &sms.Options{Now: c.now.Now})
			require.NoError(t, err)
			_, err = plain.Enqueue(t.Context(), staff, about("four", "p-204"))
			require.NoError(t, err)
			c.step(c.dispatcher())
			require.Equal(t, map[string]int{usual: 1}, c.texted())
		})
	})
}

var errUnknown = errors.New("the chart cannot be read")

type unknown struct{}

func (unknown) Number(context.Context, string, string) (string, bool, error) {
	return "", false, errUnknown
}

// A family's phone gets one text for an event, whoever of the family it is for, and it names nobody.
func TestPromise_D1_4_OneTextForAFamily(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		const phone = "+12125550130"
		for _, child := range []string{"p-1", "p-2"} {
			_, err := c.consents.Grant(t.Context(), staff, consent.Grant{
				Practice: practice, Number: phone, Category: consent.Promotional, Basis: consent.OfficeDocument, Patient: child,
				Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-1", Staff: "u-17"},
			})
			require.NoError(t, err)
			c.now.Add(time.Minute)
		}
		k := c.draft(c.promotion("spring"))
		c.start(k)
		c.work()
		require.Equal(t, map[string]int{phone: 1}, c.texted())
		c.carrier.bodies()
		listed := c.promotion("listed")
		listed.Audience = broadcast.Audience{Criterion: broadcast.Booked, Day: "2026-03-31"}
		family := func(id string) broadcast.Key {
			d := listed
			d.Broadcast = id
			k := c.draft(d)
			c.include(k, broadcast.Recipient{Number: phone, Patient: "p-1"}) // each in an act of its own
			c.include(k, broadcast.Recipient{Number: phone, Patient: "p-2"})
			c.start(k)
			return k
		}
		mute := func(child string) {
			_, err := c.consents.Mute(t.Context(), staff, consent.Mute{Practice: practice, Number: phone, Patient: child})
			require.NoError(t, err)
		}
		mute("p-1")
		k = family("one")
		c.work()
		require.Equal(t, map[string]int{phone: 1}, c.texted(), "one of them is muted, and the text is about nobody in particular")
		page, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, Number: phone, Limit: 1})
		require.NoError(t, err)
		require.Empty(t, page.Texts[0].Patient)
		require.Equal(t, 1, c.progress(k).Audience)
		c.carrier.bodies()
		t.Run("refuses_when_all_are_muted", func(t *testing.T) {
			mute("p-2")
			k := c.draft(c.promotion("autumn"))
			c.start(k)
			c.work()
			require.Empty(t, c.texted())
			require.Zero(t, c.progress(k).Audience)
		})
	})
}
