package blindindex

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Report says what the indexes of a plan give away. Its numbers are expectations over all keys, for values that are
// spread as the inputs say.
type Report struct {
	Population int
	// Coincidences is how many rows share all truncated tokens with a given one. Without truncated indexes it is zero.
	Coincidences float64
	Indexes      []Exposure
	Problems     []Problem // empty: no rule is broken
}

// Exposure is what one index gives away.
type Exposure struct {
	Name     string
	Bits     int     // kept; 256 of a whole one
	Classes  float64 // how many different tokens occur, at most: rows are seen to fall into so many groups
	Sharing  float64 // other rows that have the token of a given one; more where values are not even
	Frequent float64 // rows that have the most frequent value
	Largest  float64 // rows that have its token: whoever knows what is frequent can guess what it stands for
	False    float64 // rows that a search for another value returns, to be dropped after they are decrypted
}

// Report returns what the plan gives away. Indexes that are not [Declared] well are only among the problems.
func (p Plan) Report() Report {
	r := Report{Population: p.Population, Problems: p.problems()}
	rows := float64(max(p.Population, 0))
	for _, x := range p.Indexes {
		if !x.valid() {
			continue
		}
		tokens, others := math.Exp2(x.effective()), rows/math.Exp2(float64(x.kept()))
		frequent, same := min(p.frequent(x), rows), 1/x.values()
		r.Indexes = append(r.Indexes, Exposure{
			Name: x.Name, Bits: x.kept(), Classes: -tokens * math.Expm1(-rows/tokens), Frequent: frequent,
			Sharing: same*rows + (1-same)*others, Largest: frequent + (rows-frequent)*others/max(rows, 1), False: others,
		})
		if !x.Whole {
			r.Coincidences = p.coincidences(p.spent())
		}
	}
	return r
}

// String says all of it in sentences, one a line.
func (r Report) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s rows are indexed under one key.", count(float64(r.Population)))
	for _, x := range r.Indexes {
		if x.Bits == wholeBits {
			line("%s is kept whole: whoever reads the table sees which rows have the same value, about %s at most.",
				x.Name, count(x.Frequent))
			continue
		}
		line("%s keeps %d bits: whoever reads the table sees at most %s groups, and a row among about %s others.",
			x.Name, x.Bits, count(x.Classes), count(x.Sharing))
		line("%s: a search decrypts about %s rows that were not looked for, and drops them.", x.Name, count(x.False))
		if x.Largest > 2*x.Sharing {
			line("%s: the most frequent value is on about %s rows, whose group of %s stands out: it can be guessed.",
				x.Name, count(x.Frequent), count(x.Largest))
		}
	}
	if r.Coincidences > 0 {
		line("In all truncated indexes together a row is the same as about %s: it may be anybody among them.",
			count(r.Coincidences))
	}
	for _, problem := range r.Problems {
		line("Not safe: %s.", problem.Text)
	}
	if len(r.Problems) == 0 {
		line("The plan breaks no rule.")
	}
	return b.String()
}

// count writes a number of rows for people: with commas, and with one decimal where that matters.
func count(n float64) string {
	if n < 10 && n != math.Trunc(n) {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	s := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
