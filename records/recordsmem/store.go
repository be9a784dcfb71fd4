package recordsmem

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records"
)

// Store implements [records.Store]. It may be used concurrently.
type Store struct {
	mu           sync.RWMutex
	entries      *auditmem.Store
	acts         map[records.Key][]byte // digests
	patients     map[records.Key]records.Patient
	appointments map[records.Key]appointment
}

type appointment struct {
	records.Appointment
	planned bool
	putOff  time.Time // zero: never
}

// turn is when it stands among those that are to be planned.
func (a appointment) turn() time.Time {
	if a.putOff.After(a.Changed) {
		return a.putOff
	}
	return a.Changed
}

// New returns an empty store that writes the entries of its changes to entries.
func New(entries *auditmem.Store) *Store {
	return &Store{
		entries:      entries,
		acts:         map[records.Key][]byte{},
		patients:     map[records.Key]records.Patient{},
		appointments: map[records.Key]appointment{},
	}
}

// Apply implements [records.Store].
func (s *Store) Apply(ctx context.Context, c records.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	act := records.Key{Practice: c.Act.Practice, ID: c.Act.ID}
	if _, known := s.acts[act]; known {
		return false, ctx.Err()
	}
	if err := s.fits(c); err != nil {
		return false, err
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	s.acts[act] = bytes.Clone(c.Act.Digest)
	if c.Patient != nil {
		s.patients[c.Patient.Key()] = c.Patient.Clone()
	}
	if c.Reissue != nil {
		s.reissue(c.Patient.Key(), *c.Reissue)
	}
	if c.Appointment != nil {
		kept := s.appointments[c.Appointment.Key()]
		if kept.Appointment = *c.Appointment; c.Seen == "" {
			kept.planned, kept.putOff = !c.Plan, time.Time{}
		}
		s.appointments[c.Appointment.Key()] = kept
	}
	return true, nil
}

// fits says whether what is kept is what the change was decided on.
func (s *Store) fits(c records.Change) error {
	if c.Patient != nil {
		if s.patients[c.Patient.Key()].Revision != c.Patient.Revision-1 {
			return records.ErrStale
		}
		return nil
	}
	a := c.Appointment
	kept, found := s.appointments[a.Key()]
	_, known := s.patients[a.PatientKey()]
	switch {
	case !found && a.Revision == 1 && !known:
		return records.ErrNotFound
	case kept.Revision != a.Revision-1 || found && kept.Patient != a.Patient || c.Seen != "" && kept.Version != c.Seen:
		return records.ErrStale
	}
	return nil
}

func (s *Store) reissue(patient records.Key, r records.Reissue) {
	for k, a := range s.appointments {
		if a.PatientKey() == patient && a.Status == records.Booked {
			a.Version, a.Changed, a.planned = r.Version, r.At, !a.Start.After(r.At)
			s.appointments[k] = a
		}
	}
}

// Done implements [records.Store].
func (s *Store) Done(ctx context.Context, a records.Act) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	digest, known := s.acts[records.Key{Practice: a.Practice, ID: a.ID}]
	if known && !bytes.Equal(digest, a.Digest) {
		return false, records.ErrConflict
	}
	return known, ctx.Err()
}

// Patient implements [records.Store].
func (s *Store) Patient(ctx context.Context, k records.Key) (records.Patient, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, found := s.patients[k]
	if !found {
		return records.Patient{}, records.ErrNotFound
	}
	return p.Clone(), ctx.Err()
}

// Patients implements [records.Store].
func (s *Store) Patients(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []records.Patient
	for k, p := range s.patients {
		if k.Practice != q.Practice || k.ID <= q.After {
			continue
		}
		has := func(term records.Term) bool { return slices.Contains(q.Terms, term) }
		if slices.ContainsFunc(records.Terms(p), has) {
			found = append(found, p.Clone())
		}
	}
	slices.SortFunc(found, func(a, b records.Patient) int { return strings.Compare(a.ID, b.ID) })
	return found[:min(len(found), q.Limit)], ctx.Err()
}

// Appointment implements [records.Store].
func (s *Store) Appointment(ctx context.Context, k records.Key) (records.Appointment, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, found := s.appointments[k]
	if !found {
		return records.Appointment{}, records.ErrNotFound
	}
	return a.Appointment, ctx.Err()
}

// Appointments implements [records.Store].
func (s *Store) Appointments(ctx context.Context, q records.AppointmentQuery) ([]records.Appointment, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []records.Appointment
	for _, a := range s.appointments {
		if a.Practice == q.Practice && !a.Start.Before(q.From) && a.Start.Before(q.Until) &&
			(q.Status == "" || a.Status == q.Status) && a.Place().Compare(q.After) > 0 {
			found = append(found, a.Appointment)
		}
	}
	slices.SortFunc(found, func(a, b records.Appointment) int { return a.Place().Compare(b.Place()) })
	return found[:min(len(found), q.Limit)], ctx.Err()
}

// Changed implements [records.Visits].
func (s *Store) Changed(ctx context.Context, limit int) ([]records.Appointed, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var open []appointment
	for _, a := range s.appointments {
		if !a.planned {
			open = append(open, a)
		}
	}
	slices.SortFunc(open, func(a, b appointment) int {
		return cmp.Or(a.turn().Compare(b.turn()), strings.Compare(a.Practice, b.Practice), strings.Compare(a.ID, b.ID))
	})
	var found []records.Appointed
	for _, a := range open[:min(len(open), limit)] {
		found = append(found, records.Appointed{Appointment: a.Appointment, Patient: s.patients[a.PatientKey()].Clone()})
	}
	return found, ctx.Err()
}

// PutOff implements [records.Visits].
func (s *Store) PutOff(ctx context.Context, k records.Key, version string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if a, found := s.appointments[k]; found && a.Version == version {
		a.putOff = at
		s.appointments[k] = a
	}
	return nil
}

// Planned implements [records.Visits].
func (s *Store) Planned(ctx context.Context, k records.Key, version string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if a, found := s.appointments[k]; found && a.Version == version {
		a.planned = true
		s.appointments[k] = a
	}
	return nil
}
