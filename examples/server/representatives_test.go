package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// report sends the public form, as somebody without an account.
func (s *site) report(fields url.Values) (int, string) {
	s.t.Helper()
	return s.bare(http.MethodPost, "/report", fields.Encode(), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
}

// What a child enters itself is refused without a parent's consent, and frozen when somebody reports it.
func TestAChildGivesNothingItself(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const child = "p-103"
		look := func() actingView { return get[actingView](s, "representatives", "patient", child) }
		enters := map[string]string{"patient": child, "by": "patient"}

		// The mother may act, and was appointed when the story began.
		first := look()
		require.Len(t, first.History, 1)
		require.Equal(t, []string{"the patient", world.Mother}, []string{first.Persons[0].Person, first.Persons[1].Person})
		require.True(t, slices.Contains(first.Persons[1].May, representative.Enter))
		require.Empty(t, first.Persons[0].May)
		s.act("enter", map[string]string{"patient": child, "by": world.Mother})
		s.refused(http.StatusForbidden, "enter", map[string]string{"patient": child, "by": "a stranger"})
		require.Contains(t, s.refused(http.StatusForbidden, "enter", enters), "only with a parent's verified consent")
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "parentconsent", map[string]string{"patient": child, "parent": world.Mother}), "the words on which the parent consented")
		s.act("parentconsent", map[string]string{"patient": child, "parent": world.Mother, "wording": "I consent.", "document": "scan-92"})
		s.act("enter", enters)

		// Anybody reports, and learns nothing of who is a patient.
		status, page := s.bare(http.MethodGet, "/report", "", nil)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, page, "You need no account.")
		fields := url.Values{
			"given": {"Jonah"}, "family": {"Feld"}, "birth": {"2016-02-20"}, "name": {"Ana Ruiz"}, "contact": {"ana@example.com"}, "words": {"He is ten."},
		}
		status, known := s.report(fields)
		require.Equal(t, http.StatusOK, status, known)
		fields.Set("given", "Nobody")
		status, unknown := s.report(fields)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, known, unknown)
		fields.Set("birth", "ten")
		status, page = s.report(fields)
		require.Equal(t, http.StatusBadRequest, status)
		require.Contains(t, page, `value="Nobody"`)
		require.Contains(t, s.refused(http.StatusBadRequest, "reportchild", map[string]string{"birth": "2016-02-20"}), "where we can answer")

		// All that the child gave is frozen until a person has decided, and the answer is owed until a day.
		require.Contains(t, s.refused(http.StatusForbidden, "enter", enters), "frozen")
		open := look().Reports
		require.Len(t, open, 1)
		require.Equal(t, "ana@example.com", open[0].Contact)
		require.False(t, open[0].Due.IsZero())
		decision := map[string]string{"patient": child, "report": open[0].ID, "proof": "the consent", "document": "scan-92", "reason": "The mother agreed."}
		require.Contains(t, s.refused(http.StatusConflict, "answer", map[string]string{"patient": child, "report": open[0].ID, "words": "Yes."}), "not decided yet")
		s.act("parentwithdrawal", map[string]string{"patient": child, "parent": world.Mother})
		require.Contains(t, s.refused(http.StatusConflict, "unfreeze", decision), "No parent's verified consent is in force")
		s.act("remove", decision)
		s.refused(http.StatusConflict, "remove", decision)
		require.Len(t, look().Reports, 1, "nobody has answered")
		s.act("answer", map[string]string{"patient": child, "report": open[0].ID, "words": "All of it is deleted."})
		require.Empty(t, look().Reports)
		require.Contains(t, s.refused(http.StatusForbidden, "enter", enters), "only with a parent's verified consent")

		_, page = s.send(http.MethodGet, "/?who="+child, "", nil)
		for _, text := range []string{"Who acts for Jonah Feld", world.Mother + " may act for the patient as a parent", "what the child gave was deleted"} {
			require.True(t, strings.Contains(page, text), text)
		}
	})
}

// Somebody is appointed with a proof, for as long and for as much as it says.
func TestAppointments(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa = "p-101" // of age
		base := map[string]string{"patient": rosa, "person": "brother", "basis": "by_patient", "from": "2026-01-01", "acts": "see, request"}
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "appoint", base), "the document that proves it")
		base["proof"], base["document"] = "power of attorney", "scan-93"
		s.act("appoint", base)
		persons := get[actingView](s, "representatives", "patient", rosa).Persons
		require.Equal(t, []representative.Act{representative.See, representative.Request}, persons[1].May)
		base["acts"] = "dance"
		s.refused(http.StatusBadRequest, "appoint", base)
		base["acts"], base["patient"] = "", "p-0"
		s.refused(http.StatusNotFound, "appoint", base)

		// A parent's authority is none over a patient of age.
		s.act("appoint", map[string]string{"patient": rosa, "person": "mother", "from": "2026-01-01", "proof": "birth certificate", "document": "scan-94"})
		persons = get[actingView](s, "representatives", "patient", rosa).Persons
		require.Empty(t, persons[2].May)
	})
}
