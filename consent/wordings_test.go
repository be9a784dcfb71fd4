package consent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/wording"
)

// published is a good one.
func published(id string) consent.Wording {
	return consent.Wording{ID: id, Practice: key.Practice, Category: consent.Promotional, Language: "en", Text: "Offers. " + shown}
}

func TestPromise_D3_1_WhatAnOptInMustSay(t *testing.T) {
	// taken are what is taken out of the good text, by the element that it then lacks.
	taken := map[string]string{
		"practice": "from Elm Street Dental", "platform": ", sent through DentTracks", "frequency": "Message frequency varies. ",
		"rates": "Message and data rates may apply. ", "stop": "STOP to opt out, ", "help": ", HELP for help",
		"terms": "https://elm.example/terms", "privacy": "https://elm.example/privacy",
		"free":        "Consent is not tied to any purchases or additional services. ",
		"unencrypted": "Text messages are not encrypted.",
		"purpose":     ": reminders of my appointments and, if I ticked the box, offers",
	}
	require.Len(t, taken, len(wording.Elements()), "one for each element")
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("keeps", func(t *testing.T) {
			b := open(t)
			w := published("offers-1")
			require.NoError(t, b.Publish(t.Context(), staff, w))
			b.later()
			require.NoError(t, b.Publish(t.Context(), staff, w), "the same wording again")
			all, err := b.Wordings(t.Context(), key.Practice)
			require.NoError(t, err)
			last := all[len(all)-1]
			require.Equal(t, w.Text, last.Text, "to the letter")
			require.Equal(t, noon, last.Effective)
			require.Equal(t, noon, last.Recorded)
			require.Equal(t, staff, last.By)
			g := grant(consent.Promotional)
			g.Evidence.Wording = w.Text
			must(t)(b.Grant(t.Context(), staff, g))
			facts := b.facts(t)
			require.Equal(t, w.Text, facts[0].Evidence.Wording)
			require.Equal(t, w.Hash(), facts[0].Evidence.Hash())
		})
		t.Run("keeps_what_was_signed_on_paper_before", func(t *testing.T) {
			b := open(t)
			w := published("paper-2024")
			w.Effective = noon.AddDate(-2, 0, 0)
			require.NoError(t, b.Publish(t.Context(), staff, w))
			g := grant(consent.Promotional)
			g.Evidence.Wording, g.At = w.Text, noon.AddDate(-1, 0, 0)
			must(t)(b.Grant(t.Context(), staff, g))
			g.At = w.Effective.Add(-time.Second)
			refused(t, consent.ErrWording)(b.Grant(t.Context(), staff, g))
		})
		for element, words := range taken {
			t.Run("refuses_a_text_without_"+element, func(t *testing.T) {
				require.Contains(t, shown, words)
				b := open(t)
				w := published("poor")
				w.Text = strings.Replace(shown, words, "", 1)
				var lacks *consent.WordingError
				require.ErrorAs(t, b.Publish(t.Context(), staff, w), &lacks)
				require.Len(t, lacks.Missing, 1, "%v", lacks)
				require.Equal(t, element, lacks.Missing[0].ID)
				require.Contains(t, lacks.Error(), lacks.Missing[0].Say, "the refusal says what is missing")
				all, err := b.Wordings(t.Context(), key.Practice)
				require.NoError(t, err)
				for _, kept := range all {
					require.NotEqual(t, "poor", kept.ID)
				}
			})
		}
		for name, change := range map[string]func(*consent.Grant){
			"a_text_that_was_never_published": func(g *consent.Grant) { g.Evidence.Wording += "." },
			"another_language":                func(g *consent.Grant) { g.Evidence.Language = "es" },
			"another_category":                func(g *consent.Grant) { g.Category = consent.Transactional },
			"a_time_before_it_was_published":  func(g *consent.Grant) { g.At = noon.Add(-time.Second) },
		} {
			t.Run("refuses_a_grant_on_"+name, func(t *testing.T) {
				b := open(t)
				require.NoError(t, b.Publish(t.Context(), staff, published("offers-1")))
				g := grant(consent.Promotional)
				g.Evidence.Wording = published("").Text
				change(&g)
				refused(t, consent.ErrWording)(b.Grant(t.Context(), staff, g))
				require.Empty(t, b.facts(t))
			})
		}
		t.Run("refuses_to_change_what_is_published", func(t *testing.T) {
			b := open(t)
			require.NoError(t, b.Publish(t.Context(), staff, published("offers-1")))
			for _, change := range []func(*consent.Wording){
				func(w *consent.Wording) { w.Text += " " },
				func(w *consent.Wording) { w.Language = "en-US" },
				func(w *consent.Wording) { w.Category = consent.Transactional },
				func(w *consent.Wording) { w.Effective = noon.Add(time.Hour) },
			} {
				w := published("offers-1")
				change(&w)
				require.ErrorIs(t, b.Publish(t.Context(), staff, w), consent.ErrConflict)
			}
		})
		t.Run("refuses_what_nobody_may_or_can_publish", func(t *testing.T) {
			b := open(t)
			for _, by := range []audit.Actor{patient, {Kind: audit.System, ID: "import"}, {Kind: audit.Representative, ID: "mother-9"}} {
				require.ErrorIs(t, b.Publish(t.Context(), by, published("w")), consent.ErrInvalid)
			}
			require.ErrorIs(t, b.Publish(t.Context(), audit.Actor{}, published("w")), consent.ErrInvalid)
			for _, change := range []func(*consent.Wording){
				func(w *consent.Wording) { w.ID = "" },
				func(w *consent.Wording) { w.Language = "" },
				func(w *consent.Wording) { w.Language = "tlh" },
				func(w *consent.Wording) { w.Category = "ads" },
				func(w *consent.Wording) { w.Practice = "nameless" },
				func(w *consent.Wording) { w.Text += strings.Repeat(" ", 16<<10) },
				func(w *consent.Wording) { w.Effective = time.Date(1<<16, 1, 1, 0, 0, 0, 0, time.UTC) },
			} {
				w := published("w")
				change(&w)
				require.ErrorIs(t, b.Publish(t.Context(), staff, w), consent.ErrInvalid)
			}
		})
		t.Run("refuses_another_text_that_is_published_beside_it", func(t *testing.T) {
			b := open(t)
			other := published("offers-1")
			other.Text += " "
			store := &beside{b.store, func() { require.NoError(t, b.Publish(t.Context(), staff, other)) }}
			require.ErrorIs(t, b.WithStore(store).Publish(t.Context(), staff, published("offers-1")), consent.ErrConflict)
		})
		t.Run("keeps_its_time_as_every_store_does", func(t *testing.T) {
			b := open(t)
			w := published("offers-1")
			w.Effective = noon.In(time.FixedZone("", 3600)).Add(-time.Hour + 7)
			for range 2 {
				require.NoError(t, b.Publish(t.Context(), staff, w))
			}
			all, err := b.Wordings(t.Context(), key.Practice)
			require.NoError(t, err)
			require.Equal(t, noon.Add(-time.Hour), all[len(all)-1].Effective)
			_, err = b.Wordings(t.Context(), "")
			require.ErrorIs(t, err, consent.ErrInvalid)
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			p := consent.Promised()
			p.Name = "unworded"
			p.Rules[0].Needs = []string{"signature or document"}
			g := grant(consent.Transactional)
			g.Evidence.Wording = "OK?"
			refused(t, consent.ErrWording)(b.Grant(t.Context(), staff, g))
			must(t)(b.with(t, consent.Options{Profile: p}).Grant(t.Context(), staff, g))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional), "and the profile shows as wider")
			require.Len(t, p.Wider(), 1)
		})
	})
}
