package smspg_test

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/sms/smspg"
)

// Those who apply migrations with a tool of their own take them as plain SQL.
func ExampleSQL() {
	script, err := smspg.SQL(&smspg.Options{Schema: "clinic"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(script) {
		if strings.HasPrefix(line, `CREATE TABLE "clinic".`) {
			fmt.Println(strings.Fields(line)[2])
		}
	}
	// Output:
	// "clinic".sms_text
	// "clinic".sms_queue
	// "clinic".sms_decision
	// "clinic".sms_received
	// "clinic".sms_sender
	// "clinic".sms_allowance
	// "clinic".sms_registration
	// "clinic".sms_content
	// "clinic".sms_task
	// "clinic".sms_text_task
	// "clinic".sms_broadcast
	// "clinic".sms_broadcast_fact
	// "clinic".sms_recipient
	// "clinic".sms_link
}
