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

func ExampleUnderstand() {
	for _, body := range []string{
		"Would you please take me off the text list?", "please don't stop the reminders", "No more promos, just reminders",
		"This is not Maria, who is this?", "Don't text me before 9", "I'll stop by at 4", "Ya no me manden mensajes",
	} {
		fmt.Printf("%-10q %s\n", keyword.Understand(body).Asks, body)
	}
	fmt.Println(keyword.Understand("Don't text me before 9").Why)
	// Output:
	// "stop"     Would you please take me off the text list?
	// ""         please don't stop the reminders
	// "narrow"   No more promos, just reminders
	// "stranger" This is not Maria, who is this?
	// "review"   Don't text me before 9
	// ""         I'll stop by at 4
	// "stop"     Ya no me manden mensajes
	// It asks for no texts for a time, at a time, or on a subject, or for fewer.
}
