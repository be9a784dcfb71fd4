package wire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
)

// ReferenceKey is the query key under which our reference comes back in receipts, where an address is all that a provider
// gives back.
const ReferenceKey = "ref"

// Valid refuses a message that a provider would refuse, or would read as another thing: a recipient of "whatsapp:+1..." is
// a channel at some of them. A body has at most limit characters.
func Valid(provider string, m sms.Message, limit int) error {
	why := ""
	switch {
	case m.Reference == "":
		why = "a reference"
	case !form.E164(m.To) || !form.E164(m.From):
		why = "two numbers in E.164"
	case m.Body == "" || !utf8.ValidString(m.Body) || utf8.RuneCountInString(m.Body) > limit:
		why = "a body of at most " + strconv.Itoa(limit) + " characters"
	default:
		return nil
	}
	return fmt.Errorf("%w: a message needs %s: %w", sms.ErrInvalid, why, Invalid(provider, sms.AtSend))
}

// Invalid is the error for what is not even asked.
func Invalid(provider string, stage sms.Stage) *sms.SendError {
	return &sms.SendError{Stage: stage, Provider: provider, Code: "invalid", Class: sms.Rejected}
}

// Plain reports whether s can be a provider's id: letters, digits, hyphens and underscores.
func Plain(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	}) < 0
}

// Address reports whether s can be a sender or a recipient (a number, a short code, a name), or a reference of ours, which
// is the longest of them: two ids of the vendor's, escaped.
func Address(s string) bool {
	return s != "" && len(s) <= 1024 && utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
