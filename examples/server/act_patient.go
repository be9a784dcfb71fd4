package main

import (
	"context"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms/nanp"
)

type patientInput struct {
	Given    string `json:"given" doc:"given names"`
	Family   string `json:"family" doc:"family name"`
	Birth    string `json:"birth" doc:"birth date as 1987-05-11; may be left out"`
	Phone    string `json:"phone" doc:"phone number as the patient gave it"`
	Other    string `json:"other" doc:"another number, at which the patient may ask to be texted instead; may be left out"`
	Email    string `json:"email" doc:"e-mail address; may be left out"`
	City     string `json:"city" doc:"of the address; may be left out"`
	State    string `json:"state" doc:"State or province of the address, two letters such as FL; its hours hold for texts; may be left out"`
	Country  string `json:"country" doc:"US or CA; US where it is left out"`
	Language string `json:"language" doc:"the language of the patient's reminders: en, es or fr; may be left out"`
	Zone     string `json:"zone" doc:"time zone of the address, such as America/Denver; may be left out"`
	Patient  string `json:"patient" doc:"the id of a patient who is saved anew; a new one where it is left out"`
	Revision string `json:"revision" doc:"of a patient who is saved anew: the revision that you have seen"`
}

func savePatient(ctx context.Context, s *app, in patientInput) (done, error) {
	p := records.Patient{
		Practice: practice, ID: in.Patient, Name: records.Name{Given: strings.TrimSpace(in.Given), Family: strings.TrimSpace(in.Family)},
		Email: strings.TrimSpace(in.Email), Zone: in.Zone, Language: in.Language,
	}
	var err error
	if p.Address, err = address(in); err != nil {
		return done{}, err
	}
	if in.Birth != "" {
		if p.Birth, err = records.ParseDate(in.Birth); err != nil {
			return done{}, badInput("Write the birth date as 1987-05-11.")
		}
	}
	if in.Phone != "" {
		p.Phones = []records.Phone{{Number: in.Phone, Use: records.Mobile}}
	}
	if in.Other != "" {
		p.Phones = append(p.Phones, records.Phone{Number: in.Other, Use: records.Work})
	}
	if p.ID == "" {
		p.ID = uuidv7.New()
	} else if p.Revision, err = whole("revision", in.Revision); err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	saved, err := sc.Charts.SavePatient(ctx, world.Desk(), records.Save{Patient: p})
	if err != nil {
		return done{}, err
	}
	if err := sc.Roster.Add(ctx, saved.ID); err != nil {
		return done{}, err
	}
	said := "Saved."
	if saved.Number() == "" && len(saved.Phones) > 0 {
		said = "Saved. No text can go to this number: " + saved.Phones[0].Why + "."
	}
	return done{Said: said, Result: map[string]any{"patient": saved.ID, "revision": saved.Revision}, who: saved.ID}, sc.settled(ctx)
}

// address reads where a patient lives.
func address(in patientInput) (records.Address, error) {
	a := records.Address{City: strings.TrimSpace(in.City), State: strings.ToUpper(strings.TrimSpace(in.State))}
	if a == (records.Address{}) && in.Country == "" {
		return a, nil
	}
	if a.Country = in.Country; a.Country == "" {
		a.Country = "US"
	}
	if _, err := choice("country", a.Country, "US", "CA"); err != nil {
		return a, err
	}
	if a.State != "" && len(nanp.Within(a.Country+"-"+a.State)) == 0 {
		return a, badInput("Write the State or province as two letters, such as FL or ON.")
	}
	return a, nil
}
