package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whether texts arrive is seen of all, what they say of the one conversation that is open, and where somebody has to decide.
func TestWhatTextsSayServesTheirConversationAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa, jonah, leah = "+15125550142", "p-103", "p-104"
		s.act("text", map[string]string{"patient": jonah, "category": "transactional", "body": "Elm Street Dental: about the first visit. Reply STOP to end texts."})
		s.act("text", map[string]string{"patient": leah, "category": "transactional", "body": "Elm Street Dental: about the second visit. Reply STOP to end texts."})
		said := func(views []textView) (names []string) {
			for _, v := range views {
				if v.Body != "" {
					names = append(names, v.Name)
				}
			}
			return names
		}
		require.ElementsMatch(t, []string{"Priya Natarajan", "Otis Grant"}, said(get[[]textView](s, "texts")), "one was refused, one needs a person")
		require.Equal(t, []string{"Rosa Delgado"}, said(s.texts(rosa)))

		quoted := func(who string) string {
			_, page := s.send(http.MethodGet, "/?who="+who, "", nil)
			_, section, _ := strings.Cut(page, `<section class="card" id="texts"`)
			section, _, _ = strings.Cut(section, "</section>")
			return section
		}
		require.NotContains(t, quoted("p-101"), "about")
		require.Contains(t, quoted("p-101"), "December 1 at 9:00 AM")
		require.Contains(t, quoted("p-101"), "December 1 at 9:15 AM", "nobody knows whether it arrived, so somebody asks the patient")
		require.NotContains(t, quoted("p-101"), "December 1 at 9:30 AM")
		require.Contains(t, quoted("p-101"), `<a href="/?who=p-102#texts">What it says</a>`)
		require.Contains(t, quoted("p-102"), "December 1 at 9:30 AM")
		require.Contains(t, quoted(jonah), "about the first visit")
		require.NotContains(t, quoted(jonah), "about the second visit", "the phone is shared, the conversation is not")
		require.Contains(t, quoted(jonah), "3:00 PM and 3:30 PM", "what is for everybody on the phone")

		s.act("reply", map[string]string{"number": rosa, "words": "I am a little late today"})
		for _, number := range []string{"", rosa} {
			for _, m := range get[[]receivedView](s, "received", "number", number) {
				require.Equal(t, number != "", m.Body != "")
			}
		}
	})
}

// A text that was taken back has the time at which it was to leave, whenever one looks.
func TestWhatWasTakenBackKeepsItsTime(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	taken := func() (v textView) {
		for _, v = range get[[]textView](s, "texts") {
			if v.Group == groupTaken {
				return v
			}
		}
		require.FailNow(t, "nothing was taken back")
		return v
	}
	require.Equal(t, "3:00 PM", clocked(taken().At))
	require.Equal(t, "It was to leave at 3:00 PM, and was taken back before. One text tells of all appointments of the day. "+
		"The text in its place: planned.", taken().Says)
	require.True(t, taken().Today)
	s.act("clock", map[string]string{"forward": "1h"})
	require.Equal(t, "3:00 PM", clocked(taken().At))
	s.act("clock", map[string]string{"forward": "24h"})
	require.Equal(t, "3:00 PM", clocked(taken().At))
	require.False(t, taken().Today)
}
