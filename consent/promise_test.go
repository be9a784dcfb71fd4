package consent_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// methods are the three that the policy names, each with evidence that is enough.
func methods() map[consent.Basis]consent.Evidence {
	return map[consent.Basis]consent.Evidence{
		consent.SignedAgreement: {Wording: exact, Language: "en", Signature: "sig-9", Representative: "mother of p-204"},
		consent.WebForm:         {Wording: shownInSpanish, Language: "es", Address: "2001:db8::7", Browser: "Mozilla/5.0 (X11)", Choice: consent.Separate},
		consent.OfficeDocument:  {Wording: shown, Language: "en", Document: "scan-88", Staff: "u-17"},
	}
}

// lacking returns the evidence without one field, for each field that the promise asks of the basis.
func lacking(basis consent.Basis, whole consent.Evidence) map[string]consent.Evidence {
	without := map[string]func(*consent.Evidence){
		"wording":  func(e *consent.Evidence) { e.Wording = "" },
		"language": func(e *consent.Evidence) { e.Language = "" },
	}
	switch basis {
	case consent.SignedAgreement:
		without["signature or document"] = func(e *consent.Evidence) { e.Signature, e.Document = "", "" }
	case consent.WebForm:
		without["address"] = func(e *consent.Evidence) { e.Address = "" }
		without["browser"] = func(e *consent.Evidence) { e.Browser = "" }
		without["choice"] = func(e *consent.Evidence) { e.Choice = "" }
	case consent.OfficeDocument:
		without["document"] = func(e *consent.Evidence) { e.Document = "" }
		without["staff"] = func(e *consent.Evidence) { e.Staff = "" }
	}
	less := map[string]consent.Evidence{}
	for name, take := range without {
		e := whole
		take(&e)
		less[name] = e
	}
	return less
}

// filled returns evidence with blank where something was taken from the whole of it.
func filled(less, whole consent.Evidence, blank string) consent.Evidence {
	fields, of := reflect.ValueOf(&less).Elem(), reflect.ValueOf(whole)
	for i := range fields.NumField() {
		if fields.Field(i).String() != of.Field(i).String() {
			fields.Field(i).SetString(blank)
		}
	}
	return less
}

// unwritten are the bases that permit nothing by default.
var unwritten = []consent.Basis{consent.NumberInCare, consent.Verbal, consent.Import}

func TestPromise_D2_1_ExpressWrittenConsentWithEvidence(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for basis, evidence := range methods() {
			given := grant(consent.Transactional)
			given.Basis, given.Evidence = basis, evidence

			t.Run("keeps_"+string(basis), func(t *testing.T) {
				b := open(t)
				require.Empty(t, b.Profile().Wider(), "by default the promise is kept")
				require.Equal(t, consent.None, b.status(t, consent.Transactional), "nothing permits a text before")
				must(t)(b.Grant(t.Context(), staff, given))
				require.Equal(t, consent.Active, b.status(t, consent.Transactional))
				for _, other := range []consent.Category{consent.Conversational, consent.Promotional} {
					require.Equal(t, consent.None, b.status(t, other), "consent to one category never covers another")
				}
				history, err := b.History(t.Context(), staff, key)
				require.NoError(t, err)
				require.Len(t, history, 1)
				require.Empty(t, cmp.Diff(evidence, history[0].Evidence), "the evidence is produced as it was taken")
				require.Equal(t, basis, history[0].Basis)
				require.Equal(t, staff, history[0].Actor)
			})

			for missing, less := range lacking(basis, evidence) {
				t.Run("refuses_"+string(basis)+"_without_"+missing, func(t *testing.T) {
					b := open(t)
					for _, blank := range []string{"", " \t\r\n\u00a0"} {
						poor := given
						poor.Evidence = filled(less, evidence, blank)
						_, err := b.Grant(t.Context(), staff, poor)
						require.ErrorIs(t, err, consent.ErrEvidence)
						require.ErrorContains(t, err, missing, "the refusal says what is missing")
					}
					require.Equal(t, consent.None, b.status(t, consent.Transactional))
					require.Empty(t, b.facts(t))
				})
			}
		}

		t.Run("refuses_everything_else", func(t *testing.T) {
			b := open(t)
			for _, basis := range unwritten {
				for _, c := range consent.Categories() {
					g := grant(c)
					g.Basis = basis
					must(t)(b.Grant(t.Context(), staff, g))
					require.Equal(t, consent.None, b.status(t, c), "%s is recorded and permits nothing", basis)
				}
			}
			g := grant(consent.Transactional)
			g.Basis = "fax"
			refused(t, consent.ErrInvalid)(b.Grant(t.Context(), staff, g))
		})

		t.Run("refuses_a_wider_profile_under_the_promised_name", func(t *testing.T) {
			b := open(t)
			p := wide()
			p.Name = consent.Promised().Name
			_, err := consent.New(b.store, b.Log, &consent.Options{Profile: p})
			require.ErrorIs(t, err, consent.ErrInvalid)
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			// A vendor's profile that permits what was only said, and one that asks for no wording: both permit the text,
			// and both show as the promise not kept.
			spoken := wide()
			s := b.with(t, consent.Options{Profile: spoken})
			g := grant(consent.Transactional)
			g.Basis, g.Evidence = consent.Verbal, consent.Evidence{}
			state, err := s.Grant(t.Context(), staff, g)
			require.NoError(t, err)
			require.Equal(t, consent.Active, state.Transactional.Status)
			require.Equal(t, "wide", s.Profile().Name)
			require.Len(t, s.Profile().Wider(), len(unwritten))

			unworded := consent.Promised()
			unworded.Name = "unworded"
			unworded.Rules[0].Needs = nil
			s = b.with(t, consent.Options{Profile: unworded})
			g.Basis = consent.SignedAgreement
			must(t)(s.Grant(t.Context(), staff, g))
			require.Equal(t, "signed-agreement-1", s.Profile().Wider()[0].ID)
			refused(t, consent.ErrEvidence)(b.Grant(t.Context(), staff, g))
		})
	})
}

func TestPromise_D1_4_PromotionalNeedsItsOwnConsent(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("keeps", func(t *testing.T) {
			b := promoted(t, open(t))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional))
		})
		for _, other := range []consent.Category{consent.Transactional, consent.Conversational} {
			t.Run("refuses_to_ride_on_"+string(other), func(t *testing.T) {
				b := open(t)
				must(t)(b.Grant(t.Context(), staff, grant(other)))
				require.Equal(t, consent.Active, b.status(t, other))
				require.Equal(t, consent.None, b.status(t, consent.Promotional))
			})
		}
		t.Run("refuses_every_other_basis_even_under_the_laws_profile", func(t *testing.T) {
			b := open(t)
			s := b.with(t, consent.Options{Profile: consent.Lawful()})
			for _, basis := range unwritten {
				g := grant(consent.Promotional)
				g.Basis, g.Evidence = basis, consent.Evidence{Staff: "u-17"}
				state, err := s.Grant(t.Context(), staff, g)
				require.NoError(t, err)
				require.Equal(t, consent.None, state.Promotional.Status, "%s", basis)
			}
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			p := wide()
			for i := range p.Rules {
				p.Rules[i].Permits = consent.Categories()
			}
			s := b.with(t, consent.Options{Profile: p})
			require.NoError(t, s.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmOff}))
			g := grant(consent.Promotional)
			g.Basis = consent.Import
			state, err := s.Grant(t.Context(), staff, g)
			require.NoError(t, err)
			require.Equal(t, consent.Active, state.Promotional.Status)
		})
	})
}

func TestPromise_D2_5_ThePracticeObtainsConsent(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		const other = "oak-street" // has accepted nothing
		elsewhere := func(g consent.Grant) consent.Grant {
			g.Practice = other
			return g
		}
		permission := func(t *testing.T, b bench, practice string) consent.Permission {
			t.Helper()
			p, err := b.Permission(t.Context(), consent.Key{Practice: practice, Number: key.Number}, consent.Use{Category: consent.Transactional})
			require.NoError(t, err)
			return p
		}
		t.Run("keeps", func(t *testing.T) {
			b := open(t)
			b.ready(t, b.Service, other)
			must(t)(b.Grant(t.Context(), staff, elsewhere(grant(consent.Transactional))))
			require.Equal(t, consent.Active, permission(t, b, other).Status)
			set, err := b.Settings(t.Context(), other)
			require.NoError(t, err)
			require.Equal(t, consent.Duty{Practice: other, Terms: "2026-01", Accepted: noon, By: staff}, set.Duty)
			require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: other, Name: "Oak Street"}))
			require.Equal(t, consent.Active, permission(t, b, other).Status, "other settings leave the duty alone")
		})
		t.Run("refuses_a_grant_of_a_practice_that_has_not_accepted", func(t *testing.T) {
			b := open(t)
			refused(t, consent.ErrDuty)(b.Grant(t.Context(), staff, elsewhere(grant(consent.Transactional))))
			refused(t, consent.ErrDuty)(b.Ask(t.Context(), staff, consent.Ask{Practice: other, Number: key.Number}))
			must(t)(b.Revoke(t.Context(), patient, consent.Revocation{Practice: other, Number: key.Number, Channel: consent.ByCall}))
		})
		t.Run("refuses_to_text_for_a_practice_that_has_not_accepted", func(t *testing.T) {
			b := open(t)
			g := consent.Fact{
				ID: "of-before", Practice: other, Number: key.Number, Kind: consent.Granted, Category: consent.Transactional,
				Basis: consent.SignedAgreement, At: noon, Recorded: noon, Actor: staff,
			}
			leaf, err := b.Log.Stamp(t.Context(), audit.Entry{Practice: other, Actor: staff, Action: "consent.grant", Object: audit.Object{Kind: "number"}})
			require.NoError(t, err)
			_, err = b.store.Apply(t.Context(), consent.Change{Fact: &g, Leaves: []audit.Leaf{leaf}})
			require.NoError(t, err)
			p := permission(t, b, other)
			require.Equal(t, consent.None, p.Status)
			require.Contains(t, p.Why, "duty")
		})
		t.Run("refuses_an_acceptance_by_anybody_but_staff_or_of_no_terms", func(t *testing.T) {
			b := open(t)
			require.ErrorIs(t, b.Accept(t.Context(), patient, consent.Duty{Practice: other, Terms: "2026-01"}), consent.ErrInvalid)
			require.ErrorIs(t, b.Accept(t.Context(), staff, consent.Duty{Practice: other}), consent.ErrInvalid)
			refused(t, consent.ErrDuty)(b.Grant(t.Context(), staff, elsewhere(grant(consent.Transactional))))
		})
		t.Run("refuses_one_practices_grant_at_another", func(t *testing.T) {
			b := open(t)
			require.NoError(t, b.Accept(t.Context(), staff, consent.Duty{Practice: other, Terms: "2026-01"}))
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			require.Equal(t, consent.Active, permission(t, b, key.Practice).Status)
			require.Equal(t, consent.None, permission(t, b, other).Status)
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			facts := slices.Clone(b.facts(t))
			u := consent.Use{Category: consent.Transactional}
			require.Equal(t, consent.Active, consent.Decide(key, facts, consent.Promised(), noon, u).Status)
			facts[0].Duty = ""
			require.Equal(t, consent.None, consent.Decide(key, facts, consent.Promised(), noon, u).Status, "the duty alone is what permits")
		})
	})
}

func TestPromise_D3_2_ConsentIsTiedToNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for basis, evidence := range methods() {
			given := grant(consent.Promotional)
			given.Basis, given.Evidence = basis, evidence
			t.Run("keeps_"+string(basis), func(t *testing.T) {
				b := open(t)
				must(t)(b.Grant(t.Context(), staff, given))
				require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
			})
			for _, choice := range []consent.Choice{consent.PreChecked, consent.Bundled} {
				t.Run("refuses_"+string(basis)+"_that_was_"+string(choice), func(t *testing.T) {
					b := open(t)
					tied := given
					tied.Evidence.Choice = choice
					refused(t, consent.ErrEvidence)(b.Grant(t.Context(), staff, tied))
					require.Empty(t, b.facts(t))
				})
			}
		}
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			p := consent.Promised()
			p.Name = "any box"
			for i := range p.Rules {
				p.Rules[i].Needs = slices.DeleteFunc(p.Rules[i].Needs, func(need string) bool { return need == "choice" })
			}
			s := b.with(t, consent.Options{Profile: p})
			g := grant(consent.Transactional)
			g.Basis, g.Evidence = consent.WebForm, methods()[consent.WebForm]
			g.Evidence.Choice = ""
			must(t)(s.Grant(t.Context(), staff, g))
			require.Len(t, s.Profile().Wider(), 1, "and it shows")
		})
	})
}

func TestPromise_D2_3_DoubleOptIn(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		for setting, confirms := range map[consent.DoubleOptIn][]consent.Category{
			"":                         {consent.Promotional}, // the default
			consent.ConfirmOff:         nil,
			consent.ConfirmPromotional: {consent.Promotional},
			consent.ConfirmAll:         consent.Categories(),
		} {
			name := string(setting)
			if setting == "" {
				name = "default"
			}
			t.Run("setting_"+name, func(t *testing.T) {
				b := open(t)
				if setting != "" {
					require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: setting}))
				}
				want := map[consent.Category]consent.Status{
					consent.Transactional: consent.Active, consent.Conversational: consent.Active, consent.Promotional: consent.Active,
				}
				for _, c := range confirms {
					want[c] = consent.Pending
				}
				for _, c := range consent.Categories() {
					must(t)(b.Grant(t.Context(), staff, grant(c)))
					require.Equal(t, want[c], b.status(t, c))
				}
				if len(confirms) == 0 {
					refused(t, consent.ErrNothingPending)(b.Ask(t.Context(), staff, ask()))
					return
				}
				must(t)(b.Ask(t.Context(), staff, ask()))
				for _, c := range confirms {
					require.Equal(t, consent.Pending, b.status(t, c), "the request permits nothing but itself")
				}
				must(t)(b.Confirm(t.Context(), patient, agree()))
				for _, c := range consent.Categories() {
					require.Equal(t, consent.Active, b.status(t, c))
				}
			})
		}

		pending := func(t *testing.T) bench {
			t.Helper()
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			must(t)(b.Ask(t.Context(), staff, ask()))
			return b
		}
		t.Run("refuses_a_second_request", func(t *testing.T) {
			b := pending(t)
			refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
			b.Clock.Pass(2 * week)
			refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
			require.Len(t, b.facts(t), 2)
		})
		t.Run("refuses_a_second_request_for_the_same_words_on_another_form", func(t *testing.T) {
			b := pending(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
		})
		t.Run("refuses_an_expired_answer", func(t *testing.T) {
			b := pending(t)
			b.Clock.Pass(week + time.Microsecond)
			refused(t, consent.ErrExpired)(b.Confirm(t.Context(), patient, agree()))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
			late := agree()
			late.At = noon.Add(time.Hour) // dated back into the time that was given
			refused(t, consent.ErrExpired)(b.Confirm(t.Context(), patient, late))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("refuses_an_answer_that_nobody_asked_for", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("refuses_an_answer_by_anybody_else", func(t *testing.T) {
			b := pending(t)
			refused(t, consent.ErrEvidence)(b.Confirm(t.Context(), staff, agree()))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmOff}))
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional), "no confirmation is waited for")
			require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional), "a setting does not undo what was given under another")
		})
	})
}

func TestPromise_D4_4_NothingRevivesButWrittenConsent(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		// stopped is a number with written and confirmed consent to everything, and a STOP at noon and a minute.
		stopped := func(t *testing.T) bench {
			t.Helper()
			b := open(t)
			for _, c := range consent.Categories() {
				must(t)(b.Grant(t.Context(), staff, grant(c)))
			}
			must(t)(b.Ask(t.Context(), staff, ask()))
			must(t)(b.Confirm(t.Context(), patient, agree()))
			for _, c := range consent.Categories() {
				require.Equal(t, consent.Active, b.status(t, c))
			}
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			return b
		}
		still := func(t *testing.T, b bench) {
			t.Helper()
			for _, c := range consent.Categories() {
				require.Equal(t, consent.Stopped, b.status(t, c), "%s", c)
			}
		}
		for _, basis := range unwritten {
			t.Run("refuses_to_revive_by_"+string(basis), func(t *testing.T) {
				b := stopped(t)
				// Even under a profile that permits texts on such a basis, for a vendor who never had the promise kept.
				s := b.with(t, consent.Options{Profile: wide()})
				for _, c := range consent.Categories() {
					g := grant(c)
					g.Basis = basis
					must(t)(b.Grant(t.Context(), audit.Actor{Kind: audit.System, ID: "import"}, g))
					state, err := s.Grant(t.Context(), staff, g)
					require.NoError(t, err)
					require.Equal(t, consent.Stopped, state.For(c).Status)
				}
				still(t, b)
			})
		}
		t.Run("refuses_to_revive_by_a_form_that_arrives_late", func(t *testing.T) {
			b := stopped(t)
			for _, c := range consent.Categories() {
				g := grant(c)
				g.At = noon.Add(30 * time.Second) // before the stop
				must(t)(b.Grant(t.Context(), staff, g))
			}
			still(t, b)
		})
		t.Run("refuses_to_revive_by_an_import_of_what_was_given_before", func(t *testing.T) {
			b := stopped(t)
			var exported []consent.Grant
			for _, c := range consent.Categories() {
				undated, dated := grant(c), grant(c) // as an old system has them, with a column of times and without
				undated.ID, dated.ID, dated.At = "undated "+string(c), "dated "+string(c), noon.Add(-time.Hour)
				exported = append(exported, undated, dated)
			}
			rows := func(yield func(consent.Grant, error) bool) {
				for _, g := range exported {
					if !yield(g, nil) {
						return
					}
				}
			}
			var refused []error
			report, err := b.Import(t.Context(), importer, key.Practice, rows, &consent.ImportOptions{
				Refused: func(r consent.RefusedRow) { refused = append(refused, r.Err) },
			})
			require.NoError(t, err)
			require.Equal(t, consent.ImportReport{Rows: 6, Recorded: 3, Refused: 3}, report)
			for _, err := range refused {
				require.ErrorIs(t, err, consent.ErrInvalid)
				require.ErrorContains(t, err, "when it was given")
			}
			still(t, b)
		})
		t.Run("refuses_to_revive_by_an_edit", func(t *testing.T) {
			b := open(t)
			g := grant(consent.Transactional)
			g.ID = "g-1"
			must(t)(b.Grant(t.Context(), staff, g))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			must(t)(b.Grant(t.Context(), staff, g)) // the same form once more
			g.At = b.Clock.Now()                    // the same form with a later date
			refused(t, consent.ErrConflict)(b.Grant(t.Context(), staff, g))
			still(t, b)
		})
		t.Run("refuses_to_revive_by_a_date_ahead", func(t *testing.T) {
			b := open(t)
			g := grant(consent.Transactional)
			g.At = noon.Add(time.Minute) // as far ahead as clocks may differ
			must(t)(b.Grant(t.Context(), staff, g))
			b.Clock.Pass(time.Second)
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.Clock.Pass(time.Hour)
			still(t, b)
		})
		t.Run("refuses_to_revive_by_a_confirmation", func(t *testing.T) {
			b := open(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			must(t)(b.Ask(t.Context(), staff, ask()))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
			still(t, b)
		})
		t.Run("refuses_to_revive_promotional_by_START", func(t *testing.T) {
			b := stopped(t)
			must(t)(b.Restart(t.Context(), patient, start()))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
			require.Equal(t, consent.Active, b.status(t, consent.Conversational))
			require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
		})
		t.Run("refuses_to_revive_by_START_what_was_never_in_writing", func(t *testing.T) {
			b := open(t)
			s := b.with(t, consent.Options{Profile: wide()})
			g := grant(consent.Transactional)
			g.Basis = consent.Verbal
			must(t)(s.Grant(t.Context(), staff, g))
			b.later()
			must(t)(s.Revoke(t.Context(), patient, stop()))
			b.later()
			state, err := s.Restart(t.Context(), patient, start())
			require.NoError(t, err)
			require.Equal(t, consent.Stopped, state.Transactional.Status)
		})
		t.Run("refuses_to_revive_by_START_what_was_never_confirmed", func(t *testing.T) {
			b := asked(t, open)
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			must(t)(b.Restart(t.Context(), patient, start()))
			still(t, b)
		})
		t.Run("refuses_to_revive_by_another_sender", func(t *testing.T) {
			b := stopped(t)
			for _, c := range consent.Categories() {
				require.Equal(t, consent.Stopped, b.stands(t, consent.Use{Category: c, Sender: "+12125550177", Patient: "p-7"}))
			}
		})
		t.Run("refuses_to_revive_by_erasure", func(t *testing.T) {
			b := open(t)
			g := grant(consent.Transactional)
			g.Patient = "p-204"
			must(t)(b.Grant(t.Context(), staff, g))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			require.NoError(t, b.shred(t.Context(), key.Practice, "p-204"))
			b.later()
			still(t, b)
			states, _, err := b.Suppressed(t.Context(), staff, consent.Query{Practice: key.Practice})
			require.NoError(t, err)
			require.Len(t, states, 1, "the number stays on the list")
			require.Equal(t, key.Number, states[0].Number)
			require.True(t, b.facts(t)[0].Erased)
			must(t)(b.Restart(t.Context(), patient, start()))
			still(t, b)
		})
		t.Run("refuses_to_text_on_erased_evidence", func(t *testing.T) {
			b := open(t)
			g := grant(consent.Transactional)
			g.Patient = "p-204"
			must(t)(b.Grant(t.Context(), staff, g))
			require.NoError(t, b.shred(t.Context(), key.Practice, "p-204"))
			require.Equal(t, consent.None, b.status(t, consent.Transactional))
		})
		t.Run("refuses_to_revive_by_START_what_was_confirmed_after_the_stop", func(t *testing.T) {
			b := asked(t, open)
			narrow := stop()
			narrow.Category, narrow.Evidence.Words = consent.Transactional, "nothing about my visits, please"
			must(t)(b.Revoke(t.Context(), patient, narrow))
			b.later()
			must(t)(b.Confirm(t.Context(), patient, agree()))
			b.later()
			must(t)(b.Restart(t.Context(), patient, start()))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			require.Equal(t, consent.Active, b.status(t, consent.Conversational))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			must(t)(b.Restart(t.Context(), patient, start()))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional), "nor does a second stop make it confirmed before the first")
			require.Equal(t, consent.Active, b.status(t, consent.Conversational))
		})
		t.Run("refuses_a_START_that_is_not_the_patients", func(t *testing.T) {
			b := stopped(t)
			refused(t, consent.ErrEvidence)(b.Restart(t.Context(), staff, start()))
			refused(t, consent.ErrEvidence)(b.Restart(t.Context(), patient, consent.Restart{Practice: key.Practice, Number: key.Number}))
			still(t, b)
		})
		t.Run("a_later_written_grant_revives_its_category", func(t *testing.T) {
			b := stopped(t)
			must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
			require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
			must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional), "and is confirmed anew")
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			still(t, b)
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			s := b.with(t, consent.Options{Profile: wide()})
			must(t)(s.Revoke(t.Context(), patient, stop()))
			b.later()
			g := grant(consent.Transactional)
			g.Basis = consent.Import
			must(t)(s.Grant(t.Context(), staff, g))
			late := grant(consent.Conversational)
			late.At = noon.Add(-time.Hour)
			must(t)(s.Grant(t.Context(), staff, late))
			still(t, b)
			history, err := b.History(t.Context(), staff, key)
			require.NoError(t, err)
			// With the stop taken out of what is decided on, the import and the late form permit texts.
			require.Equal(t, consent.Revoked, history[0].Kind)
			state := consent.Derive(key, history[1:], wide(), b.Clock.Now())
			require.Equal(t, consent.Active, state.Transactional.Status)
			require.Equal(t, consent.Active, state.Conversational.Status)
		})
	})
}

// asked is a bench whose patient has agreed to everything and been asked to confirm it.
func asked(t testing.TB, open func(testing.TB) bench) bench {
	t.Helper()
	b := open(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
	for _, c := range consent.Categories() {
		must(t)(b.Grant(t.Context(), staff, grant(c)))
	}
	must(t)(b.Ask(t.Context(), staff, ask()))
	b.later()
	return b
}
