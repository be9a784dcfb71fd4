package telnyx_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/sms/telnyx"
)

// One address takes texts that come in and receipts alike; sms.Webhook does this and takes them in.
func ExampleProvider_ReadWebhook() {
	provider, err := telnyx.New("the account's API key", &telnyx.Options{
		PublicKey:  base64.StdEncoding.EncodeToString(hookBy.Public().(ed25519.PublicKey)),
		WebhookURL: "https://sms.example.com/telnyx",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Now()
	for _, request := range []struct {
		kind    string
		payload map[string]any
		at      time.Time
	}{
		{"message.received", received(map[string]any{"text": "Stop please"}), now},
		{"message.finalized", finalized("delivered", nil), now},
		{"message.received", received(nil), now.Add(-time.Hour)}, // a recording
	} {
		events, err := provider.ReadWebhook(post(event(request.kind, request.payload), request.at))
		if err != nil {
			fmt.Println(err)
		}
		for _, e := range events {
			if e.Inbound != nil {
				fmt.Printf("%s wrote %q\n", e.Inbound.From, e.Inbound.Body)
			} else {
				fmt.Println(e.Receipt.Reference, e.Receipt.Status)
			}
		}
	}
	// Output:
	// +16045550199 wrote "Stop please"
	// elm-street/t 1% delivered
	// sms: the webhook's signature does not fit: its time is too far from ours
}
