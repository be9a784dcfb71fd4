package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/link"
)

// linked texts a link to a patient's phone and returns it as the phone shows it, and what the practice sees of it.
func (s *site) linked(patient, number, document string) (address string, v linkView) {
	s.t.Helper()
	s.act("link", map[string]string{"patient": patient, "id": document})
	for _, b := range s.phone(number) {
		if b.Link() != "" {
			address = b.Link()
		}
	}
	require.NotEmpty(s.t, address, "no link is on the phone")
	return address, get[[]linkView](s, "links", "patient", patient)[0]
}

// What no text may say waits behind a link that opens once, for whoever has signed in as the patient it was sent to.
func TestPromise_D5_4_TheServerTextsLinks(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa, number, otis = "p-101", "+15125550142", "p-106"
		address, v := s.linked(rosa, number, "d-7")
		require.Equal(t, leadsView{Kind: "document", ID: "d-7"}, v.Leads)
		require.Equal(t, "waiting", v.State)
		require.Equal(t, link.Lasts, v.Expires.Sub(v.Sent))

		// What opens it is on the phone, and nowhere that the desk looks.
		token := strings.TrimPrefix(address, linkHead)
		for _, look := range []string{"texts?number=5125550142", "texts", "deadletters", "conversation?purpose=conversation&number=5125550142", "registrations", "log?limit=500"} {
			status, body := s.send(http.MethodGet, "/api/"+look, "", nil)
			require.Equal(t, http.StatusOK, status)
			require.NotContains(t, body, token, look)
		}
		require.Contains(t, s.texts(number)[0].Body, linkHead+strings.Repeat("*", len(token))+" ")
		open := map[string]string{"link": address, "patient": otis}

		// Nobody else's sign-in opens it, and nothing but what was issued opens.
		require.Contains(t, s.refused(http.StatusForbidden, "openlink", open), "this sign-in is neither")
		require.Contains(t, s.refused(http.StatusForbidden, "openlink", map[string]string{"link": address, "patient": rosa, "by": "a stranger"}), "acts for the patient")
		require.Contains(t, s.refused(http.StatusBadRequest, "openlink", map[string]string{"link": "https://elsewhere.example/v/1", "patient": rosa}), "no link of the practice's")
		guess := linkHead + strings.Repeat("A", 26)
		require.Contains(t, s.refused(http.StatusNotFound, "openlink", map[string]string{"link": guess, "patient": rosa}), "issued no such link")
		require.Equal(t, "waiting", get[[]linkView](s, "links", "patient", rosa)[0].State)

		open["patient"] = rosa
		require.Contains(t, s.act("openlink", open), "shows document d-7")
		require.Contains(t, s.refused(http.StatusConflict, "openlink", open), "opens once")
		v = get[[]linkView](s, "links", "patient", rosa)[0]
		require.Equal(t, "opened", v.State)
		require.Equal(t, "patient "+rosa, v.EndedBy)

		// One is taken back, one expires, and those of a number that has another holder open no more.
		address, v = s.linked(rosa, number, "d-8")
		s.act("revokelink", map[string]string{"id": v.ID})
		open["link"] = address
		require.Contains(t, s.refused(http.StatusGone, "openlink", open), "taken back")
		open["link"], _ = s.linked(rosa, number, "d-9")
		_, v = s.linked(rosa, number, "d-10")
		require.Equal(t, "waiting", v.State)
		s.act("lapse", map[string]string{"number": number, "cause": "reassigned"})
		require.Contains(t, s.refused(http.StatusGone, "openlink", open), "taken back")
		for _, v := range get[[]linkView](s, "links", "patient", rosa) {
			require.NotEqual(t, "waiting", v.State)
		}
		s.refused(http.StatusBadRequest, "link", map[string]string{"patient": rosa, "kind": "document"})
		require.Contains(t, s.refused(http.StatusBadRequest, "link", map[string]string{"patient": "p-107", "id": "d-1"}), "no phone number")
	})
}

// A mother opens what was sent to her child's phone; a link that nobody opens expires.
func TestLinksOfAChild(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	const child, family = "p-103", "+17375550178"
	address, _ := s.linked(child, family, "d-7")
	require.Contains(t, s.act("openlink", map[string]string{"link": address, "patient": child, "by": world.Mother}), "shows document d-7")
	require.Equal(t, world.Mother, get[[]linkView](s, "links", "patient", child)[0].EndedBy)

	address, _ = s.linked(child, family, "d-8")
	s.act("clock", map[string]string{"forward": (link.Lasts + time.Hour).String()})
	require.Contains(t, s.refused(http.StatusGone, "openlink", map[string]string{"link": address, "patient": child, "by": world.Mother}), "expired")
	require.Equal(t, "expired", get[[]linkView](s, "links", "patient", child)[0].State)
	require.Contains(t, s.refused(http.StatusBadRequest, "link", map[string]string{"patient": child}), "resource")
	status, body := s.send(http.MethodGet, "/api/links", "", nil)
	require.Equal(t, http.StatusBadRequest, status, body)

	// The page says what became of each; the phone opens one by a button.
	_, page := s.send(http.MethodGet, "/?who="+child, "", nil)
	says(t, page, "Links for Jonah Feld")
	says(t, page, "by "+world.Mother+", and opens no more.")
	says(t, page, "Nobody opened it before")
	_, page = s.press(s.browser(), "openlink", url.Values{"link": {address}, "patient": {child}, "by": {"nobody"}, "who": {child}}, nil)
	says(t, page, `value="`+address+`"`)
	require.Equal(t, 2, strings.Count(page, "Sign in and open it"), "the phone has two")
}

// What comes with a picture is kept apart, and the picture is never fetched.
func TestAPictureIsKeptApart(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		require.Contains(t, s.act("reply", map[string]string{"number": number, "with": "picture"}), "A picture came with it")
		sent := s.phone(number)
		require.Equal(t, 1, sent[len(sent)-1].Pictures+sent[len(sent)-2].Pictures, "on the phone, before the answer")
		s.task(sms.TaskSensitive, number)
		require.Equal(t, "picture", string(get[[]receivedView](s, "received", "number", number)[0].Flag))
		require.Contains(t, s.refused(http.StatusBadRequest, "reply", map[string]string{"number": number}), "Write something first")
		s.refused(http.StatusBadRequest, "reply", map[string]string{"number": number, "with": "a cat"})
		require.Contains(t, s.act("reply", map[string]string{"number": number, "words": "STOP", "with": "picture"}), "It is a stop")
	})
}
