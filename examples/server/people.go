package main

import (
	"context"
	"errors"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/records"
)

// personView is a patient with what the patient's number stands at.
type personView struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	Birth          string         `json:"birth,omitempty"`
	Number         string         `json:"number,omitempty"` // the one that texts go to, E.164
	Phones         []phoneView    `json:"phones"`
	Zone           string         `json:"zone,omitempty"`
	State          string         `json:"state,omitempty"` // of the address: its hours hold too
	Asked          string         `json:"asked,omitempty"` // where the patient asked to be reached instead
	Transactional  permissionView `json:"transactional"`
	Conversational permissionView `json:"conversational"`
	Promotional    permissionView `json:"promotional"`
}

type phoneView struct {
	Number   string `json:"number"`
	Textable bool   `json:"textable"`
	Why      string `json:"why,omitempty"`
}

// Shown is the number as people write it, or what was written down where that is no number.
func (p personView) Shown() string {
	if p.Number != "" {
		return shown(p.Number)
	}
	if len(p.Phones) > 0 {
		return shown(p.Phones[0].Number)
	}
	return "no number"
}

// Cannot says why no text can go to the patient, or nothing.
func (p personView) Cannot() string {
	switch {
	case p.Number != "":
		return ""
	case len(p.Phones) == 0:
		return "No phone number is on record."
	}
	return "No text can go to this number: " + p.Phones[0].Why + "."
}

// roster returns the practice's patients with what their numbers stand at, after recording that the desk looked at each.
func roster(ctx context.Context, s *scene) ([]personView, error) {
	ids, err := s.Roster.All(ctx)
	if err != nil {
		return nil, err
	}
	var found []records.Patient
	for _, id := range ids {
		p, err := s.Charts.Patient(ctx, world.Desk(), records.Key{Practice: world.Practice, ID: id})
		if errors.Is(err, records.ErrNotFound) {
			continue // the roster is only a list of ids
		}
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return persons(ctx, s, found)
}

// persons adds to patients what texts about them stand at. That the desk looked at a number that several share is
// recorded once.
func persons(ctx context.Context, s *scene, found []records.Patient) ([]personView, error) {
	looked := map[string]bool{}
	views := make([]personView, 0, len(found))
	for _, p := range found {
		v := personView{
			ID: p.ID, Name: strings.TrimSpace(p.Name.Given + " " + p.Name.Family), Number: p.Number(), Zone: p.Zone,
			State: p.Address.State, Phones: []phoneView{},
		}
		to, asked, err := s.Asked(ctx, p.ID)
		switch {
		case err != nil:
			return nil, err
		case asked && to == "":
			v.Asked = "asked for no texts: call instead"
		case asked:
			v.Asked = "asked for texts at " + shown(to) + " alone"
		}
		if !p.Birth.IsZero() {
			v.Birth = p.Birth.String()
		}
		for _, ph := range p.Phones {
			v.Phones = append(v.Phones, phoneView{ph.Number, ph.Textable, ph.Why})
		}
		if v.Number != "" {
			if !looked[v.Number] {
				key := consent.Key{Practice: world.Practice, Number: v.Number}
				if _, err := s.Consents.State(ctx, world.Desk(), key); err != nil { // which leaves the entry
					return nil, err
				}
				looked[v.Number] = true
			}
			if err := v.permit(ctx, s); err != nil {
				return nil, err
			}
		}
		views = append(views, v)
	}
	return views, nil
}

// find looks patients up by what somebody typed: an e-mail address, a phone number, or a name with a birth date.
func find(ctx context.Context, s *scene, typed, born string) ([]personView, error) {
	var page records.PatientPage
	var err error
	typed = strings.TrimSpace(typed)
	switch {
	case strings.Contains(typed, "@"):
		page, err = s.Charts.FindByEmail(ctx, world.Desk(), records.EmailQuery{Practice: world.Practice, Email: typed})
	case strings.ContainsAny(typed, "0123456789"):
		page, err = s.Charts.FindByPhone(ctx, world.Desk(), records.PhoneQuery{Practice: world.Practice, Number: typed})
	default:
		page, err = findByName(ctx, s, typed, born)
	}
	if err != nil {
		return nil, err
	}
	return persons(ctx, s, page.Patients)
}

// findByName takes the last word for the family name, and all that stands before it for the given ones.
func findByName(ctx context.Context, s *scene, typed, born string) (records.PatientPage, error) {
	q := records.NameQuery{Practice: world.Practice, Name: records.Name{Family: typed}}
	if i := strings.LastIndexByte(typed, ' '); i >= 0 {
		q.Name = records.Name{Given: strings.TrimSpace(typed[:i]), Family: typed[i+1:]}
	}
	if born != "" {
		birth, err := records.ParseDate(born)
		if err != nil {
			return records.PatientPage{}, badInput("Write the birth date as 1987-05-11.")
		}
		q.Birth = birth
	}
	return s.Charts.FindByName(ctx, world.Desk(), q)
}

// person returns the patient of an id, or the first one.
func person(people []personView, id string) (personView, bool) {
	for _, p := range people {
		if p.ID == id {
			return p, true
		}
	}
	if len(people) == 0 {
		return personView{}, false
	}
	return people[0], id == ""
}
