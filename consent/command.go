package consent

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Grant records that a consent was given, for one category.
type Grant struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Number   string // E.164
	Category Category
	Basis    Basis
	Evidence Evidence
	At       time.Time // when it was given. Defaults to now.
}

// Revocation records that a consent was withdrawn.
type Revocation struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Category Category // only what the patient's own words narrow it to; empty: everything
	Channel  Channel
	Evidence Evidence  // Words, and Message, Document or Staff as the channel has them
	At       time.Time // when the patient said it. Defaults to now.
}

// Ask records that the one confirmation request of a double opt-in is being made, for every grant that waits for one.
type Ask struct {
	ID       string // as in Grant
	Practice string
	Number   string
}

// Confirmation records the patient's answer to a confirmation request.
type Confirmation struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Evidence Evidence  // Words and Message
	At       time.Time // Defaults to now.
}

// Restart records the patient's own START.
type Restart struct {
	ID       string // as in Grant
	Practice string
	Number   string
	Evidence Evidence  // Words and Message, both required: only the patient's own text restarts
	At       time.Time // Defaults to now.
}

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// check refuses what no ledger can hold: ids and text that are too long or no text, a number that is none, a time ahead.
func check(k Key, id string, e Evidence, at, now time.Time) error {
	if err := text("the practice", k.Practice, 64, true); err != nil {
		return err
	}
	if err := text("the id", id, 64, false); err != nil {
		return err
	}
	if !e164(k.Number) {
		return fmt.Errorf("%w: the number is not in E.164 form, such as +15125550100", ErrInvalid)
	}
	if at.After(now.Add(leeway)) {
		return fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
	}
	for _, field := range []struct{ name, value string }{
		{"wording", e.Wording},
		{"language", e.Language},
		{"signature", e.Signature},
		{"document", e.Document},
		{"address", e.Address},
		{"browser", e.Browser},
		{"staff", e.Staff},
		{"guardian", e.Guardian},
		{"words", e.Words},
		{"message", e.Message},
	} {
		if err := text("the evidence's "+field.name, field.value, 16<<10, false); err != nil {
			return err
		}
	}
	return nil
}

// text checks one string: valid UTF-8 without NUL, which Postgres cannot hold, and of bounded length.
func text(what, s string, limit int, required bool) error {
	switch {
	case required && s == "":
		return fmt.Errorf("%w: %s is empty", ErrInvalid, what)
	case len(s) > limit:
		return fmt.Errorf("%w: %s is longer than %d bytes", ErrInvalid, what, limit)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return fmt.Errorf("%w: %s is not valid text", ErrInvalid, what)
	}
	return nil
}

// e164 reports whether s has the form of an E.164 number: a plus sign and 8 to 15 digits, none of them a leading zero.
func e164(s string) bool {
	if len(s) < 9 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}
