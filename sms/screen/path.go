package screen

import (
	"strings"
	"time"
)

// dates are how a part of a link may write a day.
var dates = [...]string{"2006-01-02", "2006_01_02", "2006.01.02", "01-02-2006", "01_02_2006", "01.02.2006", "02-01-2006", "02_01_2006", "02.01.2006", "20060102"}

// parts adds the days, the numbers of people and of their records that a link has as a part of its path, or as a parameter's
// value. It begins where the path does.
func (s *screening) parts(from, to int) {
	key := ""
	for from < to {
		end := from + 1
		for end < to && strings.IndexByte("/?&;#=", s.body[end]) < 0 {
			end++
		}
		part := s.body[from+1 : end]
		switch {
		case day(part):
			s.add(Link, "date", from+1, end)
		case social(part):
			s.add(Link, "number", from+1, end)
		case part != "" && digits(part) && s.body[from] == '/' && record(key):
			s.add(Link, "identifier", from+1-len(key)-1, end)
		}
		key, from = part, end
	}
}

// day reports whether a part of a link is a day of these two centuries. Where the year stands alone it is none.
func day(part string) bool {
	if len(part) < 8 || len(part) > 10 || strings.Trim(part, "0123456789-_.") != "" {
		return false
	}
	for _, form := range dates {
		if len(form) != len(part) {
			continue
		}
		if at, err := time.Parse(form, part); err == nil && at.Year() >= 1900 && at.Year() < 2100 {
			return true
		}
	}
	return false
}

// social reports whether a part of a link has the form of a Social Security number.
func social(part string) bool {
	return len(part) == 11 && part[3] == '-' && part[6] == '-' && digits(part[:3]+part[4:6]+part[7:])
}

// record reports whether a part of a path announces a person or a record, as in /patients/4711.
func record(part string) bool {
	what := parameter(part)
	if what == "" {
		what = parameter(strings.TrimSuffix(part, "s"))
	}
	return what == "identifier" || what == "id"
}
