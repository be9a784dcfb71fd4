package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit/internal/prune"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Log]. The zero value is ready to use.
type Options struct {
	// Now gives the time of an entry. Defaults to time.Now.
	Now func() time.Time
	// NewID gives an entry's id, never the same twice. Defaults to a UUID of version 7 of the entry's time, by which a store
	// finds its month.
	NewID func() string
}

// Log stamps entries and keeps those of reads and refusals. It is immutable and may be used concurrently.
type Log struct {
	store Store
	keys  Keys
	now   func() time.Time
	newID func() string // nil: by the entry's time
}

// NewLog returns a log that writes reads and refusals to store, on whatever connection store holds: give it one that
// is not part of a caller's transaction. Both store and keys are required; o may be nil.
func NewLog(store Store, keys Keys, o *Options) (*Log, error) {
	if store == nil || keys == nil {
		return nil, fmt.Errorf("%w: a log needs a store and keys", ErrInvalid)
	}
	l := &Log{store: store, keys: keys, now: time.Now}
	if o != nil && o.Now != nil {
		l.now = o.Now
	}
	if o != nil && o.NewID != nil {
		l.newID = o.NewID
	}
	return l, nil
}

// Stamp gives e its id and time, seals what is a patient's and authenticates the whole. It writes nothing: the leaf
// travels with the change it records. An empty Outcome becomes [Done], an empty Term [SixYears]. Stamping twice makes two
// entries. An entry about a patient whose evidence key was destroyed is refused with [ErrShredded]. The action "audit.prune",
// which explains why leaves are gone, is a Pruner's of package audit/notary alone.
func (l *Log) Stamp(ctx context.Context, e Entry) (Leaf, error) {
	if err := e.valid(); err != nil {
		return Leaf{}, err
	}
	if e.Action == prune.Action && !prune.Allowed(ctx) {
		return Leaf{}, fmt.Errorf("%w: the action %s is a pruner's alone", ErrInvalid, prune.Action)
	}
	return l.stamp(ctx, e)
}

// StampSeen is Stamp for an entry of what was seen, refused or done already, and is on record whatever became of the patient.
// Where the patient's evidence key was destroyed, the entry no longer says whose data it was: it has no details, its object no
// id where that is the patient, and its actor none where it is. What must be known all the same is in its Reason.
func (l *Log) StampSeen(ctx context.Context, e Entry) (Leaf, error) {
	stamped, err := l.Stamp(ctx, e)
	if !errors.Is(err, ErrShredded) {
		return stamped, err
	}
	if e.Object.ID == e.Patient {
		e.Object.ID = ""
	}
	if e.Actor.Kind == Patient && e.Actor.ID == e.Patient {
		e.Actor.ID = ""
	}
	e.Patient, e.Details = "", nil
	return l.stamp(ctx, e)
}

// mostHidden is how many bytes of an entry are sealed at most, as JSON: an export has a line for each, and whoever checks it
// holds a line at a time.
const mostHidden = 1 << 20

func (l *Log) stamp(ctx context.Context, e Entry) (Leaf, error) {
	e.At = l.now().UTC().Truncate(time.Microsecond)
	if l.newID == nil {
		e.ID = uuidv7.At(e.At)
	} else {
		e.ID = l.newID()
	}
	e.Outcome, e.Term = cmp.Or(e.Outcome, Done), cmp.Or(e.Term, SixYears)
	v := veiled{Object: e.Object.ID, Patient: e.Patient, Reason: e.Reason, Details: e.Details}
	if e.Actor.sealed() {
		v.Actor, e.Actor.ID = e.Actor.ID, ""
	}
	hidden, err := json.Marshal(v)
	if err != nil {
		return Leaf{}, fmt.Errorf("audit: stamp: %w", err)
	}
	if len(hidden) > mostHidden {
		return Leaf{}, fmt.Errorf("%w: the entry says more than a mebibyte", ErrInvalid)
	}
	sealed, err := l.keys.SealEvidence(ctx, e.Practice, e.Patient, e.ID, hidden)
	switch {
	case shredded(err):
		return Leaf{}, fmt.Errorf("%w: %w", ErrShredded, err)
	case err != nil:
		return Leaf{}, fmt.Errorf("audit: stamp: %w", err)
	}
	var tag []byte
	if e.Patient != "" {
		if tag, err = l.keys.Tag(ctx, e.Practice, e.Patient); err != nil {
			return Leaf{}, fmt.Errorf("audit: stamp: %w", err)
		}
	}
	stamped := leaf(e, tag, sealed)
	if stamped.MAC, err = l.keys.MAC(ctx, e.Practice, stamped.Bytes); err != nil {
		return Leaf{}, fmt.Errorf("audit: stamp: %w", err)
	}
	return stamped, nil
}

// Shredded reports whether a patient's evidence key was destroyed, so that no entry names the patient any more; never of no
// patient. An error says that it is not known.
func (l *Log) Shredded(ctx context.Context, practice, patient string) (bool, error) {
	if patient == "" {
		return false, nil
	}
	_, err := l.keys.SealEvidence(ctx, practice, patient, "shredded", nil)
	if shredded(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("audit: shredded: %w", err)
	}
	return false, nil
}

func shredded(err error) bool {
	var gone interface{ Shredded() bool }
	return errors.As(err, &gone) && gone.Shredded()
}

// Record stamps entries and commits all of them, or none, at once on the log's own handle. Call it before returning
// what was read; when it fails the read must fail too.
func (l *Log) Record(ctx context.Context, entries ...Entry) error {
	return l.record(ctx, entries, l.Stamp)
}

// RecordSeen commits the entries of what was read of several patients, as [Log.Record] does, each stamped by [Log.StampSeen]:
// what is left of one patient hides no other.
func (l *Log) RecordSeen(ctx context.Context, entries ...Entry) error {
	return l.record(ctx, entries, l.StampSeen)
}

func (l *Log) record(ctx context.Context, entries []Entry, stamp func(context.Context, Entry) (Leaf, error)) error {
	stamped := make([]Leaf, len(entries))
	for i, e := range entries {
		var err error
		if stamped[i], err = stamp(ctx, e); err != nil {
			return err
		}
	}
	if err := l.store.Append(ctx, stamped...); err != nil {
		return fmt.Errorf("audit: record: %w", err)
	}
	return nil
}

// Refuse records that e was refused because of cause, and returns cause. When the entry cannot be written the result
// wraps both cause and [ErrNotRecorded]. It is written even when ctx is cancelled, for up to five seconds, and as [Log.StampSeen]
// stamps it. Where e names no practice, or what can be no practice's id, there is no log to record it in, and cause is returned
// alone.
func (l *Log) Refuse(ctx context.Context, e Entry, cause error) error {
	if form.Text(ErrInvalid, "the practice", e.Practice, form.ID, true) != nil {
		return cause
	}
	e.Outcome, e.Reason = Refused, cause.Error()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	if err := l.RecordSeen(ctx, e); err != nil {
		return errors.Join(cause, fmt.Errorf("%w: %w", ErrNotRecorded, err))
	}
	return cause
}

// Check reports whether a leaf's code and its searchable fields fit its bytes, without opening what is sealed. The
// error wraps [ErrTampered] when they do not; any other error says that it could not be checked.
func (l *Log) Check(ctx context.Context, f Leaf) error {
	_, err := l.check(ctx, f)
	return err
}

func (l *Log) check(ctx context.Context, f Leaf) (body, error) {
	b, err := f.parse()
	if err != nil {
		return body{}, err
	}
	err = l.keys.VerifyMAC(ctx, f.Practice, f.Bytes, f.MAC)
	var wrong interface{ Forged() bool }
	switch {
	case err == nil:
		return b, nil
	case errors.As(err, &wrong) && wrong.Forged():
		return body{}, fmt.Errorf("%w: its code does not fit its bytes: %w", ErrTampered, err)
	}
	return body{}, fmt.Errorf("audit: check: %w", err)
}

// Open checks a leaf as [Log.Check] does and returns the entry in full. When the patient's key was shredded the plain
// parts come back with the keyring's error.
func (l *Log) Open(ctx context.Context, f Leaf) (Entry, error) {
	b, err := l.check(ctx, f)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{
		ID: f.ID, Practice: f.Practice, At: f.At, Actor: f.Actor, Action: f.Action,
		Outcome: f.Outcome, Term: f.Term, Object: Object{Kind: string(b.object)},
	}
	sealed, err := b.open()
	if err != nil {
		return e, err
	}
	hidden, err := l.keys.OpenEvidence(ctx, f.Practice, f.ID, sealed)
	if err != nil {
		return e, fmt.Errorf("audit: open: %w", err)
	}
	var v veiled
	if err := json.Unmarshal(hidden, &v); err != nil {
		return e, fmt.Errorf("%w: its sealed part cannot be read", ErrTampered)
	}
	e.Object.ID, e.Patient, e.Reason, e.Details = v.Object, v.Patient, v.Reason, v.Details
	if e.Actor.sealed() {
		e.Actor.ID = v.Actor
	}
	return e, nil
}

// Tag returns the keyed hash of a value: of a patient, the tag under which the patient's leaves are found, for [Query].
func (l *Log) Tag(ctx context.Context, practice, value string) ([]byte, error) {
	return l.keys.Tag(ctx, practice, value)
}

// Leaves returns a page of leaves from the log's store, without opening them. It leaves no entry: whoever shows a
// leaf's sealed part to a person records that first.
func (l *Log) Leaves(ctx context.Context, q Query) (Page, error) {
	return l.store.Leaves(ctx, q)
}
