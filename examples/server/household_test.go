package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// On the phone of two children no text says which of them it is about, and the desk reads why.
func TestPromise_D5_1_TheServerNamesNobodyOnAFamilysPhone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const family, rosa = "+17375550178", "+15125550142"
		const why = "It says which patient it is about, and a phone may be shared. (“Leah”)"
		s.act("reply", map[string]string{"number": family, "words": "Which of them comes first?"})
		text := func(patient, body string) map[string]string {
			return map[string]string{"patient": patient, "category": "conversational", "body": "Elm Street Dental: " + body}
		}
		named, reached := text("p-103", "Leah comes first."), len(received(s.phone(family)))
		v := ask[triedView](s, "try", named)
		require.Equal(t, "It would not leave. "+why, v.Says)
		require.Equal(t, "person", v.Rules[len(v.Rules)-1].Rule)

		s.act("text", named)
		got := s.texts(family)[0]
		require.Equal(t, "Refused", got.Label)
		require.Contains(t, got.Says, why)
		require.Len(t, received(s.phone(family)), reached)
		_, page := s.visit(s.browser(), "/?who=p-103")
		says(t, page, "It says which patient it is about, and a phone may be shared")

		s.act("text", text("p-103", "the one at 3:00 comes first."))
		require.Equal(t, "Delivered", s.texts(family)[0].Label)
		require.Len(t, received(s.phone(family)), reached+1)

		// Who has a phone alone may be named.
		s.act("reply", map[string]string{"number": rosa, "words": "Am I late?"})
		s.act("text", text("p-101", "no, Rosa."))
		require.Equal(t, "Delivered", s.texts(rosa)[0].Label)
	})
}
