package blindindex

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
)

// EmailVersion is the version of the rules of [Email].
const EmailVersion = 1

// longEmail is by RFC 5321, 4.5.3.1.3, without the angle brackets.
const longEmail = 254

// Email returns an e-mail address in lower case, without blanks around it. Version 1.
//
// By RFC 5321 the part before the @ may heed case. Hardly a mailbox in use does, and people write their address as they
// like. Points and what follows a plus sign stay: that they make no difference is a custom of some providers, and
// elsewhere the address would be somebody else's. Domains in Unicode and in punycode are not the same here.
//
// What is obviously no address is refused with [ErrInvalid]. Whether mail arrives, only mail can tell.
func Email(s string) (string, error) {
	s = strings.TrimSpace(s)
	if err := form.Text(ErrInvalid, "the e-mail address", s, longEmail, true); err != nil {
		return "", err
	}
	user, host, ok := strings.Cut(s, "@")
	if !ok || user == "" || host == "" || strings.Contains(host, "@") || strings.ContainsAny(s, " \t\r\n,;<>") {
		return "", fmt.Errorf("%w: the e-mail address is none", ErrInvalid)
	}
	s = strings.ToLower(s)
	if len(s) > longEmail {
		return "", fmt.Errorf("%w: the e-mail address is longer than %d bytes", ErrInvalid, longEmail)
	}
	return s, nil
}
