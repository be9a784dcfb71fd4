package recordspg_test

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/records/recordspg"
)

// Those who apply migrations with a tool of their own take them as plain SQL.
func ExampleSQL() {
	script, err := recordspg.SQL(&recordspg.Options{Schema: "clinic"})
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
	// "clinic".records_patient
	// "clinic".records_patient_index
	// "clinic".records_appointment
	// "clinic".records_act
}
