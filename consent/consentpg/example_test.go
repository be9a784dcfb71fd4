package consentpg_test

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/consent/consentpg"
)

// Those who apply migrations with a tool of their own take them as plain SQL.
func ExampleSQL() {
	script, err := consentpg.SQL(&consentpg.Options{Schema: "clinic"})
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
	// "clinic".consent_fact
	// "clinic".consent_settings
	// "clinic".consent_wording
	// "clinic".consent_policy
	// "clinic".consent_cookie
	// "clinic".consent_representative
	// "clinic".consent_pack
}
