package screen_test

import (
	"fmt"

	"github.com/enamel-go/enamel/sms/screen"
)

func Example() {
	in := screen.Context{Practice: "Root & Crown Dental", NeedsName: true, NeedsEnd: true, People: []string{"Emma", "Noah"}}
	for _, body := range []string{
		"Root & Crown Dental: your visit is Tue at 9. Reply C4 to confirm, STOP to end texts.",
		"Root & Crown Dental: Emma's r00t-canal is Tue at 9. Reply YES to confirm, STOP to end texts.",
		"See you at https://rc.example/wisdom%20teeth?dob=x",
	} {
		fmt.Println("-", body)
		for _, f := range screen.Screen(body, in) {
			fmt.Printf("  %s %s %q\n", f.Class, f.What, f.Words)
		}
	}
	// Output:
	// - Root & Crown Dental: your visit is Tue at 9. Reply C4 to confirm, STOP to end texts.
	// - Root & Crown Dental: Emma's r00t-canal is Tue at 9. Reply YES to confirm, STOP to end texts.
	//   person first name "Emma's"
	//   health procedure "r00t-canal"
	//   reserved answer "YES"
	// - See you at https://rc.example/wisdom%20teeth?dob=x
	//   endless  ""
	//   nameless  ""
	//   link tooth "wisdom%20teeth"
	//   link identifier "dob"
	//   link identifier "dob=x"
}
