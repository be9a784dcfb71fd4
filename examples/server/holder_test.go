package main

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// One of two children on a phone wants no texts: the other one gets hers, and nobody is named to the other.
func TestOneChildOfTwo(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const family = "+17375550178"
		status := func(id string) string {
			for _, p := range get[[]personView](s, "patients", "find", family) {
				if p.ID == id {
					return string(p.Transactional.Status)
				}
			}
			return "not found"
		}
		require.Contains(t, s.act("mute", map[string]string{"patient": "p-103", "words": "No texts about Jonah."}), "Others on the same phone are not concerned")
		require.Equal(t, "stopped", status("p-103"))
		require.Equal(t, "active", status("p-104"))
		s.act("clock", map[string]string{"forward": "8h"})
		became := map[string]string{}
		for _, v := range s.texts(family) { // the newest first
			became[v.Name] = cmp.Or(became[v.Name], v.Label)
		}
		require.Equal(t, "Refused", became["Jonah Feld"])
		require.Equal(t, "Delivered", became["Leah Feld"])
		require.Equal(t, "Taken back", became["Jonah Feld, Leah Feld"], "what told of both")
		bodies := received(s.phone(family))
		require.Len(t, bodies, 1, "her reminder")
		require.Contains(t, bodies[0], "appointment on")
		require.NotContains(t, bodies[0], "3:00 PM", "his time")

		// What the other child's page says of it names nobody, in the history and in the words.
		_, page := s.send(http.MethodGet, "/?who=p-104", "", nil)
		_, history, found := strings.Cut(page, `<ol class="ledger">`)
		require.True(t, found)
		history, _, _ = strings.Cut(history, "</ol>")
		require.Contains(t, history, "One patient on this phone wants no texts.")
		require.NotContains(t, history, "Jonah")
		_, page = s.send(http.MethodGet, "/?who=p-103", "", nil)
		require.True(t, strings.Contains(page, "This patient wants no texts."))
		require.True(t, strings.Contains(page, "No texts about Jonah."))
		_, body := s.send(http.MethodGet, "/api/consent?number=%2B17375550178", "", nil)
		require.NotContains(t, body, "Jonah")

		s.act("unmute", map[string]string{"patient": "p-103"})
		require.Equal(t, "active", status("p-103"))
		require.Contains(t, s.act("mute", map[string]string{"patient": "p-104", "category": "promotional"}), "No offers about this patient")
		require.Equal(t, "active", status("p-104"))
		s.refused(http.StatusNotFound, "mute", map[string]string{"patient": "p-0"})
		s.refused(http.StatusBadRequest, "unmute", map[string]string{"patient": "p-107"}) // without a number
		s.refused(http.StatusBadRequest, "mute", map[string]string{"patient": "p-103", "category": "jokes"})
	})
}

// A number that is somebody else's permits nothing, a new form begins anew, and one that said stop is listed for good.
func TestNumbersThatAreNotThePatients(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa, otis = "+15125550142", "+13035550187"
		rosas := func() permissionView { return get[[]personView](s, "patients", "find", rosa)[0].Transactional }
		require.Empty(t, get[suppressedView](s, "suppressed").Numbers)
		require.Contains(t, s.act("lapse", map[string]string{"number": rosa, "cause": "reassigned", "document": "list-7"}), "another holder")
		require.Equal(t, "ended", string(rosas().Status))
		require.Equal(t, "ended with the number's holder", rosas().Word())
		s.act("text", map[string]string{"patient": "p-101", "category": "transactional", "body": "Elm Street Dental: we moved."})
		require.Equal(t, "Refused", s.texts(rosa)[0].Label)
		_, page := s.send(http.MethodGet, "/?who=p-101", "", nil)
		require.True(t, strings.Contains(page, "The number has another holder: what was given for it before counts no more."))
		s.act("clock", map[string]string{"forward": "1h"})
		s.act("consent", map[string]string{"number": rosa, "published": "transactional-2026-01", "document": "scan-2"})
		require.Equal(t, "active", string(rosas().Status))

		// A consent that is for one number of the practice's is for no other.
		const priya = "+15125550163"
		priyas := func() string {
			return string(get[[]personView](s, "patients", "find", priya)[0].Transactional.Status)
		}
		form := map[string]string{"number": priya, "published": "transactional-2026-01", "document": "scan-3", "sender": "512 555 0101"}
		require.Contains(t, s.act("consent", form), "to this number: agreed.")
		require.Equal(t, "none", priyas())
		_, page = s.send(http.MethodGet, "/?who=p-105", "", nil)
		require.True(t, strings.Contains(page, "It is for texts from (512) 555-0101 alone."))
		form["sender"] = "512 555 0100"
		s.act("consent", form)
		require.Equal(t, "active", priyas())

		s.act("stop", map[string]string{"number": otis})
		s.act("lapse", map[string]string{"number": otis, "cause": "landline"})
		listed := get[suppressedView](s, "suppressed").Numbers
		require.Len(t, listed, 1)
		require.Equal(t, otis, listed[0].Number)
		require.Equal(t, "stopped", string(listed[0].Transactional.Status))
		s.refused(http.StatusBadRequest, "lapse", map[string]string{"number": otis, "cause": "boredom"})
		status, body := s.send(http.MethodGet, "/api/suppressed?after=nothing", "", nil)
		require.Equal(t, http.StatusBadRequest, status, body)
	})
}
