package civil

import (
	"cmp"
	"errors"
	"time"
)

// ErrInvalid is the refusal of what is no date of the calendar. Its text does not repeat the input, which may be
// somebody's birth date.
var ErrInvalid = errors.New("civil: not a date of the form 2006-01-02")

const form = "2006-01-02"

// Date is a date of the Gregorian calendar. The zero value is no date: it stands for one that is not known.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// Of returns the date that t has in its own location.
func Of(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// Parse reads a full date, such as 1984-07-02, of the years 1 to 9999. A part of a date, such as 1984-07, is refused:
// it would have to be guessed. Errors are [ErrInvalid].
func Parse(s string) (Date, error) {
	t, err := time.Parse(form, s)
	if err != nil || t.Year() < 1 {
		return Date{}, ErrInvalid
	}
	return Of(t), nil
}

// String returns the date as Parse reads it, and "" for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(form)
}

// IsZero reports whether d is the zero value.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the calendar has the date: there is no February 30. The zero value is not valid.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && Of(d.utc()) == d
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// In returns the first moment of the date in loc. Where the clocks skip midnight on that day, it is the moment after
// the gap.
func (d Date) In(loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	if Of(t) != d {
		// The zone has no midnight that day, and t was taken with the offset after the change: before the day began.
		_, end := t.ZoneBounds()
		return end
	}
	return t
}

// Compare returns -1, 0 or 1 as d is before, the same as or after o.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Before reports whether d comes before o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After reports whether d comes after o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return Of(d.utc().AddDate(0, 0, n)) }

// AddMonths returns the same day n months later, or earlier where n is negative. A month that lacks the day gives its
// last one: a month after January 31 is the last of February, twelve after February 29 is February 28.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month, 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// MarshalText writes the date as String does. A date that is not valid, and not zero, is refused.
func (d Date) MarshalText() ([]byte, error) {
	if !d.IsZero() && !d.Valid() {
		return nil, ErrInvalid
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
