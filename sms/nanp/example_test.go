package nanp_test

import (
	"fmt"

	"github.com/enamel-go/enamel/sms/nanp"
)

func Example() {
	for _, number := range []string{"+13125550100", "+18505550100", "+19025550100", "+18005550100", "+442079460000"} {
		fmt.Println(nanp.Valid(number), nanp.TollFree(number), nanp.Regions(number), nanp.Zones(number))
	}
	// Output:
	// true false [US-IL] [America/Chicago]
	// true false [US-FL] [America/New_York America/Chicago]
	// true false [CA-NS CA-PE] [America/Halifax]
	// true true [] []
	// false false [] []
}

func ExampleWithin() {
	fmt.Println(nanp.Within("US-TX"))
	// Output: [America/Chicago America/Denver]
}
