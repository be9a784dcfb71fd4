package blindindex

import (
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/internal/phone"
)

// PhoneVersion is the version of the rules of [Phone].
const PhoneVersion = 1

// Phone returns a telephone number in E.164, such as +15125550142. Version 1: a number without a country code is one of
// the United States or Canada, letters are the digits on the keypad, and an extension is dropped, for the line is the
// same. What is no possible number is refused with [ErrInvalid].
func Phone(s string) (string, error) {
	number, err := phone.Parse(s)
	if err == nil {
		return number, nil
	}
	var reason phone.Error
	if errors.As(err, &reason) {
		return "", fmt.Errorf("%w: the phone number: %s", ErrInvalid, reason.Reason())
	}
	return "", fmt.Errorf("%w: the phone number cannot be read", ErrInvalid)
}
