package wording_test

import (
	"fmt"

	"github.com/enamel-go/enamel/consent/wording"
)

func Example() {
	names := wording.Names{Practice: "Elm Street Dental", Platform: "DentComm", Language: "en"}
	text := `I agree that Elm Street Dental sends me texts about my appointments through DentComm. Message frequency varies.
Message and data rates may apply. Reply HELP for help or STOP to opt out. Consent is a condition of treatment.
Terms: https://elm.example/terms Privacy: elm.example/privacy`
	lacks := wording.Check(text, names)
	for _, e := range lacks {
		fmt.Println(e.ID)
	}
	fmt.Println(wording.Missing(lacks))
	// Output:
	// privacy
	// free
	// unencrypted
	// The text that a patient agrees to must also link to the privacy policy, by an address that begins with https://; say that consent is not a condition of any purchase or service; and warn that texts are not encrypted.
}
