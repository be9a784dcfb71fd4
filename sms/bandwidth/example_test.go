package bandwidth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/enamel-go/enamel/sms/bandwidth"
)

// One request tells of several things at once; sms.Webhook does this and takes them in.
func ExampleProvider_ReadWebhook() {
	provider, err := bandwidth.New(bandwidth.Account{ID: "9900000", Application: "app", User: "user", Password: "password"},
		&bandwidth.Options{HookUser: "hook", HookPassword: "a long and random word"})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := httptest.NewRequest(http.MethodPost, "/bandwidth", strings.NewReader(`[
		{"type":"message-delivered","to":"+16045550199","message":{"id":"m1","tag":"elm-street/t-1"}},
		{"type":"message-received","to":"+15125550142","message":{"id":"m2","owner":"+15125550142","from":"+16045550199","text":"Stop please"}}
	]`))
	request.SetBasicAuth("hook", "a long and random word")
	events, err := provider.ReadWebhook(request)
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
	// Output:
	// elm-street/t-1 delivered
	// +16045550199 wrote "Stop please"
}
