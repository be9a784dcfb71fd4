package records_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
)

// open returns a service in memory.
func open() (*records.Service, error) {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		return nil, err
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keyring, nil)
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC) }
	return records.New(recordsmem.New(entries), log, &records.Options{Now: now})
}

func Example() {
	ctx := context.Background()
	patients, err := open()
	if err != nil {
		fmt.Println(err)
		return
	}
	desk := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	born, err := records.ParseDate("1984-07-02")
	if err != nil {
		fmt.Println(err)
		return
	}
	saved, err := patients.SavePatient(ctx, desk, records.Save{Patient: records.Patient{
		Practice: "elm-street", ID: "p-204", Name: records.Name{Family: "Müller", Given: "Zoë"}, Birth: born,
		Phones: []records.Phone{{Number: "555-0142", Use: records.Home}, {Number: "(512) 555-0142", Use: records.Mobile}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, phone := range saved.Phones {
		fmt.Printf("%s textable: %t %q\n", phone.Number, phone.Textable, phone.Why)
	}
	found, err := patients.FindByName(ctx, desk, records.NameQuery{
		Practice: "elm-street", Name: records.Name{Family: "MULLER", Given: "zoe"}, Birth: born,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range found.Patients {
		fmt.Println(p.ID, p.Name.Given, p.Name.Family, "revision", p.Revision)
	}
	// Output:
	// 555-0142 textable: false "its area code is missing"
	// +15125550142 textable: true ""
	// p-204 Zoë Müller revision 1
}

func ExampleService_Move() {
	ctx := context.Background()
	schedule, err := open()
	if err != nil {
		fmt.Println(err)
		return
	}
	desk := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	_, err = schedule.SavePatient(ctx, desk, records.Save{Patient: records.Patient{
		Practice: "elm-street", ID: "p-204", Name: records.Name{Family: "Kreiger"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	booked, err := schedule.Book(ctx, desk, records.Booking{
		Practice: "elm-street", Appointment: "a-88", Patient: "p-204", Clinician: "u-3",
		Start: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), Zone: "America/Chicago", Duration: 30 * time.Minute,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	moved, err := schedule.Move(ctx, desk, records.Move{
		Practice: "elm-street", Appointment: "a-88", Revision: booked.Revision,
		Start: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC), Reason: "the patient asked",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(moved.Status, moved.Start.Format(time.RFC3339), "revision", moved.Revision)

	// Somebody who has not seen the move cannot cancel what he believes to be the appointment.
	_, err = schedule.Cancel(ctx, desk, records.Cancellation{
		Practice: "elm-street", Appointment: "a-88", Revision: booked.Revision, Reason: "ill",
	})
	fmt.Println(err)

	// A reminder that was planned for the first time is known to be out of date.
	current, err := schedule.Current(ctx, "elm-street", "a-88", booked.Version)
	fmt.Println(current, err)
	// Output:
	// booked 2026-11-23T15:00:00Z revision 2
	// records: conflict: the record was changed since it was read
	// false <nil>
}
