package representative_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/representative"
)

func TestPromise_M8_1_AChildUnder13GivesNothingWithoutAParentsConsent(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("refuses_what_a_child_gives_itself", func(t *testing.T) {
			b := open(t)
			a := b.may(t, child, representative.Enter, ten)
			require.False(t, a.Allowed)
			require.Equal(t, "consent", a.Rule)
			require.Equal(t, "A child under 13 gives data only with a parent's verified consent.", a.Why)
			require.Contains(t, a.Trail[len(a.Trail)-1].Citation, "MyDentalPMS Privacy Policy, section 8")
			b.refused(t, "consent.representative.may", a.Why)
		})

		t.Run("until_a_parent_consents_and_again_after_that_is_withdrawn", func(t *testing.T) {
			b := open(t)
			b.consent(t, mother)
			a := b.may(t, child, representative.Enter, ten)
			require.True(t, a.Allowed)
			require.Equal(t, "c mother", a.Fact)
			b.set(t, date(2026, 3, 3), 9, 0)
			_, err := b.Withdraw(t.Context(), father, representative.ParentWithdrawal{Practice: practice, Patient: patient, Parent: father.ID, Words: "No."})
			require.NoError(t, err, "whichever parent it was")
			b.refuses(t, child, representative.Enter, ten, "consent")
			b.set(t, date(2026, 3, 3), 10, 0)
			late := consenting(mother)
			late.ID, late.At = "c late", noon
			_, err = b.Consent(t.Context(), mother, late)
			require.NoError(t, err)
			b.refuses(t, child, representative.Enter, ten, "consent")
			again := consenting(mother)
			again.ID = "c again"
			_, err = b.Consent(t.Context(), mother, again)
			require.NoError(t, err)
			b.allows(t, child, representative.Enter, ten)

			history, err := b.History(t.Context(), staff, key)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(representative.Evidence{Wording: "I consent that my child uses the portal.", Language: "en"}, history[0].Evidence))
			require.Equal(t, representative.SignedForm, history[0].Method)
		})

		t.Run("on_the_birthdays_edge", func(t *testing.T) {
			for born, birthday := range map[representative.Date]representative.Date{
				date(2013, 6, 9):  date(2026, 6, 9),
				date(2013, 3, 8):  date(2026, 3, 8), // the clocks go forward that day
				date(2012, 2, 29): date(2025, 3, 1), // a common year
				date(2015, 2, 28): date(2028, 2, 28),
			} {
				b := open(t)
				b.set(t, birthday.AddDays(-1), 23, 59)
				b.refuses(t, child, representative.Enter, born, "consent")
				b.set(t, birthday, 0, 0)
				b.allows(t, child, representative.Enter, born)
			}
		})

		t.Run("refuses_where_the_birth_date_is_not_known", func(t *testing.T) {
			b := open(t)
			for _, born := range []representative.Date{{}, date(2013, 2, 30), date(2027, 1, 1)} {
				b.refuses(t, child, representative.Enter, born, "consent")
				require.Contains(t, b.may(t, child, representative.Enter, born).Why, "not known")
			}
		})

		for name, spoil := range map[string]func(*representative.ParentConsent){
			"without_words":                  func(c *representative.ParentConsent) { c.Wording = " " },
			"without_language":               func(c *representative.ParentConsent) { c.Language = "" },
			"without_proof":                  func(c *representative.ParentConsent) { c.Proof.Document = "" },
			"without_kind_of_proof":          func(c *representative.ParentConsent) { c.Proof.Kind = "" },
			"by_email_without_confirmation":  func(c *representative.ParentConsent) { c.Method = representative.EmailPlus },
			"by_text_without_a_confirmation": func(c *representative.ParentConsent) { c.Method = representative.TextPlus },
		} {
			t.Run("refuses_a_consent_"+name, func(t *testing.T) {
				b := open(t)
				c := consenting(mother)
				spoil(&c)
				_, err := b.Consent(t.Context(), mother, c)
				require.ErrorIs(t, err, representative.ErrEvidence)
				b.refused(t, "consent.representative.consent", err.Error())
				require.Empty(t, b.facts(t))
				b.refuses(t, child, representative.Enter, ten, "consent")
			})
		}

		t.Run("refuses_a_consent_that_nobody_verified", func(t *testing.T) {
			b := open(t)
			for _, method := range []representative.Method{"", "checkbox"} {
				c := consenting(mother)
				c.Method = method
				_, err := b.Consent(t.Context(), mother, c)
				require.ErrorIs(t, err, representative.ErrInvalid)
			}
			b.refuses(t, child, representative.Enter, ten, "consent")
		})

		t.Run("what_parent_or_practice_records_of_a_patient_of_seven_is_never_refused", func(t *testing.T) {
			b := open(t)
			for _, born := range []representative.Date{seven, {}} {
				b.allows(t, staff, representative.Enter, born)
				b.allows(t, audit.Actor{Kind: audit.System, ID: "import"}, representative.Enter, born)
				b.allows(t, mother, representative.Enter, born)
			}
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			b.allows(t, staff, representative.Enter, seven)
			b.allows(t, mother, representative.Enter, seven)
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t).by(t, without("consent"))
			b.allows(t, child, representative.Enter, ten)
		})
	})
}

func TestPromise_M8_2_AParentActsForAChildUntilMajorityOrACourtsOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("within_the_appointment", func(t *testing.T) {
			b := open(t)
			a := appointing(mother)
			a.Acts, a.From, a.Until = []representative.Act{representative.See, representative.Agree}, date(2026, 3, 3), date(2026, 3, 5)
			b.appoint(t, a)
			for day, allowed := range map[int]bool{2: false, 3: true, 5: true, 6: false} {
				b.set(t, date(2026, 3, day), map[bool]int{true: 0, false: 23}[day == 3 || day == 6], 30)
				got := b.may(t, mother, representative.See, seven)
				require.Equal(t, allowed, got.Allowed, "March %d: %s", day, got.Why)
			}
			b.set(t, date(2026, 3, 4), 9, 0)
			b.refuses(t, mother, representative.Text, seven, "appoint")
			b.refuses(t, father, representative.See, seven, "appoint")
			b.refuses(t, child, representative.Agree, seven, "appoint")
			_, err := b.End(t.Context(), staff, representative.Ending{Practice: practice, Patient: patient, About: "a mother", Reason: "She asked to."})
			require.NoError(t, err)
			b.refuses(t, mother, representative.See, seven, "appoint")
		})

		t.Run("ends_on_the_birthday", func(t *testing.T) {
			for _, c := range []struct {
				state    string
				act      representative.Act
				born     representative.Date
				majority representative.Date
			}{
				{"TX", representative.See, date(2008, 6, 9), date(2026, 6, 9)},
				{"AL", representative.See, date(2007, 6, 9), date(2026, 6, 9)},
				{"NE", representative.See, date(2007, 6, 9), date(2026, 6, 9)},
				{"MS", representative.See, date(2008, 6, 9), date(2026, 6, 9)},
				{"MS", representative.Use, date(2005, 6, 9), date(2026, 6, 9)},
				{"TX", representative.See, date(2008, 2, 29), date(2026, 3, 1)},
				{"AL", representative.See, date(2008, 2, 29), date(2027, 3, 1)},
				{"MS", representative.Use, date(2004, 2, 29), date(2025, 3, 1)},
				{"NE", representative.See, date(2009, 2, 28), date(2028, 2, 28)},
			} {
				b := open(t)
				b.set(t, c.majority.AddDays(-1), 23, 59)
				b.appoint(t, appointing(mother))
				q := representative.Question{Person: mother, Act: c.act, Born: c.born, State: c.state, Zone: chicago(t)}
				own := q
				own.Person = child
				require.True(t, b.ask(t, q).Allowed, "%+v", c)
				require.False(t, b.ask(t, own).Allowed, "%+v", c)
				b.set(t, c.majority, 0, 0)
				a := b.ask(t, q)
				require.False(t, a.Allowed, "%+v", c)
				require.Equal(t, "majority", a.Rule)
				require.Contains(t, a.Why, c.majority.String())
				require.True(t, b.ask(t, own).Allowed, "%+v", c)
			}
		})

		t.Run("unless_the_adult_or_a_court_appoints_anew", func(t *testing.T) {
			born := date(2008, 6, 9)
			for _, basis := range []representative.Basis{representative.ByPatient, representative.Court} {
				b := open(t)
				old := appointing(mother)
				b.appoint(t, old)
				early := appointing(father)
				early.Basis, early.From = basis, date(2026, 6, 8)
				b.appoint(t, early)
				b.set(t, date(2026, 6, 9), 9, 0)
				b.refuses(t, mother, representative.See, born, "majority")
				b.refuses(t, father, representative.See, born, "majority")
				anew := old
				anew.ID, anew.Basis, anew.Acts, anew.From = "anew", basis, []representative.Act{representative.See}, date(2026, 6, 9)
				b.appoint(t, anew)
				b.allows(t, mother, representative.See, born)
				b.refuses(t, mother, representative.Text, born, "majority")
			}
		})

		t.Run("refuses_whom_a_minor_appoints", func(t *testing.T) {
			b := open(t)
			a := appointing(father)
			a.Basis = representative.ByPatient
			b.appoint(t, a)
			b.refuses(t, father, representative.See, seven, "appoint")
		})

		t.Run("refuses_whom_a_minor_appoints_for_when_it_is_of_age", func(t *testing.T) {
			b := open(t)
			born, majority := date(2008, 6, 9), date(2026, 6, 9)
			ahead := appointing(mother)
			ahead.Basis, ahead.From = representative.ByPatient, majority
			b.appoint(t, ahead)
			_, err := b.Shield(t.Context(), staff, representative.Shield{
				ID: "s", Practice: practice, Patient: patient, Episode: "visit-9", Basis: representative.MinorAlone,
			})
			require.NoError(t, err)
			b.set(t, majority.AddDays(-1), 23, 59)
			signed := b.Clock.Now() // of a form that is recorded a minute later
			b.set(t, majority, 0, 0)
			brought := appointing(mother)
			brought.ID, brought.Basis, brought.From, brought.At = "brought", representative.ByPatient, majority, signed
			b.appoint(t, brought)
			b.refuses(t, mother, representative.See, born, "majority")
			q := representative.Question{Person: mother, Act: representative.See, Episode: "visit-9", Born: born, State: texas, Zone: chicago(t)}
			require.False(t, b.ask(t, q).Allowed, "it was kept from her")

			anew := appointing(mother)
			anew.ID, anew.Basis, anew.From = "anew", representative.ByPatient, majority
			b.appoint(t, anew)
			b.allows(t, mother, representative.See, born)
			require.True(t, b.ask(t, q).Allowed)
		})

		t.Run("ends_with_an_emancipation", func(t *testing.T) {
			b := open(t)
			b.appoint(t, appointing(mother))
			born := date(2010, 1, 1)
			_, err := b.Emancipate(t.Context(), staff, representative.Emancipation{
				ID: "e", Practice: practice, Patient: patient, From: date(2026, 4, 1), Proof: representative.Proof{Kind: "court order", Document: "scan-7"},
			})
			require.NoError(t, err)
			b.allows(t, mother, representative.See, born)
			b.set(t, date(2026, 4, 1), 0, 0)
			b.refuses(t, mother, representative.See, born, "majority")
			b.allows(t, child, representative.Agree, born)
		})

		t.Run("refuses_by_a_courts_order_whatever_was_appointed_or_consented", func(t *testing.T) {
			b := open(t)
			b.appoint(t, appointing(father))
			b.consent(t, father)
			b.allows(t, child, representative.Enter, ten)
			b.set(t, date(2026, 3, 3), 9, 0)
			_, err := b.Order(t.Context(), staff, barring(father))
			require.NoError(t, err)
			for _, act := range representative.Acts() {
				b.refuses(t, father, act, ten, "custody")
			}
			b.refuses(t, child, representative.Enter, ten, "consent")
			b.consent(t, mother)
			b.allows(t, child, representative.Enter, ten)
		})

		t.Run("a_courts_order_may_give_what_nobody_appointed", func(t *testing.T) {
			b := open(t)
			_, err := b.Order(t.Context(), staff, barring(father))
			require.NoError(t, err)
			later := barring(father)
			later.ID, later.Bars, later.Acts, later.From = "o later", false, []representative.Act{representative.See}, date(2026, 2, 1)
			_, err = b.Order(t.Context(), staff, later)
			require.NoError(t, err)
			b.allows(t, father, representative.See, seven)
			b.refuses(t, father, representative.Agree, seven, "custody")
		})

		t.Run("refuses_a_shielded_episode", func(t *testing.T) {
			for _, basis := range []representative.Basis{representative.MinorAlone, representative.Lawful, representative.Agreed} {
				b := open(t)
				b.appoint(t, appointing(mother))
				ordered := barring(father)
				ordered.Bars = false
				_, err := b.Order(t.Context(), staff, ordered)
				require.NoError(t, err)
				_, err = b.Shield(t.Context(), staff, representative.Shield{ID: "s", Practice: practice, Patient: patient, Episode: "visit-9", Basis: basis})
				require.NoError(t, err)
				q := representative.Question{Person: mother, Act: representative.See, Episode: "visit-9", Born: date(2010, 6, 9), State: texas, Zone: chicago(t)}
				for _, who := range []audit.Actor{mother, father} {
					q.Person = who
					a := b.ask(t, q)
					require.False(t, a.Allowed)
					require.Equal(t, "shield", a.Rule, "not even a court's order opens it")
				}
				q.Person, q.Episode = mother, "visit-8"
				require.True(t, b.ask(t, q).Allowed)
				q.Episode = ""
				a := b.ask(t, q)
				require.True(t, a.Allowed)
				require.Equal(t, []string{"visit-9"}, a.Without, "it is left out of the whole")
				q.Person, q.Episode = child, "visit-9"
				require.True(t, b.ask(t, q).Allowed, "it is the minor's own")

				b.set(t, date(2028, 6, 9), 9, 0)
				anew := appointing(mother)
				anew.ID, anew.From, anew.Basis = "by court", date(2028, 6, 9), representative.Court
				b.appoint(t, anew)
				q.Person = mother
				require.False(t, b.ask(t, q).Allowed, "a court's guardian was not chosen by the patient")
				anew.ID, anew.Basis = "anew", representative.ByPatient
				b.appoint(t, anew)
				require.True(t, b.ask(t, q).Allowed, "the adult shows it to whom it will")
				q.Episode = ""
				require.Empty(t, b.ask(t, q).Without)
			}
		})

		t.Run("refuses_where_nobody_knows_the_age", func(t *testing.T) {
			b := open(t)
			b.appoint(t, appointing(mother))
			b.refuses(t, mother, representative.See, representative.Date{}, "majority")
			for _, state := range []string{"", "tx", "PR"} {
				for _, who := range []audit.Actor{mother, child} {
					a := b.ask(t, representative.Question{Person: who, Act: representative.See, Born: seven, State: state, Zone: chicago(t)})
					require.False(t, a.Allowed)
				}
			}
		})

		for name, spoil := range map[string]func(*representative.Appointment){
			"without_a_document": func(a *representative.Appointment) { a.Proof.Document = " " },
			"without_its_kind":   func(a *representative.Appointment) { a.Proof.Kind = "" },
		} {
			t.Run("refuses_an_appointment_"+name, func(t *testing.T) {
				b := open(t)
				a := appointing(mother)
				spoil(&a)
				_, err := b.Appoint(t.Context(), staff, a)
				require.ErrorIs(t, err, representative.ErrEvidence)
				b.refused(t, "consent.representative.appoint", err.Error())
				b.refuses(t, mother, representative.See, seven, "appoint")
			})
		}

		t.Run("without_rule", func(t *testing.T) {
			adult := date(2008, 3, 2)
			q := representative.Question{Person: mother, Act: representative.See, Episode: "visit-9", Born: seven, State: texas, Zone: chicago(t)}
			for rule, act := range map[string]func(b bench) representative.Answer{
				"majority": func(b bench) representative.Answer { return b.may(t, mother, representative.See, adult) },
				"custody":  func(b bench) representative.Answer { return b.may(t, father, representative.See, seven) },
				"shield":   func(b bench) representative.Answer { return b.ask(t, q) },
			} {
				b := open(t)
				b.appoint(t, appointing(mother))
				b.appoint(t, appointing(father))
				_, err := b.Order(t.Context(), staff, barring(father))
				require.NoError(t, err)
				_, err = b.Shield(t.Context(), staff, representative.Shield{Practice: practice, Patient: patient, Episode: "visit-9", Basis: representative.Lawful})
				require.NoError(t, err)
				a := act(b)
				require.False(t, a.Allowed)
				require.Equal(t, rule, a.Rule)
				require.True(t, act(b.by(t, without(rule))).Allowed, "nothing else refuses it than %s", rule)
			}
		})
	})
}

func TestPromise_M8_3_WhatAChildGaveIsFrozenWhenAParentSaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		used := func(b bench, t *testing.T) bool { return b.may(t, staff, representative.Use, ten).Allowed }

		t.Run("frozen_at_once_without_an_account", func(t *testing.T) {
			b := open(t)
			b.consent(t, mother)
			b.appoint(t, appointing(mother))
			b.allows(t, child, representative.Enter, ten)
			require.True(t, used(b, t))
			f, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			require.Empty(t, f.Person, "whoever reports has no account")
			for _, who := range []audit.Actor{staff, child, mother, {Kind: audit.System, ID: "planner"}} {
				b.refuses(t, who, representative.Use, ten, "frozen")
			}
			b.refuses(t, child, representative.Enter, ten, "frozen")
			b.allows(t, staff, representative.Enter, ten)
			b.allows(t, mother, representative.See, ten)

			bare, err := open(t).Report(t.Context(), form, representative.ChildReport{Practice: practice, Patient: patient, At: noon.AddDate(1, 0, 0)})
			require.NoError(t, err, "a report is refused neither for what it lacks nor for its time")
			require.Equal(t, noon, bare.Recorded)
		})

		t.Run("covered_by_consent", func(t *testing.T) {
			b := open(t)
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			b.consent(t, mother)
			require.False(t, used(b, t), "a consent alone decides nothing")
			_, err = b.Unfreeze(t.Context(), staff, releasing(representative.Covered))
			require.NoError(t, err)
			require.True(t, used(b, t))
			b.allows(t, child, representative.Enter, ten)
		})

		t.Run("or_deleted", func(t *testing.T) {
			b := open(t)
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			_, err = b.Remove(t.Context(), staff, removing())
			require.NoError(t, err)
			require.True(t, used(b, t), "nothing is frozen any more, for nothing is left")
			b.refuses(t, child, representative.Enter, ten, "consent")
		})

		t.Run("refuses_to_unfreeze_what_nobody_consented_to", func(t *testing.T) {
			b := open(t)
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			_, err = b.Unfreeze(t.Context(), staff, releasing(representative.Covered))
			require.ErrorIs(t, err, representative.ErrUncovered)
			b.refused(t, "consent.representative.unfreeze", err.Error())
			b.consent(t, father)
			_, err = b.Order(t.Context(), staff, barring(father))
			require.NoError(t, err)
			again := releasing(representative.Covered)
			again.ID = "u-2"
			_, err = b.Unfreeze(t.Context(), staff, again)
			require.ErrorIs(t, err, representative.ErrUncovered, "a consent that a court's order voids covers nothing")
			require.False(t, used(b, t))
		})

		t.Run("refuses_a_decision_without_proof_or_by_others_than_staff", func(t *testing.T) {
			b := open(t)
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			for _, who := range []audit.Actor{child, mother, form} {
				_, err = b.Unfreeze(t.Context(), who, releasing(representative.Mistaken))
				require.ErrorIs(t, err, representative.ErrStaff)
				_, err = b.Remove(t.Context(), who, removing())
				require.ErrorIs(t, err, representative.ErrStaff)
			}
			r, d := releasing(representative.Mistaken), removing()
			r.Proof.Document, d.Reason = "", " "
			_, err = b.Unfreeze(t.Context(), staff, r)
			require.ErrorIs(t, err, representative.ErrEvidence)
			_, err = b.Remove(t.Context(), staff, d)
			require.ErrorIs(t, err, representative.ErrEvidence)
			require.False(t, used(b, t))
		})

		t.Run("each_report_needs_its_own_decision", func(t *testing.T) {
			b := open(t)
			second := reporting()
			second.ID = "r-2"
			for _, r := range []representative.ChildReport{reporting(), second} {
				_, err := b.Report(t.Context(), form, r)
				require.NoError(t, err)
			}
			_, err := b.Unfreeze(t.Context(), staff, releasing(representative.Mistaken))
			require.NoError(t, err)
			require.False(t, used(b, t))
			d := removing()
			_, err = b.Remove(t.Context(), staff, d)
			require.ErrorIs(t, err, representative.ErrDecided)
			d.ID, d.Report = "d-2", "r-2"
			_, err = b.Remove(t.Context(), staff, d)
			require.NoError(t, err)
			require.True(t, used(b, t))
		})

		t.Run("the_parent_gets_an_answer_in_time", func(t *testing.T) {
			b := open(t)
			b.set(t, date(2026, 3, 2), 23, 30) // March 3 in UTC
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			look := func() representative.Report {
				reports := b.Law().Reports(key, b.facts(t), chicago(t), b.Clock.Now())
				require.Len(t, reports, 1)
				return reports[0]
			}
			require.Equal(t, date(2026, 4, 1), look().Due, "30 days later")
			require.Equal(t, "ana@example.com", look().Fact.Evidence.Contact, "where the answer goes")
			waiting, err := b.Open(t.Context(), staff, practice, chicago(t))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff([]representative.Report{look()}, waiting), "staff find what waits for an answer")
			_, err = b.Answer(t.Context(), staff, replying())
			require.ErrorIs(t, err, representative.ErrUndecided)
			b.set(t, date(2026, 4, 1), 23, 59)
			require.False(t, look().Late)
			b.set(t, date(2026, 4, 2), 0, 0)
			require.True(t, look().Late)
			_, err = b.Remove(t.Context(), staff, removing())
			require.NoError(t, err)
			require.Equal(t, representative.Removed, look().Decision)
			require.True(t, look().Late, "deciding is no answer")
			_, err = b.Answer(t.Context(), staff, replying())
			require.NoError(t, err)
			require.True(t, look().Late, "it came too late")
			require.Equal(t, b.Clock.Now().UTC(), look().Answered)

			b = open(t)
			_, err = b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			_, err = b.Remove(t.Context(), staff, removing())
			require.NoError(t, err)
			b.set(t, date(2026, 4, 1), 12, 0)
			_, err = b.Answer(t.Context(), staff, replying())
			require.NoError(t, err)
			b.set(t, date(2027, 1, 1), 12, 0)
			require.False(t, look().Late, "it came in time")
			waiting, err = b.Open(t.Context(), staff, practice, chicago(t))
			require.NoError(t, err)
			require.Empty(t, waiting)
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			_, err := b.Report(t.Context(), form, reporting())
			require.NoError(t, err)
			require.False(t, used(b, t))
			require.True(t, used(b.by(t, without("frozen")), t), "nothing else keeps it from being used")
			reports := b.by(t, without("answer")).Law().Reports(key, b.facts(t), chicago(t), noon.Add(365*24*time.Hour))
			require.False(t, reports[0].Late, "nothing else asks for an answer")
		})
	})
}

func TestPromise_D4_4_NoParentsWordRevivesANumber(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		stopped := func(t *testing.T) bench {
			t.Helper()
			b := open(t)
			require.NoError(t, b.texts.Accept(t.Context(), staff, consent.Duty{Practice: practice, Terms: "2026-01"}))
			require.NoError(t, b.texts.Configure(t.Context(), staff, consent.Settings{Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks"}))
			require.NoError(t, b.texts.Publish(t.Context(), staff, consent.Wording{
				ID: "w-1", Practice: practice, Category: consent.Transactional, Language: "en", Text: shown,
			}))
			b.grants(t, noon)
			require.Equal(t, consent.Active, b.texted(t))
			b.set(t, date(2026, 3, 3), 9, 0)
			_, err := b.texts.Revoke(t.Context(), child, consent.Revocation{Practice: practice, Number: number.Number, Channel: consent.ByDesk})
			require.NoError(t, err)
			b.set(t, date(2026, 3, 3), 10, 0)
			return b
		}

		t.Run("refuses_to_revive_by_an_appointment_an_order_or_a_parents_consent", func(t *testing.T) {
			b := stopped(t)
			b.appoint(t, appointing(mother)) // which covers texts
			b.consent(t, mother)
			o := barring(father)
			o.Bars, o.Acts = false, []representative.Act{representative.Text}
			_, err := b.Order(t.Context(), staff, o)
			require.NoError(t, err)
			b.allows(t, mother, representative.Text, seven)
			require.Equal(t, consent.Stopped, b.texted(t), "who may agree to texts has not agreed yet")
			anew := b.may(t, mother, representative.Text, date(2008, 1, 1))
			require.False(t, anew.Allowed, "and for who is of age a parent may not")
		})

		t.Run("without_rule", func(t *testing.T) {
			b := stopped(t)
			b.grants(t, b.Clock.Now())
			require.Equal(t, consent.Active, b.texted(t), "a later written grant does, and nothing of this package's")
		})
	})
}
