package cookie

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Choice is what a visitor chose at one moment. None is ever changed or removed; the newest is what counts, and the
// visitor's own browser carries it.
type Choice struct {
	ID        string
	Practice  string // whose site it is, by the vendor's id; a platform's own site has one too
	Visitor   string // a random id of at most 64 bytes, which names no person
	Allowed   []Category
	Withdrawn bool      // it takes back an earlier one; nothing is allowed
	At        time.Time // when it was made, as claimed; UTC, at microseconds
	Recorded  time.Time // when we recorded it, by our clock; UTC, at microseconds
	Actor     audit.Actor
	Wording   string  // the notice that was shown, exactly; required where anything is allowed
	Language  string  // of the wording, as a BCP 47 tag; required where anything is allowed
	Shown     string  // [Register.Fingerprint] of the cookies that were shown; required where anything is allowed
	Signals   Signals // what the browser sent with it
}

// Key names a choice.
type Key struct{ Practice, ID string }

// Key returns the choice's own.
func (c Choice) Key() Key { return Key{c.Practice, c.ID} }

// Clone returns a copy that shares no memory with c.
func (c Choice) Clone() Choice {
	c.Allowed = slices.Clone(c.Allowed)
	return c
}

// Hash returns the SHA-256 of the wording in hexadecimal, or "" where none was shown.
func (c Choice) Hash() string {
	if c.Wording == "" {
		return ""
	}
	return hash(c.Wording)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// valid refuses what no store can hold, and a choice that no visitor can make.
func (c Choice) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"the id", c.ID, form.ID, true},
		{"the practice", c.Practice, form.ID, true},
		{"the visitor", c.Visitor, form.ID, true},
		{"the wording", c.Wording, 64 << 10, false},
		{"the language", c.Language, 64, false},
		{"what was shown", c.Shown, 64, false},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	if c.Actor.Validate() != nil {
		return errActor
	}
	if err := form.Instants(ErrInvalid, c.At, c.Recorded); err != nil {
		return err
	}
	if c.Withdrawn && len(c.Allowed) > 0 {
		return fmt.Errorf("%w: what is withdrawn allows nothing", ErrInvalid)
	}
	if !slices.Equal(c.Allowed, ordered(c.Allowed)) {
		return fmt.Errorf("%w: a visitor chooses analytics and preference cookies, each once; session and security cookies are always on", ErrInvalid)
	}
	return nil
}

// ordered returns the optional ones of the categories, each once, in the order of [Optional].
func ordered(categories []Category) []Category {
	return slices.DeleteFunc(Optional(), func(c Category) bool { return !slices.Contains(categories, c) })
}

// repeats reports whether c says what old says. The recorded time is not content, nor is a claimed time that the command
// left out.
func (c Choice) repeats(old Choice, dated bool) bool {
	return c.Visitor == old.Visitor && slices.Equal(c.Allowed, old.Allowed) && c.Withdrawn == old.Withdrawn &&
		c.Actor == old.Actor && c.Wording == old.Wording && c.Language == old.Language && c.Shown == old.Shown &&
		c.Signals == old.Signals && (!dated || c.At.Equal(old.At))
}
