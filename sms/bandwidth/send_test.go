package bandwidth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/bandwidth"
)

func TestSendAsksForWhatWasDecided(t *testing.T) {
	a := newAPI(t, 202, `{"id":"`+id+`","segmentCount":1,"something_new":1}`)
	accepted, err := a.provider(t).Send(t.Context(), message())
	require.NoError(t, err)
	require.Equal(t, id, accepted.ID)
	r := a.requests[0]
	require.Equal(t, "POST /api/v2/users/9900000/messages", r.Method+" "+r.URL.String())
	user, password, _ := r.BasicAuth()
	require.Equal(t, account.User+account.Password, user+password)
	require.JSONEq(t, `{"applicationId":"`+account.Application+`","to":["`+patient+`"],"from":"`+office+`","text":"`+body+`",
		"tag":"elm-street/t 1%","expiration":"2026-11-02T19:30:00.000Z"}`, a.bodies[0])
}

// A message never lives longer than the window; what has no time left gets the second that lies between two clocks.
func TestExpiration(t *testing.T) {
	a := newAPI(t, 202, `{"id":"`+id+`"}`)
	for _, c := range []struct {
		validity time.Duration
		want     string
	}{
		{-time.Hour, "18:00:01.000Z"}, {0, "18:00:01.000Z"}, {1500 * time.Millisecond, "18:00:01.500Z"}, {1999999 * time.Microsecond, "18:00:01.999Z"},
	} {
		m := message()
		m.Validity = c.validity
		_, err := a.provider(t).Send(t.Context(), m)
		require.NoError(t, err)
		require.Contains(t, a.bodies[len(a.bodies)-1], `"expiration":"2026-11-02T`+c.want+`"`)
	}
}

func TestTheLongestReferenceFitsTheTag(t *testing.T) {
	a := newAPI(t, 202, `{"id":"`+id+`"}`)
	m := message()
	m.Reference = strings.Repeat("%C3%A9", 32) + "/" + strings.Repeat("%C3%A9", 64) // what a vendor's longest ids become
	require.Less(t, len(m.Reference), 1024)
	_, err := a.provider(t).Send(t.Context(), m)
	require.NoError(t, err)
	require.Contains(t, a.bodies[0], m.Reference)
}

func TestFindRulesOutAndNeverGuesses(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		tried  time.Time
		found  bool
		class  sms.Class
	}{
		"nothing":           {200, `{"totalCount":0,"messages":[]}`, noon.Add(-6 * time.Hour), false, ""},
		"nothing yet":       {200, `{"totalCount":0,"messages":[]}`, noon.Add(-6*time.Hour + time.Second), false, sms.Transient},
		"one":               {200, `{"totalCount":1,"messages":[{"messageId":"x"}]}`, noon.Add(-6 * time.Hour), false, sms.Unknown},
		"an odd list":       {200, `{"totalCount":0,"messages":[{"messageId":"x"}]}`, noon.Add(-6 * time.Hour), false, sms.Unknown},
		"no list":           {200, `planted`, noon.Add(-6 * time.Hour), false, sms.Unknown},
		"no count":          {200, `{"messages":[]}`, noon.Add(-6 * time.Hour), false, sms.Unknown},
		"it failed":         {500, `planted`, noon.Add(-6 * time.Hour), false, sms.Transient},
		"too many":          {429, `{"type":"too-many-requests"}`, noon.Add(-6 * time.Hour), false, sms.Throttled},
		"it is not allowed": {403, `{"type":"forbidden"}`, noon.Add(-6 * time.Hour), false, sms.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, c.status, c.body)
			m := message()
			m.Tried = c.tried
			_, found, err := a.provider(t).Find(t.Context(), m)
			require.Equal(t, c.found, found)
			if c.class == "" {
				require.NoError(t, err)
			} else {
				e := sendError(t, err)
				require.Equal(t, c.class, e.Class)
				require.Equal(t, sms.AtLookup, e.Stage)
			}
			q := a.requests[0].URL.Query()
			require.Equal(t, office+" "+patient, q.Get("sourceTn")+" "+q.Get("destinationTn"))
			require.Equal(t, "2026-11-02T10:55:00.000Z", q.Get("fromDateTime"))
		})
	}
}

func TestLookup(t *testing.T) {
	result := func(fields string) string {
		return `{"links":[],"data":{"status":"COMPLETE","results":[{"phoneNumber":"` + patient + `"` + fields + `}]}}`
	}
	verified := noon.Add(-24 * time.Hour)
	line := func(deactivated, landline sms.Answer, at time.Time) sms.Line {
		return sms.Line{Number: patient, Verified: verified, Reassigned: sms.NoData, Deactivated: deactivated, Landline: landline, At: at}
	}
	for name, c := range map[string]struct {
		body string
		want sms.Line
	}{
		"a mobile in service":  {result(`,"lineType":"MOBILE","latestMessageDeliveryStatus":"ACTIVE"`), line(sms.No, sms.No, time.Time{})},
		"a landline":           {result(`,"lineType":"FIXED"`), line(sms.NoData, sms.Yes, time.Time{})},
		"out of service":       {result(`,"lineType":"MOBILE","deactivationEvent":"DEACTIVATED","deactivationDate":"2025-06-20 18:35"`), line(sms.Yes, sms.No, time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC))},
		"out of service, when": {result(`,"deactivationEvent":"DEACTIVATED"`), line(sms.Yes, sms.NoData, time.Time{})},
		"not known":            {result(`,"latestMessageDeliveryStatus":"UNKNOWN"`), line(sms.NoData, sms.NoData, time.Time{})},
		"another number":       {`{"data":{"results":[{"phoneNumber":"+16045550198","lineType":"FIXED"}]}}`, line(sms.NoData, sms.NoData, time.Time{})},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, 200, c.body)
			got, err := a.provider(t).Lookup(t.Context(), patient, verified)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
			require.Equal(t, "POST /v2/accounts/9900000/phoneNumberLookup", a.requests[0].Method+" "+a.requests[0].URL.String())
			require.JSONEq(t, `{"phoneNumbers":["`+patient+`"]}`, a.bodies[0])
		})
	}
	a := newAPI(t, 200, `planted`)
	_, err := a.provider(t).Lookup(t.Context(), patient, verified)
	require.Equal(t, sms.Unknown, sendError(t, err).Class)
	_, err = a.provider(t).Lookup(t.Context(), "planted", verified)
	require.ErrorIs(t, err, sms.ErrInvalid)
	require.Len(t, a.requests, 1)
}

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]bandwidth.Options{
		"API in clear":      {BaseURL: "http://127.0.0.1:8080"},
		"look-ups in clear": {LookupURL: "http://127.0.0.1:8080"},
		"a short password":  {HookUser: hookUser, HookPassword: "planted"},
		"no password":       {HookUser: hookUser},
		"no user":           {HookPassword: hookPassword},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bandwidth.New(account, &o)
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.NotContains(t, err.Error(), "planted")
		})
	}
	for _, a := range []bandwidth.Account{{}, {ID: "9900000/../1", Application: "x", User: "x", Password: "x"}} {
		_, err := bandwidth.New(a, nil)
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	p, err := bandwidth.New(account, nil)
	require.NoError(t, err)
	require.Equal(t, "bandwidth bandwidth bandwidth", fmt.Sprintf("%v %#v %s", p, p, p.LogValue()))
	require.Equal(t, "bandwidth bandwidth bandwidth", fmt.Sprintf("%v %#v %s", account, account, account.LogValue()))
}
