package pack

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed.
const (
	Requested Kind = "requested" // somebody asked for a file
	Approved  Kind = "approved"  // a second member of staff approved
	Denied    Kind = "denied"    // a member of staff denied it
	Written   Kind = "written"   // a file was handed out
)

// Key names a ledger: one release.
type Key struct {
	Practice string // the vendor's id of the practice
	Release  string // its name, by the vendor's id or ours
}

func (k Key) valid() error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	return form.Text(ErrInvalid, "the release", k.Release, form.ID, true)
}

// Fact is one line of a ledger.
type Fact struct {
	ID       string
	Practice string
	Release  string
	Kind     Kind
	Scope    Scope     // of the request; every fact of the release repeats it
	At       time.Time // when it happened, as claimed; UTC, at microseconds
	Recorded time.Time // when we recorded it, by our clock, and never before what the ledger held; UTC, at microseconds
	Actor    audit.Actor
	Reason   string // of a denial
	Hash     string // of what was written: the SHA-256 of the file, in hexadecimal
	Size     int64  // of what was written, in bytes
}

// Key returns the ledger that the fact belongs to.
func (f Fact) Key() Key { return Key{f.Practice, f.Release} }

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact { return f }

// valid refuses what no ledger can hold.
func (f Fact) valid() error {
	if err := f.Key().valid(); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the id", f.ID, form.ID, true); err != nil {
		return err
	}
	if f.Actor.Validate() != nil {
		return errActor
	}
	if err := form.Text(ErrInvalid, "the reason", f.Reason, 1<<10, f.Kind == Denied); err != nil {
		return err
	}
	if err := form.Instants(ErrInvalid, f.At, f.Recorded); err != nil {
		return err
	}
	if err := f.belongs(); err != nil {
		return err
	}
	return f.Scope.valid()
}

// belongs refuses a fact that does not carry what its kind says.
func (f Fact) belongs() error {
	switch f.Kind {
	case Requested, Approved, Denied:
		if f.Hash != "" || f.Size != 0 {
			return fmt.Errorf("%w: only what was written has a hash and a size", ErrInvalid)
		}
	case Written:
		if sum, err := hex.DecodeString(f.Hash); err != nil || len(sum) != 32 || f.Size <= 0 {
			return fmt.Errorf("%w: what was written needs its SHA-256 in hexadecimal, and its size", ErrInvalid)
		}
	default:
		return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
	}
	return nil
}

// repeats reports whether f says what old says. What follows from the ledger or is added by us (the scope of a decision,
// the recorded time) is not content, nor is a claimed time that the command left out.
func (f Fact) repeats(old Fact, dated bool) bool {
	return f.Key() == old.Key() && f.Kind == old.Kind && f.Actor == old.Actor && f.Reason == old.Reason && f.Hash == old.Hash &&
		f.Size == old.Size && (f.Kind != Requested || f.Scope == old.Scope) && (!dated || f.At.Equal(old.At))
}
