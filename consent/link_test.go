package consent_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

func link() consent.Link { return consent.Link{Practice: key.Practice, Number: key.Number} }

// press is what the button behind a link sends.
func press(link string) consent.LinkConfirmation {
	return consent.LinkConfirmation{
		Practice: key.Practice, Link: link, Evidence: consent.Evidence{Address: "192.0.2.7", Browser: "Mozilla/5.0"},
	}
}

// linked is a number whose pending promotional consent is asked about by a link.
func linked(t *testing.T, b bench) string {
	t.Helper()
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	got, state, err := b.AskByLink(t.Context(), staff, link())
	require.NoError(t, err)
	require.Equal(t, consent.Pending, state.Promotional.Status)
	b.later()
	return got
}

func TestPromise_D2_3_DoubleOptInByLink(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("keeps", func(t *testing.T) {
			b := open(t)
			must(t)(b.ConfirmByLink(t.Context(), patient, press(linked(t, b))))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional))
		})
		t.Run("refuses_the_link_a_second_time", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			must(t)(b.ConfirmByLink(t.Context(), patient, press(l)))
			refused(t, consent.ErrUsed)(b.ConfirmByLink(t.Context(), patient, press(l)))
			b.later()
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			refused(t, consent.ErrUsed)(b.ConfirmByLink(t.Context(), patient, press(l)))
			require.Equal(t, consent.Stopped, b.status(t, consent.Promotional))
		})
		t.Run("refuses_a_link_that_expired", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			b.Clock.Set(b.facts(t)[1].Expires.Add(time.Microsecond))
			refused(t, consent.ErrExpired)(b.ConfirmByLink(t.Context(), patient, press(l)))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("keeps_an_answer_of_the_last_moment", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			b.Clock.Set(b.facts(t)[1].Expires)
			must(t)(b.ConfirmByLink(t.Context(), patient, press(l)))
			require.Equal(t, consent.Active, b.status(t, consent.Promotional))
		})
		t.Run("refuses_a_link_that_a_stop_overtook", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			must(t)(b.Revoke(t.Context(), patient, stop()))
			b.later()
			refused(t, consent.ErrNotAsked)(b.ConfirmByLink(t.Context(), patient, press(l)))
		})
		t.Run("refuses_every_other_link", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			id, secret, _ := strings.Cut(l, ".")
			must(t)(b.Ask(t.Context(), staff, askOther(t, b)))
			texted := base64.RawURLEncoding.EncodeToString([]byte("texted"))
			for _, wrong := range []string{
				"", ".", id, id + ".", "." + secret, id + "." + secret[1:], l + "=", "?." + secret, texted + ".", texted + "." + secret,
				base64.RawURLEncoding.EncodeToString([]byte("nobody's")) + "." + secret,
				base64.RawURLEncoding.EncodeToString([]byte("a\x00\xff")) + "." + secret,
			} {
				before := len(b.logged(t, key.Practice))
				refused(t, consent.ErrNotAsked)(b.ConfirmByLink(t.Context(), patient, press(wrong)))
				require.Len(t, b.logged(t, key.Practice), before+1, "the refusal is on record")
			}
			_, err := b.ConfirmByLink(t.Context(), audit.Actor{}, press(id+"."))
			require.ErrorIs(t, err, consent.ErrInvalid)
			require.NotErrorIs(t, err, consent.ErrNotAsked)
			for _, practice := range []string{"oak-street", "", key.Practice + "\x00"} {
				elsewhere := press(l)
				elsewhere.Practice = practice
				_, err := b.ConfirmByLink(t.Context(), patient, elsewhere)
				require.ErrorIs(t, err, consent.ErrNotAsked)
			}
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("refuses_anybody_else_and_an_answer_without_evidence", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			refused(t, consent.ErrEvidence)(b.ConfirmByLink(t.Context(), staff, press(l)))
			bare := press(l)
			bare.Evidence.Browser = ""
			refused(t, consent.ErrEvidence)(b.ConfirmByLink(t.Context(), patient, bare))
			bare = press(l)
			bare.Evidence.Address = ""
			refused(t, consent.ErrEvidence)(b.ConfirmByLink(t.Context(), patient, bare))
			refused(t, consent.ErrInvalid)(b.ConfirmByLink(t.Context(), audit.Actor{}, press(l)))
			require.Equal(t, consent.Pending, b.status(t, consent.Promotional))
		})
		t.Run("refuses_a_second_request_by_any_way", func(t *testing.T) {
			b := open(t)
			_ = linked(t, b)
			_, _, err := b.AskByLink(t.Context(), staff, link())
			require.ErrorIs(t, err, consent.ErrAsked)
			refused(t, consent.ErrAsked)(b.Ask(t.Context(), staff, ask()))
		})
		t.Run("refuses_a_text_as_the_answer_to_a_link", func(t *testing.T) {
			b := open(t)
			_ = linked(t, b)
			refused(t, consent.ErrNotAsked)(b.Confirm(t.Context(), patient, agree()))
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t)
			l := linked(t, b)
			must(t)(b.ConfirmByLink(t.Context(), patient, press(l)))
			u := consent.Use{Category: consent.Promotional}
			before := consent.Decide(key, b.facts(t)[:2], consent.Promised(), b.Clock.Now(), u)
			require.Equal(t, consent.Pending, before.Status, "the answer alone permits")
		})
	})
}

// askOther has another number asked by text, under the id "texted".
func askOther(t *testing.T, b bench) consent.Ask {
	t.Helper()
	g := grant(consent.Promotional)
	g.Number = "+12125550101"
	must(t)(b.Grant(t.Context(), staff, g))
	return consent.Ask{ID: "texted", Practice: g.Practice, Number: g.Number}
}

func TestALandlineIsAskedByLink(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Lapse(t.Context(), staff, lapse(consent.Landline)))
	b.later()
	must(t)(b.ConfirmByLink(t.Context(), patient, press(linked(t, b))))
	require.Equal(t, consent.Active, b.status(t, consent.Promotional))
}

func TestAnotherLinkIsAnotherAct(t *testing.T) {
	b := onMemory(t)
	require.NoError(t, b.Configure(t.Context(), staff, consent.Settings{Practice: key.Practice, DoubleOptIn: consent.ConfirmAll}))
	first := press(linked(t, b))
	first.ID = "c-1"
	must(t)(b.Grant(t.Context(), staff, grant(consent.Transactional)))
	l, _, err := b.AskByLink(t.Context(), staff, link())
	require.NoError(t, err)
	b.later()
	for range 2 {
		must(t)(b.ConfirmByLink(t.Context(), patient, first))
	}
	other := press(l)
	other.ID = "c-1"
	refused(t, consent.ErrConflict)(b.ConfirmByLink(t.Context(), patient, other))
	require.Equal(t, consent.Active, b.status(t, consent.Promotional))
	require.Equal(t, consent.Pending, b.status(t, consent.Transactional))
	must(t)(b.ConfirmByLink(t.Context(), patient, press(l)))
	require.Equal(t, consent.Active, b.status(t, consent.Transactional), "one link does not use up another")
}

func TestTheSameLinkTwice(t *testing.T) {
	b := onMemory(t)
	must(t)(b.Grant(t.Context(), staff, grant(consent.Promotional)))
	l := link()
	l.ID, l.Secret = "link 1/ü", "0123456789abcdefghijkl"
	first, _, err := b.AskByLink(t.Context(), staff, l)
	require.NoError(t, err)
	b.later()
	again, _, err := b.AskByLink(t.Context(), staff, l)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Len(t, b.facts(t), 2)
	require.NotContains(t, b.facts(t)[1].Token, l.Secret, "only its hash is kept")
	l.Secret += "m"
	_, _, err = b.AskByLink(t.Context(), staff, l)
	require.ErrorIs(t, err, consent.ErrConflict)
	l.ID, l.Secret = "link 2", "0123456789abcdefghijk"
	_, _, err = b.AskByLink(t.Context(), staff, l)
	require.ErrorIs(t, err, consent.ErrInvalid)
	b.Clock.Pass(time.Minute)
	must(t)(b.ConfirmByLink(t.Context(), patient, press(first)))
}
