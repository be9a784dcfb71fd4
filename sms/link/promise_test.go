package link_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/screen"
	"github.com/enamel-go/enamel/sms/template"
)

// TestPromise_D5_4_WhatIsSensitiveOpensOnceToTheSignedInPatient follows links to their ends.
func TestPromise_D5_4_WhatIsSensitiveOpensOnceToTheSignedInPatient(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("opens_for_the_patient", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			r, err := b.press(t, ana, token)
			require.NoError(t, err)
			require.Equal(t, document, r)
			opened := b.logged(t, "sms.link.open")
			require.Len(t, opened, 1)
			require.Equal(t, audit.Done, opened[0].Outcome)
			require.Equal(t, ana, opened[0].Actor)
			require.Equal(t, ana.ID, opened[0].Patient)
			require.Equal(t, document.ID, opened[0].Details["resource"])
		})

		t.Run("refuses_a_second_time", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			_, err := b.press(t, ana, token)
			require.NoError(t, err)
			b.shut(t, ana, token, link.ErrUsed)
			require.False(t, b.ready(t, token))
		})

		t.Run("refuses_what_has_expired", func(t *testing.T) {
			b := open(t)
			early, late := b.issue(t, "l-1"), b.issue(t, "l-2")
			b.clock.pass(link.Lasts - time.Microsecond)
			require.True(t, b.ready(t, early))
			_, err := b.press(t, ana, early)
			require.NoError(t, err)
			b.clock.pass(time.Microsecond)
			require.False(t, b.ready(t, late))
			b.shut(t, ana, late, link.ErrExpired)
		})

		t.Run("refuses_another_s_sign_in", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			for _, by := range []audit.Actor{
				stranger, staff, worker, parent, {Kind: audit.Patient, ID: "Planted-ana"}, {Kind: audit.Representative, ID: ana.ID},
			} {
				b.shut(t, by, token, link.ErrOther)
			}
			_, err := b.press(t, audit.Actor{}, token)
			require.ErrorIs(t, err, link.ErrInvalid)
			_, err = b.press(t, ana, token)
			require.NoError(t, err, "nobody has used it up")
			b.shut(t, stranger, token, link.ErrOther) // who is told no more than before
		})

		t.Run("opens_for_whom_the_vendor_vouches", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			b.shut(t, parent, token, link.ErrOther)
			b.parents.of, b.parents.err = ana.ID, errBroken
			_, err := b.press(t, parent, token)
			require.ErrorIs(t, err, errBroken)
			b.parents.err = nil
			b.shut(t, audit.Actor{Kind: audit.Representative, ID: "another"}, token, link.ErrOther)
			r, err := b.press(t, parent, token)
			require.NoError(t, err)
			require.Equal(t, document, r)
			by := slices.DeleteFunc(b.logged(t, "sms.link.open"), func(e audit.Entry) bool { return e.Outcome != audit.Done })
			require.Len(t, by, 1)
			require.Equal(t, parent, by[0].Actor)
		})

		t.Run("refuses_what_was_taken_back", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			n, err := b.Withdraw(t.Context(), worker, link.Withdrawal{Practice: practice, Patient: ana.ID})
			require.NoError(t, err)
			require.Equal(t, 1, n)
			b.shut(t, ana, token, link.ErrRevoked)
		})

		t.Run("refuses_a_token_that_nobody_issued", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			for _, wrong := range []string{"", "x", link.NewToken(), token + "A", token[:25], strings.ToLower(token), token + "\x00", strings.Repeat(token, 1000)} {
				b.shut(t, ana, wrong, link.ErrUnknown)
				require.False(t, b.ready(t, wrong))
			}
			_, err := b.Open(t.Context(), ana, link.Opening{Practice: "oak-street", Token: token})
			require.ErrorIs(t, err, link.ErrUnknown, "another practice's")
			elsewhere, err := b.Peek(t.Context(), "oak-street", token)
			require.NoError(t, err)
			require.False(t, elsewhere)
			_, err = b.Open(t.Context(), ana, link.Opening{Token: token})
			require.ErrorIs(t, err, link.ErrInvalid)
			_, err = b.Peek(t.Context(), "", token)
			require.ErrorIs(t, err, link.ErrInvalid)
		})

		t.Run("is_not_used_up_by_programs_that_follow_links", func(t *testing.T) {
			b := open(t)
			token := b.issue(t, "l-1")
			entries := len(b.logged(t))
			for range 100 {
				require.True(t, b.ready(t, token))
			}
			require.Len(t, b.logged(t), entries)
			_, err := b.press(t, ana, token)
			require.NoError(t, err)
		})
	})

	t.Run("shows_nothing_that_it_cannot_record", func(t *testing.T) {
		b := onMemory(t)
		token := b.issue(t, "l-1")
		s, err := link.New(faulty{Store: b.store, apply: func(c link.Change) (bool, error) { return false, errBroken }}, b.log, &link.Options{Now: b.clock.now})
		require.NoError(t, err)
		r, err := s.Open(t.Context(), ana, link.Opening{Practice: practice, Token: token})
		require.ErrorIs(t, err, errBroken)
		require.Zero(t, r)
		require.True(t, b.ready(t, token))
	})

	t.Run("the_token_says_nothing", func(t *testing.T) {
		seen := map[string]bool{}
		for range 1000 {
			token := link.NewToken()
			require.Regexp(t, "^[A-Z2-7]{26}$", token, "26 letters and digits of five bits each")
			require.False(t, seen[token])
			seen[token] = true
		}
	})
}

// address is where the practice's links begin.
const address = "https://texts.elm.example/v/"

// telling are links that say something of somebody. The screen stops each in a text that somebody wrote freely.
func telling(token string) []string {
	return []string{
		address + token + "?patient=p-1", address + token + "?id=4711", address + token + "?name=Ana", address + token + "?first_name=Ana&v=1",
		address + token + "?dob=1980-12-31", address + token + "?d=1980-12-31", address + token + "#dob=1", address + token + "?phone=6155550100",
		address + token + "?email=ana%40mail.example", address + token + "?procedure=crown", address + token + "?amount=90", address + token + "/2026-12-08",
		address + "2026-12-08", address + "12-31-1980/" + token, address + "19801231", address + "123-45-6789", address + "6155550100", address + "D0001",
		address + "root-canal", address + "RootCanal", address + "%72oot-canal", "https://rootcanal.elm.example/v/" + token,
		"https://texts.elm.example/patients/4711", "https://texts.elm.example/chart/4711/" + token, "https://texts.elm.example/implant/" + token,
		"https://ana@texts.elm.example/v/" + token,
	}
}

// TestPromise_D1_1_NothingLeavesWithALinkThatTells has texts decided and carried, and counts the requests.
func TestPromise_D1_1_NothingLeavesWithALinkThatTells(t *testing.T) {
	w := newWorld(t)
	token, err := w.links.Issue(t.Context(), staff, command("l-1"))
	require.NoError(t, err)
	for _, tells := range telling(token) {
		t.Run("refuses_"+strings.ReplaceAll(tells, token, "token"), func(t *testing.T) {
			_, err := w.made.Render(template.English, setting, template.Values{"link": tells})
			require.ErrorIs(t, err, template.ErrInvalid)
			body := "Elm Street Dental: we have something for you: " + tells + " Reply STOP to end texts."
			tracked, requests := w.leaves(body, nil)
			require.Equal(t, sms.Refuse, tracked.Decision.Verdict)
			require.Contains(t, []string{"link", "health"}, tracked.Decision.Rule)
			require.Zero(t, requests)
		})
	}
	t.Run("without_rule", func(t *testing.T) {
		rules := slices.DeleteFunc(sms.Promised(), func(r sms.Rule) bool { return r.ID == "link" })
		_, requests := w.leaves("Elm Street Dental: we have something for you: "+address+token+"?patient=p-1 Reply STOP to end texts.", rules)
		require.Equal(t, 1, requests)
	})
}

// TestPromise_D5_4_ATextCarriesATokenAndNothingElse ties what is issued, what a template admits and what leaves together.
func TestPromise_D5_4_ATextCarriesATokenAndNothingElse(t *testing.T) {
	w := newWorld(t)
	token, err := w.links.Issue(t.Context(), staff, command("l-1"))
	require.NoError(t, err)
	body, err := w.made.Render(template.English, setting, template.Values{"link": address + token})
	require.NoError(t, err)
	require.Equal(t, "Elm Street Dental: we have something for you: "+address+token+" Reply STOP to end texts.", body)
	tracked, requests := w.leaves(body, nil)
	require.Equal(t, sms.Send, tracked.Decision.Verdict)
	require.Equal(t, sms.Sent, tracked.State)
	require.Equal(t, 1, requests)
	require.Equal(t, body, w.carrier.sent[0])
	r, err := w.links.Open(t.Context(), ana, link.Opening{Practice: practice, Token: token})
	require.NoError(t, err)
	require.Equal(t, document, r)

	t.Run("refuses_what_is_no_such_link", func(t *testing.T) {
		for name, value := range map[string]string{
			"another host": "https://deals.example/v/" + token, "in clear": "http://texts.elm.example/v/" + token, "a query": address + token + "?v=1",
			"a name": "https://texts.elm.example/ana/" + token, "a word": address + "ana-nunez", "a short word": address + "k3J9xZq7",
			"an unknown name": "https://texts.elm.example/nunez/" + token, "a number": "https://texts.elm.example/p/4711", "no token": address,
		} {
			_, err := w.made.Render(template.English, setting, template.Values{"link": value})
			require.ErrorIs(t, err, template.ErrInvalid, name)
		}
	})

	t.Run("every_token_passes", func(t *testing.T) {
		in := screen.Context{Practice: setting.Practice, NeedsName: true, NeedsEnd: true}
		for range 20_000 {
			body := strings.ReplaceAll(body, token, link.NewToken())
			require.Empty(t, screen.Screen(body, in), body)
		}
	})

	t.Run("without_rule", func(t *testing.T) {
		// These are of the form of tokens, and what a text says with them is found all the same.
		said := map[string]screen.Class{"RootCanalQTZK4W7XGPHV2N6": screen.Link, "EWNQSUM7HFC3FCKJWOVJCCMAB": screen.Link}
		for _, secret := range slices.Sorted(maps.Keys(said)) {
			l := command("said")
			l.Secret = secret
			_, err := w.links.Issue(t.Context(), staff, l)
			require.ErrorIs(t, err, link.ErrInvalid)
			_, requests := w.leaves(strings.ReplaceAll(body, token, secret), nil)
			require.Zero(t, requests)
		}
	})
}
