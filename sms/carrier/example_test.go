package carrier_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// A text goes out, its answer is lost, it arrives all the same, and the patient writes back.
func Example() {
	ctx := context.Background()
	network, err := carrier.New(&carrier.Options{
		Script: carrier.Script{Message: func(sms.Message, int) carrier.Fate { return carrier.Fate{Lost: true} }},
		OnInbound: func(_ context.Context, in sms.Inbound) error {
			fmt.Println("reply:", in.Body)
			return nil
		},
		OnReceipt: func(_ context.Context, r sms.Receipt) error {
			fmt.Println("receipt:", r.Reference, r.Status)
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	reminder := sms.Message{
		Reference: "elm-street/t-1", From: "+15125550100", To: "+15125550142", Body: "See you at 3.", Validity: time.Hour,
	}
	_, err = network.Send(ctx, reminder)
	fmt.Println(err)
	_, found, _ := network.Find(ctx, reminder)
	fmt.Println("found:", found)
	if _, err = network.Step(ctx); err != nil {
		fmt.Println(err)
	}
	for _, text := range network.Thread("+15125550142") {
		fmt.Println("phone:", text.Body)
	}
	if _, err = network.Reply("+15125550142", "+15125550100", "Thanks"); err != nil {
		fmt.Println(err)
	}
	if _, err = network.Step(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// sms: carrier refused at send: no answer (unknown)
	// found: true
	// receipt: elm-street/t-1 sent
	// receipt: elm-street/t-1 delivered
	// phone: See you at 3.
	// reply: Thanks
}

// Workers in other processes share the network over HTTP.
func ExampleDial() {
	network, err := carrier.New(&carrier.Options{Token: "the carrier's token"})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(carrier.Handler(network))
	defer server.Close()

	client, err := carrier.Dial(server.URL, "the carrier's token", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Send(context.Background(), sms.Message{
		Reference: "elm-street/t-1", From: "+15125550100", To: "+15125550142", Body: "See you at 3.", Validity: time.Hour,
	})
	fmt.Println(err, len(network.Messages()))
	// Output: <nil> 1
}
