package consent_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// A text that patients are to be shown is read for all that it must say.
func ExampleService_Publish() {
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	err = consents.Publish(context.Background(), reception, consent.Wording{
		ID: "reminders-2", Practice: "elm-street", Category: consent.Transactional, Language: "en",
		Text: strings.Replace(shown, "Text messages are not encrypted.", "", 1),
	})
	var lacks *consent.WordingError
	fmt.Println(errors.As(err, &lacks), err)
	// Output:
	// true consent: The text that a patient agrees to must also warn that texts are not encrypted.
}

// What somebody said, by whatever channel and in whatever words, is heard.
func ExampleService_Hear() {
	ctx := context.Background()
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := consents.Grant(ctx, reception, signed); err != nil {
		fmt.Println(err)
	}
	for _, words := range []string{"How do I stop these?", "Please take me off your list."} {
		understood, err := consents.Hear(ctx, reception, consent.Said{
			Practice: "elm-street", Number: "+12125550100", Channel: consent.ByEmail, Evidence: consent.Evidence{Words: words},
		})
		fmt.Println(understood.Asks, err)
	}
	p, err := consents.Permission(ctx, consent.Key{Practice: "elm-street", Number: "+12125550100"}, consent.Use{Category: consent.Transactional})
	fmt.Println(p.Status, err)
	// Output:
	// review <nil>
	// stop <nil>
	// stopped <nil>
}

// The last part of a link is shown once. The page behind it confirms when the patient presses a button.
func ExampleService_AskByLink() {
	ctx := context.Background()
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	offers := signed
	offers.Category = consent.Promotional
	if _, err := consents.Grant(ctx, reception, offers); err != nil {
		fmt.Println(err)
	}
	link, state, err := consents.AskByLink(ctx, reception, consent.Link{Practice: "elm-street", Number: "+12125550100"})
	fmt.Println(link != "", state.Promotional.Status, err)
	pressed := consent.LinkConfirmation{
		Practice: "elm-street", Link: link, Evidence: consent.Evidence{Address: "192.0.2.7", Browser: "Mozilla/5.0"},
	}
	state, err = consents.ConfirmByLink(ctx, alice, pressed)
	fmt.Println(state.Promotional.Status, err)
	_, err = consents.ConfirmByLink(ctx, alice, pressed)
	fmt.Println(err)
	// Output:
	// true pending <nil>
	// active <nil>
	// consent: the link was used before
}

// Rows come from wherever they are; each needs an id, by which an import that was cut off is taken up again, and the time at
// which the consent was given.
func ExampleService_Import() {
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	table := csv.NewReader(strings.NewReader("17,+12125550100,2026-03-02T09:05:00Z,scan-17\n18,555-0101,2026-03-02T09:05:00Z,scan-18\n" +
		"19,+12125550102\n20,+12125550103,2026-03-02T09:05:00Z,scan-20\n21,+12125550104,,scan-21\n"))
	var rows iter.Seq2[consent.Grant, error] = func(yield func(consent.Grant, error) bool) {
		for {
			row, err := table.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			g := consent.Grant{Category: consent.Transactional, Basis: consent.OfficeDocument}
			if err == nil {
				g.ID, g.Number = row[0], row[1]
				g.At, err = time.Parse(time.RFC3339, row[2])
				g.Evidence = consent.Evidence{Wording: shown, Language: "en", Document: row[3], Staff: "u-17"}
			}
			if !yield(g, err) {
				return
			}
		}
	}
	report, err := consents.Import(context.Background(), audit.Actor{Kind: audit.System, ID: "import"}, "elm-street", rows,
		&consent.ImportOptions{Refused: func(r consent.RefusedRow) { fmt.Println("row", r.Row) }})
	fmt.Println(report.Recorded, "of", report.Rows, err)
	// Unordered output:
	// row 2
	// row 3
	// row 5
	// 2 of 5 <nil>
}
