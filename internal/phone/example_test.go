package phone_test

import (
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/internal/phone"
)

func Example() {
	for _, typed := range []string{"(512) 555-0142", "1-604-555-0142 ext. 3", "555-0142", "900 555 0142"} {
		number, err := phone.Parse(typed)
		if err == nil {
			err = phone.Textable(number)
		}
		if reason := phone.Error(""); errors.As(err, &reason) {
			fmt.Println("It cannot be texted because", reason.Reason()+".")
			continue
		}
		fmt.Println(number, phone.Region(number))
	}
	// Output:
	// +15125550142 US
	// +16045550142 CA
	// It cannot be texted because its area code is missing.
	// It cannot be texted because texts to it are charged at a premium.
}
