package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// Leaf is an entry as it is kept. Bytes is what is authenticated and integrated; every other field but MAC repeats a
// part of it for search, and is checked against it whenever a leaf is opened. A store keeps a leaf as it is and never
// builds Bytes anew.
type Leaf struct {
	ID       string
	Practice string
	At       time.Time // UTC, at microseconds
	Actor    Actor     // without the ID of a patient or a representative, which is sealed
	Action   string
	Outcome  Outcome
	Term     Term
	Tag      []byte // keyed hash of the patient's id, empty where no patient is concerned
	Bytes    []byte // one line of JSON, without its line feed
	MAC      []byte // over Bytes, by Keys.MAC
}

// veiled is what of an entry nobody may read without a key.
type veiled struct {
	Actor   string            `json:"actor,omitempty"`
	Object  string            `json:"object,omitempty"`
	Patient string            `json:"patient,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Details map[string]string `json:"details,omitempty"`
}

const timeForm = "2006-01-02T15:04:05.000000Z" // RFC 3339 in UTC, always six digits of a second

// leaf builds the leaf of e around what was sealed, without its MAC.
func leaf(e Entry, tag, sealed []byte) Leaf {
	f := Leaf{
		ID: e.ID, Practice: e.Practice, At: e.At, Actor: e.Actor, Action: e.Action,
		Outcome: e.Outcome, Term: e.Term, Tag: tag,
	}
	f.Bytes = f.encode(make([]byte, 0, 512), body{object: e.Object.Kind, sealed: sealed})
	return f
}

// body is what Leaf.Bytes has beyond the fields that repeat it.
type body struct {
	object string // the kind
	sealed []byte // a sealed JSON object of type [veiled]
}

// encode appends the JSON of Leaf.Bytes, version 1. There is one form of it, so that whether the fields fit the bytes
// is a comparison; anyone can read it with a JSON parser.
func (f Leaf) encode(dst []byte, b body) []byte {
	dst = appendField(dst, `{"v":1,"id":`, f.ID)
	dst = appendField(dst, `,"practice":`, f.Practice)
	dst = append(dst, `,"at":"`...)
	dst = f.At.UTC().AppendFormat(dst, timeForm)
	dst = appendField(dst, `","actor_kind":`, string(f.Actor.Kind))
	dst = appendField(dst, `,"actor":`, f.Actor.ID)
	dst = appendField(dst, `,"action":`, f.Action)
	dst = appendField(dst, `,"outcome":`, string(f.Outcome))
	dst = appendField(dst, `,"term":`, string(f.Term))
	dst = appendField(dst, `,"object_kind":`, b.object)
	if len(f.Tag) > 0 {
		dst = append(dst, `,"patient_tag":"`...)
		dst = append(base64.StdEncoding.AppendEncode(dst, f.Tag), '"')
	}
	dst = append(dst, `,"sealed":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, b.sealed)
	return append(dst, `"}`...)
}

// appendField appends name and value as a JSON string.
func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(value) // a string always has a JSON form
			return append(dst, quoted...)
		}
	}
	dst = append(append(dst, '"'), value...)
	return append(dst, '"')
}

// written is the JSON of Leaf.Bytes for reading.
type written struct {
	V        int       `json:"v"`
	ID       string    `json:"id"`
	Practice string    `json:"practice"`
	At       string    `json:"at"`
	Kind     ActorKind `json:"actor_kind"`
	Actor    string    `json:"actor"`
	Action   string    `json:"action"`
	Outcome  Outcome   `json:"outcome"`
	Term     Term      `json:"term"`
	Object   string    `json:"object_kind"`
	Tag      []byte    `json:"patient_tag"`
	Sealed   []byte    `json:"sealed"`
}

// parse reads Bytes and checks that the searchable fields repeat it.
func (f Leaf) parse() (body, error) {
	var w written
	if err := json.Unmarshal(f.Bytes, &w); err != nil || w.V != 1 {
		return body{}, fmt.Errorf("%w: its bytes cannot be read", ErrTampered)
	}
	b := body{object: w.Object, sealed: w.Sealed}
	if bytes.Equal(f.encode(make([]byte, 0, len(f.Bytes)), b), f.Bytes) {
		return b, nil
	}
	for _, column := range []struct {
		name string
		fits bool
	}{
		{"id", w.ID == f.ID},
		{"practice", w.Practice == f.Practice},
		{"time", w.At == f.At.UTC().Format(timeForm)},
		{"actor", w.Kind == f.Actor.Kind && w.Actor == f.Actor.ID},
		{"action", w.Action == f.Action},
		{"outcome", w.Outcome == f.Outcome},
		{"term", w.Term == f.Term},
		{"patient tag", bytes.Equal(w.Tag, f.Tag)},
	} {
		if !column.fits {
			return body{}, fmt.Errorf("%w: the column %s differs from the entry's bytes", ErrTampered, column.name)
		}
	}
	return body{}, fmt.Errorf("%w: its bytes are not in the form of an entry", ErrTampered)
}

// Record returns what is hashed into the Merkle tree: Bytes, a line feed, MAC. Bytes is one line, so it cannot be read
// in two ways; and because of the MAC nobody without the key can guess an entry from its hash.
func (f Leaf) Record() []byte {
	return slices.Concat(f.Bytes, []byte{'\n'}, f.MAC)
}

// Validate says why a store cannot keep the leaf, as an error that wraps [ErrInvalid], or nil. Every leaf of
// [Log.Stamp] is valid; a store checks what it is given, for Postgres refuses some text that a map takes.
func (f Leaf) Validate() error {
	if err := form.Text(ErrInvalid, "the id", f.ID, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the practice", f.Practice, form.ID, true); err != nil {
		return err
	}
	actor := f.Actor
	if actor.sealed() && actor.ID == "" {
		actor.ID = "sealed"
	} else if actor.sealed() {
		return fmt.Errorf("%w: the id of a patient or a representative is sealed", ErrInvalid)
	}
	if err := actor.Validate(); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the action", f.Action, form.ID, true); err != nil {
		return err
	}
	if f.Outcome != Done && f.Outcome != Refused {
		return fmt.Errorf("%w: the outcome is neither done nor refused", ErrInvalid)
	}
	if f.Term != SixYears && f.Term != OneYear {
		return fmt.Errorf("%w: the term is neither one year nor six", ErrInvalid)
	}
	if !f.At.Equal(f.At.Truncate(time.Microsecond)) || len(f.Bytes) == 0 || len(f.MAC) == 0 {
		return fmt.Errorf("%w: a leaf has a time at microseconds, bytes and a code", ErrInvalid)
	}
	return nil
}

// Equal reports whether two leaves are the same in every field, byte for byte: what a store answers no error for.
func (f Leaf) Equal(o Leaf) bool {
	return f.ID == o.ID && f.Practice == o.Practice && f.At.Equal(o.At) && f.Actor == o.Actor && f.Action == o.Action &&
		f.Outcome == o.Outcome && f.Term == o.Term && bytes.Equal(f.Tag, o.Tag) && bytes.Equal(f.Bytes, o.Bytes) && bytes.Equal(f.MAC, o.MAC)
}

// Clone returns a copy that shares no memory with f, for stores that keep leaves in memory.
func (f Leaf) Clone() Leaf {
	f.Tag = bytes.Clone(f.Tag)
	f.Bytes = bytes.Clone(f.Bytes)
	f.MAC = bytes.Clone(f.MAC)
	return f
}
