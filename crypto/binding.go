package crypto

import (
	"encoding/binary"
	"fmt"

	"github.com/enamel-go/enamel/internal/form"
)

// Class is a retention class. A patient has a key for each, because the chart is destroyed a year before the bills.
type Class string

// The retention classes.
const (
	Chart    Class = "chart"
	Billing  Class = "billing"
	Evidence Class = "evidence"
)

// The classes of a practice's own keys, which [Keyring.Keys] tells of and [Keyring.Rotate] takes. Blind indexes have a
// key of their own for each kind, of class "index/" and the kind: [Keyring.RotateIndex].
const (
	PracticeKey Class = "practice" // wraps all other keys of the practice
	DataKey     Class = "data"     // seals what belongs to no patient
	AuditKey    Class = "audit"    // codes and tags of the audit log
)

// classIndex stands for the class of an index key, whose kind is then a ref's purpose.
const (
	classIndex  Class = "index"
	indexPrefix Class = "index/"
)

func indexSubject(practice, kind string) Subject {
	return Subject{Practice: practice, Class: indexPrefix + Class(kind)}
}

// Subject is whose key it is. A patient's subject has one of the three retention classes.
type Subject struct {
	Practice string
	Patient  string
	Class    Class
}

// valid checks a patient's subject.
func (s Subject) valid() error {
	if err := form.Text(ErrInvalid, "the practice", s.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the patient", s.Patient, form.ID, true); err != nil {
		return err
	}
	switch s.Class {
	case Chart, Billing, Evidence:
		return nil
	}
	return fmt.Errorf("%w: the class is none of chart, billing, evidence", ErrInvalid)
}

// Binding says where a sealed value belongs. It is authenticated and not stored with the value: whoever opens the value
// must say the same again. A value whose Patient and Class are both empty belongs to the practice: a phone number, say.
type Binding struct {
	Practice string // the vendor's id, at most 64 bytes
	Patient  string // the vendor's id, at most 64 bytes; empty for what belongs to no patient
	Class    Class  // empty if and only if Patient is
	Kind     string // what it is, such as "patient.birth_date", at most 256 bytes; never empty
	ID       string // of which record, at most 256 bytes; never empty
}

// subject checks the binding and returns whose key it takes.
func (b Binding) subject() (Subject, error) {
	s := Subject{Practice: b.Practice, Patient: b.Patient, Class: b.Class}
	if b.Patient == "" && b.Class == "" {
		s.Class = DataKey
		if err := form.Text(ErrInvalid, "the practice", b.Practice, form.ID, true); err != nil {
			return Subject{}, err
		}
	} else if err := s.valid(); err != nil {
		return Subject{}, err
	}
	if err := form.Text(ErrInvalid, "the kind", b.Kind, 256, true); err != nil {
		return Subject{}, err
	}
	return s, form.Text(ErrInvalid, "the id", b.ID, 256, true)
}

// owner returns whose key the binding takes, unchecked: the empty subject, which no key has, when it has to be refused.
func (b *Binding) owner() Subject {
	switch {
	case b.Patient != "":
		return Subject{Practice: b.Practice, Patient: b.Patient, Class: b.Class}
	case b.Class == "":
		return Subject{Practice: b.Practice, Class: DataKey}
	}
	return Subject{}
}

// ordinary reports whether kind and id are printable ASCII of the right length, as nearly all are, so that they need no
// closer look.
func (b *Binding) ordinary() bool { return ordinary(b.Kind) && ordinary(b.ID) }

func ordinary(s string) bool {
	for i := range len(s) {
		if s[i]-'!' > '~'-'!' {
			return false
		}
	}
	return s != "" && len(s) <= 256
}

// fieldStart is how the additional data of a subject's fields begin: all but kind, id and header.
func fieldStart(s Subject) []byte {
	if s.Class == DataKey {
		s.Class = ""
	}
	return appendParts([]byte("enamel/field/1"), s.Practice, s.Patient, string(s.Class))
}

// appendParts appends each part behind its length in four bytes. Without the lengths "a" beside "bc" would be the same
// as "ab" beside "c".
func appendParts(dst []byte, parts ...string) []byte {
	for _, part := range parts {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(part)))
		dst = append(dst, part...)
	}
	return dst
}
