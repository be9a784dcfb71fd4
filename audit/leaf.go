package audit

import (
	"bytes"
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
	Actor    Actor
	Action   string
	Outcome  Outcome
	Tag      []byte // keyed hash of the patient's id, empty where no patient is concerned
	Bytes    []byte // one line of JSON, without its line feed
	MAC      []byte // over Bytes, by Keys.MAC
}

// body is the JSON of Leaf.Bytes, version 1. Field order is part of the format. Sealed holds a sealed JSON object of
// type [veiled]. Anyone can read it with a JSON parser; nobody needs our code.
type body struct {
	V        int       `json:"v"`
	ID       string    `json:"id"`
	Practice string    `json:"practice"`
	At       string    `json:"at"` // RFC 3339 in UTC, always six digits of a second
	Kind     ActorKind `json:"actor_kind"`
	Actor    string    `json:"actor"`
	Action   string    `json:"action"`
	Outcome  Outcome   `json:"outcome"`
	Object   string    `json:"object_kind"`
	Tag      []byte    `json:"patient_tag,omitempty"`
	Sealed   []byte    `json:"sealed"`
}

// veiled is what of an entry nobody may read without a key.
type veiled struct {
	Object  string            `json:"object,omitempty"`
	Patient string            `json:"patient,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Details map[string]string `json:"details,omitempty"`
}

const timeForm = "2006-01-02T15:04:05.000000Z"

// leaf builds the leaf of e around what was sealed, without its MAC.
func leaf(e Entry, tag, sealed []byte) (Leaf, error) {
	raw, err := json.Marshal(body{
		V: 1, ID: e.ID, Practice: e.Practice, At: e.At.Format(timeForm),
		Kind: e.Actor.Kind, Actor: e.Actor.ID, Action: e.Action, Outcome: e.Outcome,
		Object: e.Object.Kind, Tag: tag, Sealed: sealed,
	})
	if err != nil {
		return Leaf{}, err
	}
	return Leaf{
		ID: e.ID, Practice: e.Practice, At: e.At, Actor: e.Actor, Action: e.Action,
		Outcome: e.Outcome, Tag: tag, Bytes: raw,
	}, nil
}

// parse reads Bytes and checks that the searchable fields repeat it.
func (l Leaf) parse() (body, error) {
	var b body
	dec := json.NewDecoder(bytes.NewReader(l.Bytes))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil || b.V != 1 {
		return body{}, fmt.Errorf("%w: its bytes cannot be read", ErrTampered)
	}
	column := ""
	switch {
	case b.ID != l.ID:
		column = "id"
	case b.Practice != l.Practice:
		column = "practice"
	case b.At != l.At.UTC().Format(timeForm):
		column = "time"
	case b.Kind != l.Actor.Kind || b.Actor != l.Actor.ID:
		column = "actor"
	case b.Action != l.Action:
		column = "action"
	case b.Outcome != l.Outcome:
		column = "outcome"
	case !bytes.Equal(b.Tag, l.Tag):
		column = "patient tag"
	}
	if column != "" {
		return body{}, fmt.Errorf("%w: the column %s differs from the entry's bytes", ErrTampered, column)
	}
	return b, nil
}

// Record returns what is hashed into the Merkle tree: Bytes, a line feed, MAC. Bytes is one line, so it cannot be read
// in two ways; and because of the MAC nobody without the key can guess an entry from its hash.
func (l Leaf) Record() []byte {
	return slices.Concat(l.Bytes, []byte{'\n'}, l.MAC)
}

// Validate says why a store cannot keep the leaf, as an error that wraps [ErrInvalid], or nil. Every leaf of
// [Log.Stamp] is valid; a store checks what it is given, for Postgres refuses some text that a map takes.
func (l Leaf) Validate() error {
	if err := form.Text(ErrInvalid, "the id", l.ID, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the practice", l.Practice, form.ID, true); err != nil {
		return err
	}
	if err := l.Actor.Validate(); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the action", l.Action, form.ID, true); err != nil {
		return err
	}
	if l.Outcome != Done && l.Outcome != Refused {
		return fmt.Errorf("%w: the outcome is neither done nor refused", ErrInvalid)
	}
	if !l.At.Equal(l.At.Truncate(time.Microsecond)) || len(l.Bytes) == 0 || len(l.MAC) == 0 {
		return fmt.Errorf("%w: a leaf has a time at microseconds, bytes and a code", ErrInvalid)
	}
	return nil
}

// Equal reports whether two leaves are the same in every field, byte for byte: what a store answers no error for.
func (l Leaf) Equal(o Leaf) bool {
	return l.ID == o.ID && l.Practice == o.Practice && l.At.Equal(o.At) && l.Actor == o.Actor && l.Action == o.Action &&
		l.Outcome == o.Outcome && bytes.Equal(l.Tag, o.Tag) && bytes.Equal(l.Bytes, o.Bytes) && bytes.Equal(l.MAC, o.MAC)
}

// Clone returns a copy that shares no memory with l, for stores that keep leaves in memory.
func (l Leaf) Clone() Leaf {
	l.Tag = bytes.Clone(l.Tag)
	l.Bytes = bytes.Clone(l.Bytes)
	l.MAC = bytes.Clone(l.MAC)
	return l
}
