package phonenumbers_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/sms/phonenumbers"
)

func Example() {
	for _, typed := range []string{"(512) 555-0142", "+44 20 7946 0000", "512", "call me"} {
		number, valid, err := phonenumbers.Parse(typed, "US")
		if err != nil {
			fmt.Println(err)
			continue
		}
		zones, err := phonenumbers.Zones{}.Zones(context.Background(), number)
		fmt.Println(number, valid, len(zones), err)
	}
	// Output:
	// +15125550142 true 1 <nil>
	// +442079460000 true 1 <nil>
	// +1512 false 1 <nil>
	// phonenumbers: this is not written like a telephone number
}
