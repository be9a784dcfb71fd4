package blindindex

import (
	"errors"
	"fmt"
	"math"
)

// Plan is what the indexes on the rows of a table give away together. It is a value: keep it in code beside the schema,
// and call [Plan.Check] from a test, so that a new index that breaks it fails the build.
type Plan struct {
	// Population is how many rows are indexed under one key: the patients of one practice. Check the smallest and the
	// largest practice.
	Population int
	// Indexes are all the blind indexes on a row, for an attacker reads them all. One that a row has several values in,
	// such as the parts of a surname, counts as often.
	Indexes []Index
}

// Index is one blind index on a row.
type Index struct {
	Name   string
	Inputs []Input // several make a [Compound]; they are taken to be independent of each other
	Bits   int     // how many are kept, 1 to 255
	// Whole says that nothing is truncated, and that everybody may see which rows have the same value. It is for what rows
	// are looked up by one by one. It stays out of the sum of bits, and is allowed only where hardly two rows that do not
	// belong together have the same value. Bits is zero then.
	Whole bool
}

// Rule is a rule that a plan may break.
type Rule string

// The rules.
const (
	// Declared: the plan and its indexes have names and numbers that can be true.
	Declared Rule = "declared"
	// Crowd: there are at least 16 rows. Fewer people are told apart whatever is kept.
	Crowd Rule = "crowd"
	// Entropy: at least one input of an index may stand alone. A sex, a status, a month or a birth date may not.
	Entropy Rule = "entropy"
	// Near: a whole index is nearly unique. There are at least 100 values for every row, and the most frequent one is
	// expected on no more than 8 rows, a household.
	Near Rule = "nearly unique"
	// Fine: the coincidences are 2 or more. Fewer bits mean more. Bits are whole, so the one that takes the coincidences
	// from above 2 to above 1 may still be kept, as CipherSweet's planner has it.
	Fine Rule = "too fine"
	// Coarse: the coincidences are at most the square root of the population. More of them hide nobody better, and every
	// search decrypts them in vain.
	Coarse Rule = "too coarse"
)

// Problem is a rule that a plan breaks.
type Problem struct {
	Index string // its name; empty where it is the plan as a whole
	Rule  Rule
	Text  string // what is wrong, as it continues "the plan is not safe: "
}

const (
	fewRows   = 16
	wholeBits = 256 // of HMAC-SHA256
	perRow    = 100
	household = 8
)

// Check returns nil for a plan that is safe, and otherwise an error that wraps [ErrUnsafe] and says all that is wrong
// with it.
func (p Plan) Check() error {
	var wrong []error
	for _, problem := range p.problems() {
		wrong = append(wrong, fmt.Errorf("%w: %s", ErrUnsafe, problem.Text))
	}
	return errors.Join(wrong...)
}

// Room returns how many bits one more index may keep: from least to most. Values is how many values its inputs can have
// together; [math.Inf] where there is no end of them. Where no bits are left, or an index is not [Declared] well, both are
// zero. Where so few values can never bring the coincidences under the square root of the population, least is 1, and
// only a further index makes the plan safe.
func (p Plan) Room(values float64) (least, most int) {
	entropy := math.Log2(values)
	if p.Population < fewRows || !(entropy > 0) {
		return 0, 0
	}
	for _, x := range p.Indexes {
		if !x.valid() {
			return 0, 0
		}
	}
	spent := p.spent()
	after := func(bits int) float64 { return p.coincidences(spent + min(float64(bits), entropy)) }
	goal := max(2, after(wholeBits))
	if p.coincidences(spent) <= goal {
		return 0, 0
	}
	for most = 1; after(most) > goal; most++ {
	}
	if after(most) > p.crowd() {
		return 1, most
	}
	for least = 1; after(least) > p.crowd(); least++ {
	}
	return least, most
}

// problems returns all the rules that the plan breaks.
func (p Plan) problems() []Problem {
	if p.Population < fewRows {
		return []Problem{{"", Crowd, fmt.Sprintf("among fewer than %d rows everybody is told apart", fewRows)}}
	}
	var wrong []Problem
	truncated, sound := false, true
	names := map[string]bool{}
	for _, x := range p.Indexes {
		switch {
		case !x.valid() || names[x.Name]:
			sound = false
			wrong = append(wrong, Problem{x.Name, Declared, fmt.Sprintf(
				"the index %q lacks a name of its own, or inputs, or has numbers that cannot be true", x.Name)})
			continue
		case !x.alone():
			wrong = append(wrong, Problem{x.Name, Entropy, x.Name +
				" has too few values to be indexed without another input that has more"})
		case x.Whole && (x.values() < perRow*float64(p.Population) || p.frequent(x) > household):
			wrong = append(wrong, Problem{x.Name, Near, x.Name +
				" is kept whole, though strangers have the same value"})
		}
		names[x.Name] = true
		truncated = truncated || !x.Whole
	}
	if !truncated || !sound {
		return wrong
	}
	switch c := p.coincidences(p.spent()); {
	case c <= 1:
		wrong = append(wrong, Problem{"", Fine, fmt.Sprintf(
			"the indexes keep too many bits: a row is the same as %s others in all of them, and 2 should be", count(c))})
	case c > p.crowd():
		wrong = append(wrong, Problem{"", Coarse, fmt.Sprintf(
			"the indexes keep too few bits: a row is the same as %s others in all of them, and %s are enough",
			count(c), count(p.crowd()))})
	}
	return wrong
}

// spent returns the bits of all indexes that are truncated. None counts for more than its inputs can tell apart.
func (p Plan) spent() float64 {
	sum := 0.0
	for _, x := range p.Indexes {
		if !x.Whole {
			sum += x.effective()
		}
	}
	return sum
}

func (p Plan) coincidences(bits float64) float64 { return float64(p.Population) / math.Exp2(bits) }

// crowd is how many rows that share all tokens are enough.
func (p Plan) crowd() float64 { return math.Sqrt(float64(p.Population)) }

// frequent returns on how many rows the most frequent value is expected.
func (p Plan) frequent(x Index) float64 {
	share, together := 1.0, math.Inf(1)
	for _, in := range x.Inputs {
		share *= in.top()
		together = min(together, float64(max(in.Together, 1)))
	}
	return max(share*float64(p.Population), together)
}

func (x Index) valid() bool {
	for _, in := range x.Inputs {
		if !in.valid() {
			return false
		}
	}
	return x.Name != "" && len(x.Inputs) > 0 && (x.Whole && x.Bits == 0 || !x.Whole && x.Bits >= 1 && x.Bits < wholeBits)
}

// alone reports whether one of the inputs may stand alone.
func (x Index) alone() bool {
	for _, in := range x.Inputs {
		if in.alone() {
			return true
		}
	}
	return false
}

func (x Index) values() float64 {
	values := 1.0
	for _, in := range x.Inputs {
		values *= in.Values
	}
	return values
}

// kept returns how many bits of the index are kept.
func (x Index) kept() int {
	if x.Whole {
		return wholeBits
	}
	return x.Bits
}

// effective returns how many bits of the index tell rows apart.
func (x Index) effective() float64 { return min(float64(x.kept()), math.Log2(x.values())) }
