package segment_test

import (
	"fmt"

	"github.com/enamel-go/enamel/sms/segment"
)

func Example() {
	const visit = ", this is Bright Dental. Your visit is Tue, Dec 8 at 9:30 AM. Reply C to confirm or call 512-555-0100."
	for _, name := range []string{"José", "Zoë", "O’Brien"} {
		size, smart := segment.Count("Hi "+name+visit), segment.CountSmart("Hi "+name+visit)
		fmt.Printf("%-8s %s %d, smart %s %d", name, size.Encoding, size.Segments, smart.Encoding, smart.Segments)
		if size.Encoding == segment.UCS2 {
			fmt.Printf(", because of %q at %d", size.Foreign, size.At)
		}
		fmt.Println()
	}
	// Output:
	// José     GSM-7 1, smart GSM-7 1
	// Zoë      UCS-2 2, smart UCS-2 2, because of 'ë' at 5
	// O’Brien  UCS-2 2, smart GSM-7 1, because of '’' at 4
}

func ExampleSmart() {
	fmt.Println(segment.Smart("“See you soon…” – Zoë’s dentist"))
	// Output:
	// "See you soon..." - Zoë's dentist
}
