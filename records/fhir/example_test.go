package fhir_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/records/fhir"
)

func ExampleRead() {
	const export = `{
		"resourceType": "Bundle",
		"type": "collection",
		"entry": [
			{"resource": {
				"resourceType": "Patient", "id": "p-204", "gender": "male",
				"name": [{"family": "Kreiger", "given": ["Clemente"]}], "birthDate": "1984"
			}},
			{"resource": {"resourceType": "Observation"}}
		]
	}`
	result, err := fhir.Read(strings.NewReader(export))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range result.Patients {
		fmt.Println(p.ID, p.Name.Given, p.Name.Family)
	}
	for _, n := range result.Notes {
		fmt.Println(n.Patient+":", n.Reason)
	}
	for _, what := range slices.Sorted(maps.Keys(result.Dropped)) {
		fmt.Println("dropped:", what, result.Dropped[what])
	}
	// Output:
	// p-204 Clemente Kreiger
	// p-204: its birth date is not a full date of the calendar, and was left out
	// dropped: Observation 1
	// dropped: Patient.gender 1
}
