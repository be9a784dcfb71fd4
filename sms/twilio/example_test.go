package twilio_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/enamel-go/enamel/sms/twilio"
)

// A handler for the texts that come in. It answers with an empty document: Twilio would text whatever stood in it.
func ExampleProvider_ReadWebhook() {
	provider, err := twilio.New("AC0cc175b9c0f1b6a831c399e269772661", "the account's token", &twilio.Options{
		InboundURL: "https://sms.example.com/twilio/inbound",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	handle := func(w http.ResponseWriter, r *http.Request) {
		events, err := provider.ReadWebhook(r)
		if err != nil {
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		for _, e := range events {
			fmt.Printf("%s wrote %q\n", e.Inbound.From, e.Inbound.Body)
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response/>")
	}

	for _, body := range []string{"Stop please", "Start please"} { // the signature is of the first
		form := url.Values{
			"MessageSid": {"SM0cc175b9c0f1b6a831c399e269772661"}, "From": {"+15125550142"}, "To": {"+15125550100"}, "Body": {body},
		}
		r := httptest.NewRequest(http.MethodPost, "/twilio/inbound", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", "V1syo1IR2D8T5r9w7VLCSZmLne0=")
		w := httptest.NewRecorder()
		handle(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// +15125550142 wrote "Stop please"
	// 200
	// 403
}
