// Package form refuses what no store can keep, alike in every domain.
package form

import (
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"
)

// ID is how long the vendor's own ids may be, in bytes.
const ID = 64

// Text returns under, wrapped with what is wrong, unless s is valid UTF-8 of at most limit bytes without NUL, which
// Postgres cannot hold. Where it is required it holds more than blanks.
func Text(under error, what, s string, limit int, required bool) error {
	if why := wrong(s, limit, required); why != "" {
		return fmt.Errorf("%w: %s %s", under, what, why)
	}
	return nil
}

func wrong(s string, limit int, required bool) string {
	switch {
	case required && strings.TrimSpace(s) == "":
		return "is empty"
	case len(s) > limit:
		return fmt.Sprintf("is longer than %d bytes", limit)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return "is not valid text"
	}
	return ""
}

// Fit returns s where [Text] takes it as required, and otherwise the empty string.
func Fit(s string, limit int) string {
	if wrong(s, limit, true) != "" {
		return ""
	}
	return s
}

// Fitting removes from what an entry is to say whatever does not [Fit], and returns the rest.
func Fitting(said map[string]string, limit int) map[string]string {
	maps.DeleteFunc(said, func(_, value string) bool { return Fit(value, limit) == "" })
	return said
}

// Legible makes valid text of whatever bytes came, each stray one a replacement character, so that the words are not lost
// over it.
func Legible(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// Within returns as much of the beginning of s as has no more than limit bytes, and cuts no character in two.
func Within(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// Instants returns under, wrapped, unless all times are instants as stores keep them.
func Instants(under error, times ...time.Time) error {
	for _, at := range times {
		if at.Location() != time.UTC || !at.Equal(at.Truncate(time.Microsecond)) || at.Year() < 1 || at.Year() > 9999 {
			return fmt.Errorf("%w: a time is not in UTC at microseconds, between the years 1 and 9999", under)
		}
	}
	return nil
}

// E164 reports whether s has the form of an E.164 number: a plus sign and 8 to 15 digits, the first of them no zero.
func E164(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 8 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// Language reports whether s has the form of a language as BCP 47 names it (RFC 5646), such as es or es-US.
func Language(s string) bool {
	parts := strings.Split(s, "-")
	for i, part := range parts {
		signs := letters
		if i > 0 {
			signs += "0123456789"
		}
		if part == "" || len(part) > 8 || strings.Trim(part, signs) != "" {
			return false
		}
	}
	return len(parts[0]) >= 2 && len(s) <= 35
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Zone reports whether name is an IANA time zone that is known here. "Local" is where the process runs, which says
// nothing of anybody.
func Zone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
