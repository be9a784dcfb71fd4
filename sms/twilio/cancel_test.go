package twilio_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

func TestCancel(t *testing.T) {
	sid := "SM" + strings.Repeat("a", 32)
	code := func(code int) map[string]any { return map[string]any{"code": code, "message": "planted"} }
	for name, c := range map[string]struct {
		status int
		answer any
		done   bool
		class  sms.Class
	}{
		"taken back":         {200, map[string]any{"sid": sid, "status": "canceled"}, true, ""},
		"it has left":        {200, map[string]any{"sid": sid, "status": "sent"}, false, ""},
		"too late":           {400, code(30409), false, ""},
		"not there":          {404, code(20404), false, ""},
		"another refusal":    {400, code(21617), false, sms.Rejected},
		"too many":           {429, code(20429), false, sms.Throttled},
		"the token is wrong": {401, code(20003), false, sms.BadSender},
		"it failed":          {500, code(20500), false, sms.Unknown},
		"it says nothing":    {200, "planted", false, sms.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, reply(c.status, c.answer))
			done, err := a.provider(t, nil).Cancel(t.Context(), sid)
			require.Equal(t, c.done, done)
			if c.class == "" {
				require.NoError(t, err)
			} else {
				e := sendError(t, err)
				require.Equal(t, c.class, e.Class)
				require.Equal(t, sms.AtCancel, e.Stage)
			}
			require.Equal(t, 1, a.count())
			require.Equal(t, "/2010-04-01/Accounts/"+account+"/Messages/"+sid+".json", a.requests[0].URL.Path)
			require.Equal(t, map[string][]string{"Status": {"canceled"}}, map[string][]string(a.forms[0]))
		})
	}
	a := newAPI(t, reply(http.StatusOK, nil))
	_, err := a.provider(t, nil).Cancel(t.Context(), "../../Messages")
	require.ErrorIs(t, err, sms.ErrInvalid)
	require.Zero(t, a.count())
}

func TestLookup(t *testing.T) {
	verified := noon.Add(-30 * 24 * time.Hour)
	line := func(kind any, reassigned any) map[string]any {
		return map[string]any{
			"phone_number": to, "valid": true, "something_new": 1,
			"line_type_intelligence": map[string]any{"type": kind, "carrier_name": "planted"},
			"reassigned_number":      map[string]any{"last_verified_date": "20261003", "is_number_reassigned": reassigned},
		}
	}
	for name, c := range map[string]struct {
		answer               map[string]any
		landline, reassigned sms.Answer
	}{
		"the same holder":   {line("mobile", "no"), sms.No, sms.No},
		"another holder":    {line("nonFixedVoip", "yes"), sms.No, sms.Yes},
		"no data":           {line("unknown", "no_data_available"), sms.NoData, sms.NoData},
		"a landline":        {line("landline", nil), sms.Yes, sms.NoData},
		"nothing was asked": {map[string]any{"phone_number": to, "line_type_intelligence": nil, "reassigned_number": nil}, sms.NoData, sms.NoData},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, reply(200, c.answer))
			p := a.provider(t, func(o *twilio.Options) { o.LookupURL = a.URL })
			got, err := p.Lookup(t.Context(), to, verified)
			require.NoError(t, err)
			require.Equal(t, sms.Line{Number: to, Verified: verified, Landline: c.landline, Reassigned: c.reassigned, Deactivated: sms.NoData}, got)
			require.Equal(t, "GET /v2/PhoneNumbers/"+to, a.requests[0].Method+" "+a.requests[0].URL.Path)
			require.Equal(t, "20261003", a.requests[0].URL.Query().Get("LastVerifiedDate"))

			got, err = p.Lookup(t.Context(), to, time.Time{})
			require.NoError(t, err)
			require.Equal(t, sms.NoData, got.Reassigned, "what was not asked is not answered")
			require.Equal(t, "line_type_intelligence", a.requests[1].URL.Query().Get("Fields"))
		})
	}
	for name, c := range map[string]struct {
		status int
		answer any
		class  sms.Class
	}{
		"another number": {200, map[string]any{"phone_number": from}, sms.Unknown},
		"no answer":      {200, []string{"planted"}, sms.Unknown},
		"it failed":      {500, nil, sms.Transient},
		"too many":       {429, nil, sms.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, reply(c.status, c.answer))
			_, err := a.provider(t, func(o *twilio.Options) { o.LookupURL = a.URL }).Lookup(t.Context(), to, verified)
			require.Equal(t, c.class, sendError(t, err).Class)
		})
	}
}
