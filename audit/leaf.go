package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
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
	f.Bytes = f.encode(make([]byte, 0, 512), e.Object.Kind, base64.StdEncoding.AppendEncode(nil, sealed))
	return f
}

// encode appends the JSON of Leaf.Bytes, version 1, around the kind of object and what was sealed, in base64. There is
// one form of it, so that whether the fields fit the bytes is a comparison; anyone can read it with a JSON parser.
func (f *Leaf) encode(dst []byte, object string, sealed []byte) []byte {
	dst = appendField(f.appendHead(dst), "", object)
	dst = append(f.appendTag(dst), `,"sealed":"`...)
	return append(append(dst, sealed...), `"}`...)
}

// appendHead appends what stands before the kind of object.
func (f *Leaf) appendHead(dst []byte) []byte {
	dst = appendField(dst, `{"v":1,"id":`, f.ID)
	dst = appendField(dst, `,"practice":`, f.Practice)
	dst = append(dst, `,"at":"`...)
	dst = appendTime(dst, f.At)
	dst = appendField(dst, `","actor_kind":`, string(f.Actor.Kind))
	dst = appendField(dst, `,"actor":`, f.Actor.ID)
	dst = appendField(dst, `,"action":`, f.Action)
	dst = appendField(dst, `,"outcome":`, string(f.Outcome))
	dst = appendField(dst, `,"term":`, string(f.Term))
	return append(dst, `,"object_kind":`...)
}

// appendTime appends a time in timeForm: as RFC 3339 without a fraction, which package time writes much faster, and the
// fraction before its Z.
func appendTime(dst []byte, t time.Time) []byte {
	dst = t.UTC().AppendFormat(dst, time.RFC3339)
	dst[len(dst)-1] = '.'
	for micro, unit := t.Nanosecond()/1000, 100_000; unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(micro/unit%10))
	}
	return append(dst, 'Z')
}

func (f *Leaf) appendTag(dst []byte) []byte {
	if len(f.Tag) == 0 {
		return dst
	}
	dst = append(dst, `,"patient_tag":"`...)
	return append(base64.StdEncoding.AppendEncode(dst, f.Tag), '"')
}

// appendField appends name and value as a JSON string.
func appendField(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	for i := range len(value) {
		if !plain(value[i]) {
			quoted, _ := json.Marshal(value) // a string always has a JSON form
			return append(dst, quoted...)
		}
	}
	dst = append(append(dst, '"'), value...)
	return append(dst, '"')
}

// plain reports whether a character is its own JSON: all of ASCII that prints but for " & < > and \. Small letters and
// digits are asked for first, for most are those.
func plain(c byte) bool {
	return c >= ']' && c <= '~' || c >= '\'' && c <= ';' || c >= '?' && c <= '[' || c >= '#' && c <= '%' ||
		c == ' ' || c == '!' || c == '='
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
	Sealed   string    `json:"sealed"`
}

// body is what Leaf.Bytes has beyond the fields that repeat it.
type body struct {
	object, sealed []byte // the kind, and a sealed JSON object of type [veiled] in base64
}

// open decodes what is sealed.
func (b body) open() ([]byte, error) {
	sealed, err := base64.StdEncoding.Strict().DecodeString(string(b.sealed))
	if err != nil {
		return nil, fmt.Errorf("%w: its sealed part cannot be read", ErrTampered)
	}
	return sealed, nil
}

// parse checks that the searchable fields repeat Bytes, and returns the rest of it.
func (f *Leaf) parse() (body, error) {
	var room [512]byte
	if rest, fits := bytes.CutPrefix(f.Bytes, f.appendHead(room[:0])); fits {
		if b, fits := f.cut(rest, room[:0]); fits {
			return b, nil
		}
	}
	var w written
	if err := json.Unmarshal(f.Bytes, &w); err != nil || w.V != 1 {
		return body{}, fmt.Errorf("%w: its bytes cannot be read", ErrTampered)
	}
	b := body{object: []byte(w.Object), sealed: []byte(w.Sealed)}
	if _, err := b.open(); err == nil && bytes.Equal(f.encode(nil, w.Object, b.sealed), f.Bytes) {
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

// cut takes apart what follows the head, where the kind of object is plain and what is sealed looks like base64: its code
// says whether it is. Room is for the tag.
func (f *Leaf) cut(rest, room []byte) (b body, fits bool) {
	if len(rest) == 0 || rest[0] != '"' {
		return body{}, false
	}
	end := 1
	for end < len(rest) && plain(rest[end]) {
		end++
	}
	b.object = rest[1:end]
	if rest, fits = bytes.CutPrefix(rest[end:], append(f.appendTag(append(room, '"')), `,"sealed":"`...)); !fits {
		return body{}, false
	}
	b.sealed, fits = bytes.CutSuffix(rest, []byte(`"}`))
	return b, fits && bytes.IndexByte(b.sealed, '"') < 0 && bytes.IndexByte(b.sealed, '\\') < 0
}

// Record returns what is hashed into the Merkle tree: Bytes, a line feed, MAC. Bytes is one line, so it cannot be read
// in two ways; and because of the MAC nobody without the key can guess an entry from its hash.
func (f Leaf) Record() []byte {
	return f.AppendRecord(make([]byte, 0, len(f.Bytes)+1+len(f.MAC)))
}

// AppendRecord appends Record to dst.
func (f Leaf) AppendRecord(dst []byte) []byte {
	return append(append(append(dst, f.Bytes...), '\n'), f.MAC...)
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

// ValidateOf says why a store cannot keep leaves as the entries of a change of the practice's: one is of another practice's
// log, which wraps invalid, or [Leaf.Validate] refuses it. It returns nil where it can.
func ValidateOf(invalid error, practice string, leaves []Leaf) error {
	for _, f := range leaves {
		if f.Practice != practice {
			return fmt.Errorf("%w: a change's entry is in another practice's log", invalid)
		}
		if err := f.Validate(); err != nil {
			return err
		}
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
