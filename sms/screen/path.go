package screen

import (
	"strings"
	"time"
)

// dates are how a part of a link may write a day, with another sign for the hyphen.
var dates = [...]string{"2006-1-2", "1-2-2006", "2-1-2006", "20060102"}

// steps tells the days, the numbers of people and of their records that a link's path has as a part of it, or as a parameter's
// value, and where they stand in it.
func steps(path string, tells func(what string, from, to int)) {
	key := ""
	for from := 0; from < len(path); {
		end := from + 1
		for end < len(path) && strings.IndexByte("/?&;#=", path[end]) < 0 {
			end++
		}
		part := path[from+1 : end]
		switch {
		case day(part):
			tells("date", from+1, end)
		case number(part):
			tells("number", from+1, end)
		case part != "" && digits(part) && path[from] == '/' && record(key):
			tells("identifier", from+1-len(key)-1, end)
		}
		key, from = part, end
	}
}

// day reports whether a part of a link is a day of these two centuries. Where the year stands alone it is none.
func day(part string) bool {
	if len(part) < 8 || len(part) > 10 || strings.Trim(part, "0123456789-_.") != "" {
		return false
	}
	part = strings.NewReplacer("_", "-", ".", "-").Replace(part)
	for _, form := range dates {
		if at, err := time.Parse(form, part); err == nil && at.Year() >= 1900 && at.Year() < 2100 {
			return true
		}
	}
	return false
}

// number reports whether a part of a link is written as a phone number, or one of Social Security, is: in groups.
func number(part string) bool {
	if len(part) > 16 || strings.Trim(part, "0123456789-.+") != "" {
		return false
	}
	n := 0
	for i := range len(part) {
		if '0' <= part[i] && part[i] <= '9' {
			n++
		}
	}
	return n >= 9 && n <= 11 && n < len(part)
}

// record reports whether a part of a path announces a person or a record, as in /patients/4711.
func record(part string) bool {
	what := parameter(part)
	if what == "" {
		what = parameter(strings.TrimRight(part, "sS"))
	}
	return what == "identifier" || what == "id"
}
