package link_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/template"
)

// A text says that there is something, and the page says what, once, to the patient alone.
func Example() {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keys, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	links, err := link.New(smsmem.NewLinks(entries), log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	made, err := template.New(template.Source{
		ID: "document", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{template.English: "{{practice}}: we have something for you: {{link}} Reply STOP to end texts."},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	token, err := links.Issue(ctx, audit.Actor{Kind: audit.Staff, ID: "u-17"}, link.Link{
		Practice: "elm-street", Patient: "p-1", Resource: link.Resource{Kind: "document", ID: "d-7"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	setting := template.Setting{Practice: "Elm Street Dental", Hosts: []string{"texts.elm.example"}}
	body, err := made.Render(template.English, setting, template.Values{"link": "https://texts.elm.example/v/" + token})
	fmt.Println(strings.ReplaceAll(body, token, "…"), err)

	ready, err := links.Peek(ctx, "elm-street", token) // a page is fetched, by whomever
	fmt.Println(ready, err)
	opening := link.Opening{Practice: "elm-street", Token: token}
	for _, patient := range []string{"p-2", "p-1", "p-1"} { // the button is pressed
		r, err := links.Open(ctx, audit.Actor{Kind: audit.Patient, ID: patient}, opening)
		fmt.Println(r.Kind, r.ID, err)
	}
	// Output:
	// Elm Street Dental: we have something for you: https://texts.elm.example/v/… Reply STOP to end texts. <nil>
	// true <nil>
	//   link: it opens for the patient that it was issued for, or who acts for that patient, and this sign-in is neither
	// document d-7 <nil>
	//   link: it was opened before, and opens once; issue a new one
}
