package representative

import (
	"slices"
	"time"
)

// Age is from which birthday a patient is of age in a State, as a dated row of data.
type Age struct {
	State     string // two letters
	Years     int
	Acts      []Act     // for which acts; none: for all that no other row of the State names
	Effective time.Time // UTC; before it the row is not looked at
	Citation  string
}

// Ages returns the ages of majority of the States and of the District of Columbia. A vendor with patients elsewhere adds
// rows; where there is none nobody is known to be of age.
func Ages() []Age {
	rows := []Age{
		{State: "AL", Years: 19, Citation: "Ala. Code 26-1-1"},
		{State: "NE", Years: 19, Citation: "Neb. Rev. Stat. 43-2101"},
		{State: "MS", Years: 21, Citation: "Miss. Code 1-3-27"},
		// Decisions on health care are an adult's from 18, and so is what follows them: the record, the rights, the texts.
		{State: "MS", Years: 18, Acts: []Act{See, Agree, Request, Text}, Citation: "Miss. Code 41-41-203(a); 45 CFR 164.502(g)(3)"},
	}
	for _, state := range []string{
		"AK", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD",
		"ME", "MI", "MN", "MO", "MT", "NC", "ND", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN",
		"TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
	} {
		rows = append(rows, Age{State: state, Years: 18, Citation: "the State's age of majority"})
	}
	return rows
}

// ageFor returns the row that counts for an act in a State at a moment: one that names the act before one for all, and of
// several the one that is effective last.
func ageFor(ages []Age, state string, act Act, moment time.Time) (found Age, ok bool) {
	for _, a := range ages {
		named := slices.Contains(a.Acts, act)
		if a.State != state || a.Effective.After(moment) || !named && len(a.Acts) > 0 {
			continue
		}
		if !ok || named && len(found.Acts) == 0 || named == (len(found.Acts) > 0) && !a.Effective.Before(found.Effective) {
			found, ok = a, true
		}
	}
	return found, ok
}

// birthday returns the day on which somebody becomes so many years old. Who was born on February 29 has the birthday of a
// common year on March 1: a child is protected a day longer, not a day less.
func birthday(born Date, years int) Date {
	day := Date{Year: born.Year + years, Month: born.Month, Day: born.Day}
	if !day.Valid() {
		return Date{Year: day.Year, Month: time.March, Day: 1}
	}
	return day
}
