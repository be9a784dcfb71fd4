package recordspg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
)

const (
	patientTable     = "records_patient"
	indexTable       = "records_patient_index"
	appointmentTable = "records_appointment"
	actTable         = "records_act"
)

// patientRow is a patient as a row.
type patientRow struct {
	Practice string `bun:"practice"`
	ID       string `bun:"id"`
	Revision int    `bun:"revision"`
	Sealed   []byte `bun:"sealed"`
}

// patientSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type patientSecret struct {
	Revision   int          `json:"revision"`
	Family     string       `json:"family,omitempty"`
	Given      string       `json:"given,omitempty"`
	Birth      records.Date `json:"birth,omitzero"`
	Line       string       `json:"line,omitempty"`
	City       string       `json:"city,omitempty"`
	State      string       `json:"state,omitempty"`
	PostalCode string       `json:"postal_code,omitempty"`
	Country    string       `json:"country,omitempty"`
	Phones     []phone      `json:"phones,omitempty"`
	Email      string       `json:"email,omitempty"`
	Zone       string       `json:"zone,omitempty"`
	Language   string       `json:"language,omitempty"`
}

type phone struct {
	Number   string      `json:"number"`
	Use      records.Use `json:"use,omitempty"`
	Textable bool        `json:"textable,omitempty"`
	Why      string      `json:"why,omitempty"`
}

// appointmentRow is an appointment as a row: what is searched by is plain, and but for version and changed, which a
// reissue replaces, repeats what is sealed.
type appointmentRow struct {
	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Patient  string    `bun:"patient"`
	Start    time.Time `bun:"start"`
	Status   string    `bun:"status"`
	Revision int       `bun:"revision"`
	Version  string    `bun:"version"`
	Changed  time.Time `bun:"changed"`
	Sealed   []byte    `bun:"sealed"`
}

// appointmentSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type appointmentSecret struct {
	Start     time.Time     `json:"start"`
	Status    string        `json:"status"`
	Revision  int           `json:"revision"`
	Clinician string        `json:"clinician"`
	Zone      string        `json:"zone"`
	Duration  time.Duration `json:"duration"` // nanoseconds
}

// binding ties what is sealed to its row and to the patient, under whose chart key it is sealed.
func binding(practice, patient, table, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Patient: patient, Class: crypto.Chart, Kind: table, ID: id}
}

// seal seals v as JSON.
func (s *Store) seal(ctx context.Context, v any, b crypto.Binding) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	sealed, err := s.keys.Seal(ctx, nil, plain, b)
	return sealed, gone(err)
}

// open opens what seal sealed into v, or returns an error that wraps records.ErrTampered or records.ErrGone.
func (s *Store) open(ctx context.Context, sealed []byte, v any, b crypto.Binding) error {
	plain, err := s.keys.Open(ctx, nil, sealed, b)
	if err != nil {
		return opened(err)
	}
	if json.Unmarshal(plain, v) != nil {
		return fmt.Errorf("%w: its sealed part cannot be read", records.ErrTampered)
	}
	return nil
}

var errColumn = fmt.Errorf("%w: a column differs from its sealed part", records.ErrTampered)

// opened says in the words of package records why something did not open.
func opened(err error) error {
	if errors.Is(err, crypto.ErrAuth) || errors.Is(err, crypto.ErrVersion) {
		return fmt.Errorf("%w: %w", records.ErrTampered, err)
	}
	return gone(err)
}

// gone says in the words of package records that a key was shredded.
func gone(err error) error {
	if errors.Is(err, crypto.ErrShredded) {
		return records.ErrGone
	}
	return err
}

func (s *Store) sealPatient(ctx context.Context, p records.Patient) ([]byte, error) {
	v := patientSecret{
		Revision: p.Revision, Family: p.Name.Family, Given: p.Name.Given, Birth: p.Birth,
		Line: p.Address.Line, City: p.Address.City, State: p.Address.State, PostalCode: p.Address.PostalCode,
		Country: p.Address.Country, Email: p.Email, Zone: p.Zone, Language: p.Language,
	}
	for _, ph := range p.Phones {
		v.Phones = append(v.Phones, phone(ph))
	}
	return s.seal(ctx, v, binding(p.Practice, p.ID, patientTable, p.ID))
}

func (s *Store) openPatient(ctx context.Context, r patientRow) (records.Patient, error) {
	var v patientSecret
	if err := s.open(ctx, r.Sealed, &v, binding(r.Practice, r.ID, patientTable, r.ID)); err != nil {
		return records.Patient{}, err
	}
	if v.Revision != r.Revision {
		return records.Patient{}, errColumn
	}
	p := records.Patient{
		Practice: r.Practice, ID: r.ID, Name: records.Name{Family: v.Family, Given: v.Given}, Birth: v.Birth,
		Address: records.Address{Line: v.Line, City: v.City, State: v.State, PostalCode: v.PostalCode, Country: v.Country},
		Email:   v.Email, Zone: v.Zone, Language: v.Language, Revision: v.Revision,
	}
	for _, ph := range v.Phones {
		p.Phones = append(p.Phones, records.Phone(ph))
	}
	return p, nil
}

func (s *Store) sealAppointment(ctx context.Context, a records.Appointment) ([]byte, error) {
	return s.seal(ctx, appointmentSecret{
		Start: a.Start, Status: string(a.Status), Revision: a.Revision, Clinician: a.Clinician, Zone: a.Zone, Duration: a.Duration,
	}, binding(a.Practice, a.Patient, appointmentTable, a.ID))
}

// plain returns what of an appointment is known without a key.
func (r appointmentRow) plain() records.Appointment {
	return records.Appointment{
		Practice: r.Practice, ID: r.ID, Patient: r.Patient, Start: r.Start.UTC(), Status: records.Status(r.Status),
		Revision: r.Revision, Version: r.Version, Changed: r.Changed.UTC(),
	}
}

func (s *Store) openAppointment(ctx context.Context, r appointmentRow) (records.Appointment, error) {
	a := r.plain()
	var v appointmentSecret
	if err := s.open(ctx, r.Sealed, &v, binding(r.Practice, r.Patient, appointmentTable, r.ID)); err != nil {
		return a, err
	}
	if !v.Start.Equal(r.Start) || v.Status != r.Status || v.Revision != r.Revision {
		return a, errColumn
	}
	a.Clinician, a.Zone, a.Duration = v.Clinician, v.Zone, v.Duration
	return a, nil
}
