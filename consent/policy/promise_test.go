package policy_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/policy"
)

func TestPromise_M10_1_MaterialChangesAreAnnouncedAndUseAfterwardsAccepts(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("announced_told_and_accepted_by_use", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			b.accept(t, first())
			b.publish(t, second())
			b.due(t, policy.Settled, "1", "What is in effect was accepted")

			b.set(t, 5, 1, 9, 0)
			told := telling(second())
			_, err := b.Tell(t.Context(), staff, told)
			require.NoError(t, err)

			b.set(t, 5, 31, 23, 59)
			b.due(t, policy.Settled, "1", "")
			_, err = b.Use(t.Context(), patient, using(second()))
			require.ErrorIs(t, err, policy.ErrUse, "nobody uses on under a version that is not in effect")

			b.set(t, 6, 1, 0, 0)
			b.due(t, policy.Use, "2", "by the policy's words further use accepts it")
			_, err = b.Use(t.Context(), patient, using(second()))
			require.NoError(t, err)
			b.due(t, policy.Settled, "2", "")

			history, err := b.History(t.Context(), staff, key)
			require.NoError(t, err)
			require.Len(t, history, 3)
			require.Equal(t, []policy.Kind{policy.Accepted, policy.Told, policy.Used}, []policy.Kind{history[0].Kind, history[1].Kind, history[2].Kind})
			require.Empty(t, cmp.Diff(policy.Evidence{
				Channel: policy.Email, Message: "mail-7", Language: "en", Wording: "We keep less.",
			}, history[1].Evidence), "who was told, how")
			require.Equal(t, "2026-05-01 14:00", history[1].At.Format("2006-01-02 15:04"), "and when")
			require.Equal(t, staff, history[1].Actor)
			page, err := b.Facts(t.Context(), staff, policy.Query{Practice: practice, Kind: policy.Told})
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(history[1:2], page.Facts), "all who were told are found")
		})

		t.Run("told_on_the_next_use_whom_no_mail_reached", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			b.accept(t, first())
			b.publish(t, second())
			b.set(t, 6, 3, 9, 0)
			b.due(t, policy.Tell, "2", "was not told")
			_, err := b.Use(t.Context(), patient, using(second()))
			require.ErrorIs(t, err, policy.ErrUse, "what nobody was told nobody accepts by use")
			_, err = b.Tell(t.Context(), staff, telling(second()))
			require.NoError(t, err)
			b.due(t, policy.Use, "2", "")
		})

		t.Run("a_notice_is_shown_from_its_day", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			b.accept(t, first())
			p := second()
			p.Announced = []policy.Announcement{{Channel: policy.Posting, On: day(3, 2)}, {Channel: policy.Notice, On: day(5, 1)}}
			b.publish(t, p)
			b.set(t, 4, 30, 23, 59)
			b.due(t, policy.Settled, "1", "")
			b.set(t, 5, 1, 0, 0)
			b.due(t, policy.Tell, "2", "is announced")
		})

		t.Run("what_is_not_material_needs_no_new_acceptance", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			b.accept(t, first())
			small := third()
			small.Version = "2"
			b.publish(t, small)
			b.set(t, 7, 1, 9, 0)
			b.due(t, policy.Settled, "2", "")
		})

		for name, c := range map[string]struct {
			announced []policy.Announcement
			says      string
		}{
			"by_nothing":      {nil, "email or notice"},
			"by_posting":      {[]policy.Announcement{{Channel: policy.Posting, On: day(3, 2)}}, "email or notice"},
			"the_day_after":   {[]policy.Announcement{{Channel: policy.Posting, On: day(3, 2)}, {Channel: policy.Email, On: day(6, 2)}}, "on 2026-06-01 at the latest"},
			"but_not_posted":  {[]policy.Announcement{{Channel: policy.Email, On: day(5, 1)}}, "by posting"},
			"posted_too_late": {[]policy.Announcement{{Channel: policy.Email, On: day(5, 1)}, {Channel: policy.Posting, On: day(6, 2)}}, "by posting"},
		} {
			t.Run("refuses_a_material_change_announced_"+name, func(t *testing.T) {
				b := open(t)
				b.publish(t, first())
				p := second()
				p.Announced = c.announced
				_, err := b.Publish(t.Context(), staff, p)
				require.ErrorIs(t, err, policy.ErrUnannounced)
				require.ErrorContains(t, err, c.says)
				b.refused(t, "consent.policy.publish", err)
				require.Equal(t, []string{"1"}, b.versions(t))
			})
		}

		t.Run("on_its_effective_date_is_in_time", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			p := second()
			p.Announced = []policy.Announcement{{Channel: policy.Posting, On: day(6, 1)}, {Channel: policy.Email, On: day(6, 1)}}
			b.publish(t, p)
		})

		for name, silent := range map[string]int{"the_accepted_version": 0, "the_version_in_effect": 1} {
			t.Run("refuses_use_as_acceptance_without_the_words_of_"+name, func(t *testing.T) {
				b := open(t)
				versions := []policy.Publication{first(), second()}
				for i := range versions[silent].Texts {
					versions[silent].Texts[i].Use = ""
				}
				b.publish(t, versions[0])
				b.accept(t, versions[0])
				b.publish(t, versions[1])
				_, err := b.Tell(t.Context(), staff, telling(second()))
				require.NoError(t, err)
				b.set(t, 6, 1, 9, 0)
				b.due(t, policy.Ask, "2", "does not say")
				_, err = b.Use(t.Context(), patient, using(second()))
				require.ErrorIs(t, err, policy.ErrUse)
				b.refused(t, "consent.policy.use", err)
				b.accept(t, versions[1])
				b.due(t, policy.Settled, "2", "")
			})
		}

		t.Run("refuses_use_as_acceptance_of_a_first_version", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			b.due(t, policy.Ask, "1", "No version was accepted")
			_, err := b.Tell(t.Context(), staff, telling(first()))
			require.NoError(t, err)
			_, err = b.Use(t.Context(), patient, using(first()))
			require.ErrorIs(t, err, policy.ErrUse)
		})

		t.Run("refuses_to_make_a_text_consent_of_it", func(t *testing.T) {
			b := open(t)
			words := "By using on you agree to texts and sign an authorization."
			one, two := first(), second()
			one.Texts = []policy.Text{{Language: "en", Body: words, Use: words}}
			two.Texts = one.Texts
			b.publish(t, one)
			b.accept(t, one)
			b.publish(t, two)
			_, err := b.Tell(t.Context(), staff, telling(two))
			require.NoError(t, err)
			b.set(t, 6, 1, 9, 0)
			_, err = b.Use(t.Context(), patient, using(two))
			require.NoError(t, err)
			for _, c := range consent.Categories() {
				p, err := b.texts.Permission(t.Context(), consent.Key{Practice: practice, Number: "+12125550100"}, consent.Use{Category: c})
				require.NoError(t, err)
				require.Equal(t, consent.None, p.Status, "whatever the policy says, %s texts stay forbidden", c)
			}
			for _, e := range b.Logged(t, practice) {
				require.Contains(t, e.Action, "consent.policy.", "nothing else was recorded")
			}
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			b = b.by(t, slices.DeleteFunc(policy.Promised(), func(r policy.Rule) bool { return r.ID == "material" }))
			p := second()
			p.Announced = []policy.Announcement{{Channel: policy.Posting, On: day(3, 2)}}
			b.publish(t, first(), p)
			require.Equal(t, []string{"1", "2"}, b.versions(t), "nothing else asks for an e-mail")
		})
	})
}

// page returns the public page as a browser gets it.
func (b bench) page(t testing.TB, query string) (int, string) {
	t.Helper()
	h, err := b.Page(practice, document, &policy.PageOptions{Title: "Privacy policy"})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/privacy"+query, nil))
	return w.Code, w.Body.String()
}

func TestPromise_D7_1_UpdatesArePostedWithANewEffectiveDate(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("the_page_shows_the_version_with_its_date", func(t *testing.T) {
			b := open(t)
			code, _ := b.page(t, "")
			require.Equal(t, http.StatusNotFound, code, "before there is one")
			b.publish(t, first(), second())
			_, shown := b.page(t, "")
			require.Contains(t, shown, `Version 1. In effect since <time datetime="2026-03-02">2026-03-02</time>`)
			require.Contains(t, shown, "We keep what care needs.")
			require.Contains(t, shown, `From <time datetime="2026-06-01">2026-06-01</time> <a href="?version=2">version 2</a> will be in effect. What changes: We keep less.`)

			_, shown = b.page(t, "?version=2")
			require.Contains(t, shown, "Version 2. Will be in effect from")

			b.set(t, 5, 31, 23, 59)
			_, shown = b.page(t, "")
			require.Contains(t, shown, "Version 1. In effect")
			b.set(t, 6, 1, 0, 0)
			_, shown = b.page(t, "")
			require.Contains(t, shown, `Version 2. In effect since <time datetime="2026-06-01">`)
			require.NotContains(t, shown, "will be in effect")
			_, shown = b.page(t, "?version=1")
			require.Contains(t, shown, "Version 1. Was in effect from", "past versions stay readable")
			require.Contains(t, shown, "We keep what care needs.")
			_, shown = b.page(t, "?language=es")
			require.Contains(t, shown, `<article lang="es">Guardamos menos.`)
			require.Contains(t, shown, `language=en">en</a>`)
			require.NotContains(t, shown, `language=es">es</a>`, "that is the one that is shown")
			require.Less(t, strings.Index(shown, `">Version 2</a>`), strings.Index(shown, `">Version 1</a>`), "the newest first")
			for _, query := range []string{"?version=3", "?version=%3Cscript%3E"} {
				code, _ = b.page(t, query)
				require.Equal(t, http.StatusNotFound, code)
			}
			require.Len(t, b.Logged(t, practice), 2, "a policy is public: reading it is no read of anybody's data")
		})

		for name, date := range map[string]policy.Date{
			"without_a_date":                          {},
			"with_a_date_that_is_none":                day(2, 30),
			"with_a_past_date":                        day(3, 1),
			"with_the_date_of_the_version_before":     day(3, 2),
			"with_a_date_of_long_ago":                 {Year: 1, Month: 1, Day: 1},
			"with_a_date_that_no_calendar_counts":     {Year: 10000, Month: 1, Day: 1},
			"with_a_date_that_lacks_its_day_of_month": {Year: 2026, Month: 6},
		} {
			t.Run("refuses_an_update_"+name, func(t *testing.T) {
				b := open(t)
				b.publish(t, first())
				p := second()
				p.Effective = date
				_, err := b.Publish(t.Context(), staff, p)
				require.ErrorIs(t, err, policy.ErrDate)
				b.refused(t, "consent.policy.publish", err)
				require.Equal(t, []string{"1"}, b.versions(t))
			})
		}

		t.Run("refuses_an_update_dated_before_one_that_is_to_come", func(t *testing.T) {
			b := open(t)
			b.publish(t, first(), second())
			p := third()
			p.Effective = day(5, 1)
			_, err := b.Publish(t.Context(), staff, p)
			require.ErrorIs(t, err, policy.ErrDate)
			require.ErrorContains(t, err, "version 2 takes effect on 2026-06-01")
		})

		t.Run("today_is_the_day_of_the_zone", func(t *testing.T) {
			b := open(t)
			b.set(t, 3, 2, 23, 30) // March 3 in UTC
			b.publish(t, first())
			facts, err := b.Versions(t.Context(), practice, document)
			require.NoError(t, err)
			require.Equal(t, b.Clock.Now().UTC(), facts[0].Edition.From, "in effect from when it was published, not before")
			b = open(t)
			b.set(t, 3, 3, 0, 0)
			_, err = b.Publish(t.Context(), staff, first())
			require.ErrorIs(t, err, policy.ErrDate)
		})

		t.Run("refuses_an_update_that_is_not_posted", func(t *testing.T) {
			b := open(t)
			b.publish(t, first())
			p := third()
			p.Announced = []policy.Announcement{{Channel: policy.Email, On: day(3, 2)}}
			_, err := b.Publish(t.Context(), staff, p)
			require.ErrorIs(t, err, policy.ErrUnannounced)
			require.ErrorContains(t, err, "DentTracks SMS Privacy Policy, section 7")
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			b = b.by(t, slices.DeleteFunc(policy.Promised(), func(r policy.Rule) bool { return r.ID == "posted" }))
			p := third()
			p.Announced = nil
			b.publish(t, first(), p)
			require.Equal(t, []string{"1", "3"}, b.versions(t), "nothing else asks for a posting")
		})
	})
}
