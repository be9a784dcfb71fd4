package blindindex

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/enamel-go/enamel/internal/form"
)

// EmailVersion is the version of the rules of [Email].
const EmailVersion = 1

// longEmail is by RFC 5321, 4.5.3.1.3, without the angle brackets.
const longEmail = 254

// Email returns an e-mail address in lower case, without blanks around it. Version 1: what is pasted and not seen is
// dropped.
//
// By RFC 5321 the part before the @ may heed case. Hardly a mailbox in use does, and people write their address as they
// like. Points and what follows a plus sign stay: that they make no difference is a custom of some providers, and
// elsewhere the address would be somebody else's. Domains in Unicode and in punycode are not the same here.
//
// What is obviously no address is refused with [ErrInvalid]. Whether mail arrives, only mail can tell.
func Email(s string) (string, error) {
	if err := form.Text(ErrInvalid, "the e-mail address", s, 4*longEmail, true); err != nil {
		return "", err
	}
	s = strings.TrimSpace(strings.Map(seen, s))
	user, host, ok := strings.Cut(s, "@")
	if !ok || user == "" || host == "" || strings.Contains(host, "@") || strings.ContainsFunc(s, apart) {
		return "", fmt.Errorf("%w: the e-mail address is none", ErrInvalid)
	}
	s = strings.ToLower(s)
	if len(s) > longEmail {
		return "", fmt.Errorf("%w: the e-mail address is longer than %d bytes", ErrInvalid, longEmail)
	}
	return s, nil
}

// seen drops what is not seen.
func seen(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// apart reports whether r parts addresses from each other, or from a name.
func apart(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;<>", r) }
