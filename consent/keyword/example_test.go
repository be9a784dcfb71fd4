package keyword_test

import (
	"fmt"

	"github.com/enamel-go/enamel/consent/keyword"
)

func Example() {
	for _, body := range []string{"STOP!!", "¡Alto!", "opt-out", "Stop by at 3?", "Help", "unstop", "I agree", "Yes"} {
		fmt.Printf("%-14s %q\n", body, keyword.Classify(body))
	}
	// Output:
	// STOP!!         "stop"
	// ¡Alto!         "stop"
	// opt-out        "stop"
	// Stop by at 3?  ""
	// Help           "help"
	// unstop         "start"
	// I agree        "agree"
	// Yes            ""
}
