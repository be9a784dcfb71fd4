package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Evidence goes to the practice and the patient, to a court and a carrier once the manager approved, and to nobody else.
func TestEvidenceInOneFile(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		s.act("stop", map[string]string{"number": number, "words": "planted words of a stop"})
		release := func(status string, in map[string]string) string {
			in["number"] = number
			s.act("requestpack", in)
			all := get[[]packView](s, "packs")
			last := all[len(all)-1]
			require.Equal(t, status, last.Status)
			return last.Release
		}
		file := func(status int, release string) string {
			var body string
			require.Eventually(t, func() bool {
				got, page := s.send(http.MethodGet, "/api/pack?release="+release, "", nil)
				body = page
				return got == status
			}, 10*time.Second, 100*time.Millisecond, body)
			return body
		}
		own := file(http.StatusOK, release("ready", map[string]string{"recipient": "practice"}))
		require.Contains(t, own, "planted words of a stop")
		require.False(t, strings.Contains(own, "<script"))

		court := release("waiting", map[string]string{"recipient": "court", "name": "Travis County Court", "document": "subpoena-7"})
		require.Contains(t, file(http.StatusConflict, court), "error")
		_, page := s.send(http.MethodGet, "/", "", nil)
		says(t, page, "waits for the manager")
		s.act("approvepack", map[string]string{"release": court})
		require.Contains(t, file(http.StatusOK, court), "subpoena-7")
		require.Len(t, get[[]packView](s, "packs")[1].Written, 1, "it is accounted for")

		// The number has said stop, so nothing is left to prove to a carrier.
		carrier := release("waiting", map[string]string{"recipient": "carrier", "name": "A carrier"})
		s.act("approvepack", map[string]string{"release": carrier})
		require.Contains(t, file(http.StatusNotFound, carrier), "error")
		other := release("waiting", map[string]string{"recipient": "carrier", "name": "Another carrier"})
		s.act("denypack", map[string]string{"release": other, "reason": "It gave no reason."})
		require.Contains(t, file(http.StatusConflict, other), "error")
		s.refused(http.StatusConflict, "approvepack", map[string]string{"release": other})

		s.refused(http.StatusUnprocessableEntity, "requestpack", map[string]string{"recipient": "advertiser", "number": number})
		s.refused(http.StatusUnprocessableEntity, "requestpack", map[string]string{"recipient": "court", "number": number})
		s.refused(http.StatusNotFound, "approvepack", map[string]string{"release": "nobody's"})
		require.Contains(t, file(http.StatusNotFound, "nobody's"), "Nobody has asked")
	})
}
