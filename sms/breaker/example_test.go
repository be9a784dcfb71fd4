package breaker_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/breaker"
)

func Example() {
	suspended := &account{class: sms.BadSender}
	provider := breaker.New("twilio", suspended, &breaker.Options{Failures: 2})
	for range 4 {
		_, err := provider.Send(context.Background(), sms.Message{From: "+12145550199", To: "+12125550100"})
		var refusal *sms.SendError
		if errors.As(err, &refusal) {
			fmt.Println(refusal.Class)
		}
	}
	fmt.Println(suspended.asked, "requests")
	// Output:
	// bad_sender
	// bad_sender
	// paused
	// paused
	// 2 requests
}
