package blindindex

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/internal/civil"
)

// BirthVersion is the version of the rules of [Birth].
const BirthVersion = 1

// Birth returns a birth date as 1984-07-02. Version 1: blanks around it are dropped, and no other form is read. In
// 07/02/1984 one could take the day for the month, and a date that is guessed finds somebody else.
//
// What is no date of the calendar is refused with [ErrInvalid]. A birth date alone is not to be indexed, whatever the
// bits kept: there are some 40,000, and many people know many of them. Index it in a [Compound], with a name.
func Birth(s string) (string, error) {
	date, err := civil.Parse(strings.TrimSpace(s))
	if err != nil {
		return "", fmt.Errorf("%w: the birth date is no date of the form 2006-01-02", ErrInvalid)
	}
	return date.String(), nil
}
