package template

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
)

// Type is what a variable's values are. Each type has one form, in which nothing can be said of anybody's health.
type Type string

// The types. A variable is named after its type.
const (
	PracticeName Type = "practice"   // the practice's name; the setting says it
	Clinician    Type = "clinician"  // a clinician's name, such as Dr. Sarah Lee: at most four words; a blank stands behind Dr.
	FirstName    Type = "first_name" // a patient's first name: one word; leave it out where a family shares the phone
	Date         Type = "date"       // a day, as 2026-12-08
	Clock        Type = "time"       // a time of day in the practice's zone, as 09:30
	Clocks       Type = "times"      // times of one day, each later than the one before it, as 09:30 or 09:30,10:15; of more than four it says the first and the last
	Phone        Type = "phone"      // a phone number in E.164
	Code         Type = "code"       // 4 to 8 digits
	Answer       Type = "answer"     // what the recipient is to reply: a capital letter and at most three digits, no reserved word
	Link         Type = "link"       // https, a host of the setting's, and a token of 22 random letters and digits or more; no query
)

// types are the types and what a sample of each is: the longest that is usual.
var types = []struct {
	kind   Type
	sample string
}{
	{PracticeName, "Practice of Dentistry at Long Street"},
	{Clinician, "Dr. Alexandria Montgomery"},
	{FirstName, "Maximiliana"},
	{Date, "2026-09-30"},
	{Clock, "12:30"},
	{Clocks, "11:00,12:30"},
	{Phone, "+12145550199"},
	{Code, "48392071"},
	{Answer, "C482"},
	{Link, "https://texts.practice.example/v/QTZK4W7XGPHV2N6RJSC3YDBLKF"},
}

// names returns the types' names.
func names() []string {
	var all []string
	for _, t := range types {
		all = append(all, string(t.kind))
	}
	return all
}

// typeOf returns the type that a variable's name says.
func typeOf(name string) (Type, bool) {
	for _, t := range types {
		head, ok := strings.CutSuffix(name, string(t.kind))
		if ok && (head == "" || strings.HasSuffix(head, "_") && strings.Trim(head, "abcdefghijklmnopqrstuvwxyz_") == "") {
			return t.kind, true
		}
	}
	return "", false
}

// sample returns what stands for a value of the type in a language.
func (k Type) sample(l Language, s Setting) string {
	if k == PracticeName {
		return s.Practice
	}
	for _, t := range types {
		if t.kind == k {
			return k.write(t.sample, l)
		}
	}
	return ""
}

// check refuses a value that is not of the type.
func (k Type) check(value string, s Setting) error {
	ok := false
	switch k {
	case PracticeName:
		ok = strings.TrimSpace(value) == value && name(value, 8, 64, "&'’.,-–|+0123456789")
	case Clinician:
		ok = name(value, 4, 48, "'’.-") && !host.MatchString(value)
	case FirstName:
		ok = name(value, 1, 24, "'’-")
	case Date:
		_, err := time.Parse(time.DateOnly, value)
		ok = err == nil
	case Clock:
		ok = clock(value)
	case Clocks:
		each := strings.Split(value, ",")
		ok = !slices.ContainsFunc(each, func(at string) bool { return !clock(at) }) && slices.IsSorted(each) && len(slices.Compact(each)) == strings.Count(value, ",")+1
	case Phone:
		ok = form.E164(value)
	case Code:
		ok = len(value) >= 4 && len(value) <= 8 && strings.Trim(value, "0123456789") == ""
	case Answer:
		ok = len(value) >= 1 && len(value) <= 4 && value[0] >= 'A' && value[0] <= 'Z' && strings.Trim(value[1:], "0123456789") == ""
	case Link:
		ok = link(value, s.Hosts)
	}
	if !ok {
		return fmt.Errorf("%w: the value of a variable is not of its type, %s", ErrInvalid, k)
	}
	return nil
}

// clock reports whether value is a time of day.
func clock(value string) bool {
	_, err := time.Parse("15:04", value)
	return err == nil && len(value) == 5
}

// name reports whether value is so many words of letters, and signs that stand in names.
func name(value string, words, longest int, signs string) bool {
	if utf8.RuneCountInString(value) > longest || len(strings.Fields(value)) > words {
		return false
	}
	letters := 0
	for _, r := range value {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.Is(unicode.Mn, r) && letters > 0, r == ' ' && words > 1, strings.ContainsRune(signs, r):
		default:
			return false
		}
	}
	return letters > 0
}

// link reports whether value is one of the hosts and a token, as package link issues them: letters and digits that stand for
// nothing. Between the two there is room for one word of two letters, such as /v/, and for nothing that says something.
func link(value string, hosts []string) bool {
	for _, host := range hosts {
		token, ok := strings.CutPrefix(value, "https://"+host+"/")
		if word, rest, two := strings.Cut(token, "/"); two {
			ok = ok && word != "" && len(word) <= 2 && strings.Trim(word, lower) == ""
			token = rest
		}
		if ok && host != "" && len(value) <= 120 && len(token) >= 22 && strings.Trim(token, lower+upper+figures) == "" {
			return true
		}
	}
	return false
}

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	figures = "0123456789"
)

// write writes a value of the type as the language does. It does not fail for a value that was checked.
func (k Type) write(value string, l Language) string {
	switch k {
	case Date:
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return ""
		}
		return l.Day(day)
	case Clock:
		at, err := time.Parse("15:04", value)
		if err != nil {
			return ""
		}
		return l.Clock(at)
	case Clocks:
		var each []string
		for at := range strings.SplitSeq(value, ",") {
			each = append(each, Clock.write(at, l))
		}
		switch last := len(each) - 1; {
		case last == 0:
			return each[0]
		case last < mostClocks:
			return strings.Join(each[:last], ", ") + " " + dates[l].and + " " + each[last]
		default:
			return each[0] + " " + dates[l].to + " " + each[last]
		}
	case Phone:
		if national, ok := strings.CutPrefix(value, "+1"); ok && len(national) == 10 {
			return national[:3] + "-" + national[3:6] + "-" + national[6:]
		}
	}
	return value
}

// calendar is how a language writes days and times. Accents that GSM-7 does not have are left out, as people do in texts.
type calendar struct {
	days, months string // abbreviated, from Sunday and January on
	form         string // of %[1]s the day of the week, %[2]d the day, %[3]s the month
	clock        string // in the form of package time
	and, to      string // between the last two times of a list, and between the first and the last
}

// mostClocks is how many times a list names.
const mostClocks = 4

var dates = map[Language]calendar{
	English: {"Sun Mon Tue Wed Thu Fri Sat", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "%[1]s, %[3]s %[2]d", "3:04 PM", "and", "to"},
	Spanish: {"dom lun mar mie jue vie sab", "ene feb mar abr may jun jul ago sep oct nov dic", "%[1]s %[2]d de %[3]s", "3:04 PM", "y", "a"},
	French:  {"dim lun mar mer jeu ven sam", "janv févr mars avr mai juin juil aout sept oct nov déc", "%[1]s %[2]d %[3]s", "15 h 04", "et", "à"},
}

// Day writes the day of a moment, by its own zone, as a text in the language does: Tue, Dec 8. It is empty in a language that is
// none of the three.
func (l Language) Day(at time.Time) string {
	c, ok := dates[l]
	if !ok {
		return ""
	}
	return fmt.Sprintf(c.form, strings.Fields(c.days)[at.Weekday()], at.Day(), strings.Fields(c.months)[at.Month()-1])
}

// Clock writes the time of day of a moment, by its own zone, as a text in the language does: 9:30 AM. It is empty in a language
// that is none of the three.
func (l Language) Clock(at time.Time) string { return at.Format(dates[l].clock) }
