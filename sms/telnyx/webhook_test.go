package telnyx_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/telnyx"
)

func received(change map[string]any) map[string]any {
	payload := map[string]any{
		"id": id, "direction": "inbound", "from": map[string]any{"phone_number": patient, "carrier": "T-Mobile"},
		"to": []any{map[string]any{"phone_number": office, "status": "webhook_delivered"}}, "text": "Stop 👍", "media": []any{},
	}
	for key, value := range change {
		payload[key] = value
	}
	return payload
}

func TestReadInbound(t *testing.T) {
	want := func(change func(*sms.Inbound)) sms.Inbound {
		in := sms.Inbound{Provider: "telnyx", ID: id, From: patient, To: office, Body: "Stop 👍"}
		change(&in)
		return in
	}
	for name, c := range map[string]struct {
		payload map[string]any
		want    sms.Inbound
	}{
		"plain":    {received(nil), want(func(*sms.Inbound) {})},
		"pictures": {received(map[string]any{"media": []any{map[string]any{"url": "https://x"}, "y"}}), want(func(in *sms.Inbound) { in.Media = 2 })},
		"a group": {received(map[string]any{"to": []any{
			map[string]any{"phone_number": "+16045550123", "status": "queued"}, map[string]any{"phone_number": office, "status": "webhook_delivered"},
		}}), want(func(*sms.Inbound) {})},
		"Telnyx answered a STOP":  {received(map[string]any{"autoresponse_type": "opt_out"}), want(func(in *sms.Inbound) { in.Keyword = "STOP" })},
		"Telnyx answered a START": {received(map[string]any{"autoresponse_type": "OPT_IN"}), want(func(in *sms.Inbound) { in.Keyword = "START" })},
		"Telnyx answered a HELP": {received(map[string]any{"autoresponse_type": "help", "text": " "}), want(func(in *sms.Inbound) {
			in.Keyword, in.Body = "HELP", "HELP"
		})},
		"Telnyx answered something": {received(map[string]any{"autoresponse_type": "custom"}), want(func(*sms.Inbound) {})},
		"when it came in": {
			received(map[string]any{"received_at": "2026-11-02T12:00:00.596123+00:00"}),
			want(func(in *sms.Inbound) { in.At = time.Date(2026, 11, 2, 12, 0, 0, 596_123_000, time.UTC) }),
		},
		"a moment that is none": {received(map[string]any{"received_at": []any{"soon"}}), want(func(*sms.Inbound) {})},
		"no body":               {received(map[string]any{"text": nil}), want(func(in *sms.Inbound) { in.Body = "" })},
		"a NUL":                 {received(map[string]any{"text": "STOP\x00"}), want(func(in *sms.Inbound) { in.Body = "STOP\uFFFD" })},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := build(t, &telnyx.Options{}).ReadWebhook(post(event("message.received", c.payload), noon))
			require.NoError(t, err)
			require.Len(t, events, 1)
			require.Empty(t, cmp.Diff(sms.Event{Inbound: &c.want}, events[0]))
		})
	}
}

func finalized(status string, change map[string]any) map[string]any {
	payload := map[string]any{
		"id": id, "direction": "outbound", "to": []any{map[string]any{"phone_number": patient, "status": status}},
		"webhook_url": hookURL + "?ref=elm-street%2Ft+1%25", "errors": []any{},
	}
	for key, value := range change {
		payload[key] = value
	}
	return payload
}

func TestReadReceipt(t *testing.T) {
	failed := func(code any) map[string]any {
		return map[string]any{"errors": []any{map[string]any{"code": code, "title": "planted"}}}
	}
	for name, c := range map[string]struct {
		status string
		change map[string]any
		want   sms.Receipt
	}{
		"queued":       {"queued", nil, sms.Receipt{Status: sms.StatusAccepted}},
		"sending":      {"sending", nil, sms.Receipt{Status: sms.StatusAccepted}},
		"sent":         {"sent", nil, sms.Receipt{Status: sms.StatusSent}},
		"delivered":    {"delivered", nil, sms.Receipt{Status: sms.StatusDelivered}},
		"unconfirmed":  {"delivery_unconfirmed", failed("40008"), sms.Receipt{Status: sms.StatusSent}},
		"not sent":     {"sending_failed", failed("40014"), sms.Receipt{Status: sms.StatusFailed, Code: "40014", Class: sms.Expired}},
		"opted out":    {"sending_failed", failed("40300"), sms.Receipt{Status: sms.StatusFailed, Code: "40300", Class: sms.OptedOut}},
		"filtered":     {"delivery_failed", failed("40002"), sms.Receipt{Status: sms.StatusUndelivered, Code: "40002", Class: sms.Filtered}},
		"a number":     {"delivery_failed", failed(40001), sms.Receipt{Status: sms.StatusUndelivered, Code: "40001", Class: sms.BadNumber}},
		"another code": {"delivery_failed", failed("49999"), sms.Receipt{Status: sms.StatusUndelivered, Code: "49999", Class: sms.Rejected}},
		"no code":      {"delivery_failed", failed("planted"), sms.Receipt{Status: sms.StatusUndelivered}},
		"cancelled":    {"cancelled", nil, sms.Receipt{Status: sms.StatusFailed}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Provider, c.want.ID, c.want.Reference = "telnyx", id, "elm-street/t 1%"
			for _, kind := range []string{"message.sent", "message.finalized"} {
				events, err := build(t, &telnyx.Options{}).ReadWebhook(post(event(kind, finalized(c.status, c.change)), noon))
				require.NoError(t, err)
				require.Len(t, events, 1)
				require.Empty(t, cmp.Diff(sms.Event{Receipt: &c.want}, events[0]))
			}
		})
	}
}

// The reference is part of what is signed: the address of the request is written by whoever calls.
func TestReferenceComesFromTheSignedBody(t *testing.T) {
	r := post(event("message.finalized", finalized("delivered", nil)), noon)
	r.URL.RawQuery = "ref=oak-street%2Fx"
	events, err := build(t, &telnyx.Options{}).ReadWebhook(r)
	require.NoError(t, err)
	require.Equal(t, "elm-street/t 1%", events[0].Receipt.Reference)
	events, err = build(t, &telnyx.Options{}).ReadWebhook(post(event("message.finalized", finalized("sent", map[string]any{"webhook_url": nil})), noon))
	require.NoError(t, err)
	require.Empty(t, events[0].Receipt.Reference)
}

func TestOtherEventsTellOfNothing(t *testing.T) {
	for _, kind := range []string{"messaging-profile.spend-limit-reached", "10dlc.campaign.update", "message.something_new"} {
		events, err := build(t, &telnyx.Options{}).ReadWebhook(post(event(kind, map[string]any{"id": 7}), noon))
		require.NoError(t, err)
		require.Empty(t, events)
	}
}

func TestWebhookRefuses(t *testing.T) {
	good := event("message.received", received(nil))
	for name, c := range map[string]struct {
		request *http.Request
		change  func(r *http.Request)
		want    error
	}{
		"too old":                {post(good, noon.Add(-301*time.Second)), nil, sms.ErrSignature},
		"too new":                {post(good, noon.Add(301*time.Second)), nil, sms.ErrSignature},
		"another time":           {post(good, noon), func(r *http.Request) { r.Header.Set("Telnyx-Timestamp", "1") }, sms.ErrSignature},
		"no time":                {post(good, noon), func(r *http.Request) { r.Header.Del("Telnyx-Timestamp") }, sms.ErrSignature},
		"no signature":           {post(good, noon), func(r *http.Request) { r.Header.Del("Telnyx-Signature-Ed25519") }, sms.ErrSignature},
		"two signatures":         {post(good, noon), func(r *http.Request) { r.Header.Add("Telnyx-Signature-Ed25519", "AAAA") }, sms.ErrSignature},
		"two times":              {post(good, noon), func(r *http.Request) { r.Header.Add("Telnyx-Timestamp", "1") }, sms.ErrSignature},
		"another body":           {post(good, noon), func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(good + " ")) }, sms.ErrSignature},
		"a body without an end":  {post(strings.Repeat("a", 64<<10+1), noon), nil, sms.ErrTooLarge},
		"a body that breaks off": {post(good, noon), func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(errors.New("planted"))) }, sms.ErrInvalid},
		"a GET":                  {post(good, noon), func(r *http.Request) { r.Method = http.MethodGet }, sms.ErrInvalid},
		"no JSON":                {post("planted", noon), nil, sms.ErrInvalid},
		"no event":               {post("{}", noon), nil, sms.ErrInvalid},
		"no message":             {post(event("message.received", nil), noon), nil, sms.ErrInvalid},
		"no id":                  {post(event("message.received", received(map[string]any{"id": ""})), noon), nil, sms.ErrInvalid},
		"no sender":              {post(event("message.received", received(map[string]any{"from": nil})), noon), nil, sms.ErrInvalid},
		"no recipient":           {post(event("message.received", received(map[string]any{"to": []any{}})), noon), nil, sms.ErrInvalid},
		"a status of tomorrow":   {post(event("message.sent", finalized("planted", nil)), noon), nil, sms.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change != nil {
				c.change(c.request)
			}
			events, err := build(t, &telnyx.Options{}).ReadWebhook(c.request)
			require.ErrorIs(t, err, c.want)
			require.Empty(t, events)
			require.NotContains(t, err.Error(), "planted")
		})
	}
	for _, at := range []time.Time{noon.Add(-300 * time.Second), noon.Add(300 * time.Second)} {
		_, err := build(t, &telnyx.Options{}).ReadWebhook(post(good, at))
		require.NoError(t, err)
	}
}

func FuzzReadWebhook(f *testing.F) {
	f.Add(event("message.received", received(nil)))
	f.Add(event("message.finalized", finalized("delivered", nil)))
	f.Fuzz(func(t *testing.T, data string) {
		events, err := build(t, &telnyx.Options{}).ReadWebhook(post(data, noon))
		if err == nil && len(events) > 1 {
			t.Fatal("one event became several")
		}
	})
}
