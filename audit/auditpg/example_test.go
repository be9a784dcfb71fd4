package auditpg_test

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/audit/auditpg"
)

// Those who apply migrations with a tool of their own take them as plain SQL.
func ExampleSQL() {
	script, err := auditpg.SQL(&auditpg.Options{Schema: "clinic"})
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
	// "clinic".audit_entry
	// "clinic".audit_entry_6y
	// "clinic".audit_entry_1y
	// "clinic".audit_entry_6y_rest
	// "clinic".audit_entry_1y_rest
	// "clinic".audit_batch
	// "clinic".audit_head
	// "clinic".audit_shift
	// "clinic".audit_aside
}
