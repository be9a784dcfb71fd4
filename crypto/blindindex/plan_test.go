package blindindex_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

// wide is an input that has no end of values.
func wide() blindindex.Input { return blindindex.Input{Name: "wide", Values: 1e300, Even: true} }

// index keeps bits of an input.
func index(name string, bits int, inputs ...blindindex.Input) blindindex.Index {
	return blindindex.Index{Name: name, Inputs: inputs, Bits: bits}
}

func TestRoom(t *testing.T) {
	pair := []blindindex.Index{index("a", 4, wide()), index("b", 4, wide())}
	for _, c := range []struct {
		rows        int
		indexes     []blindindex.Index
		values      float64
		least, most int
	}{
		{2_000, nil, math.Inf(1), 6, 10},
		{10_000, nil, math.Inf(1), 7, 13},
		{50_000, nil, math.Inf(1), 8, 15},
		{250_000, nil, math.Inf(1), 9, 17},
		// What CipherSweet's own tests expect of its planner.
		{1 << 16, pair, math.Inf(1), 1, 7},
		{1 << 16, pair, 1 << 15, 1, 7},
		{1 << 16, pair, 1 << 8, 1, 7},
		{1 << 31, pair, math.Inf(1), 8, 22},
		{1 << 16, nil, math.Inf(1), 8, 15},
		{1 << 16, nil, 1 << 14, 8, 14},
		{1 << 8, nil, math.Inf(1), 4, 7},
		{1 << 8, nil, 1 << 7, 4, 7},
		{1 << 31, nil, math.Inf(1), 16, 30},
		{1 << 31, nil, 1 << 29, 16, 29},
		{1 << 31, nil, 1 << 24, 16, 24},
		{1 << 31, nil, 1 << 8, 1, 8},
		// Where it would recommend what breaks the plan, we recommend nothing.
		{2_000, []blindindex.Index{index("a", 10, wide())}, math.Inf(1), 0, 0},
		{2_000, []blindindex.Index{index("a", 200, wide())}, math.Inf(1), 0, 0},
		{15, nil, math.Inf(1), 0, 0},
		{16, nil, math.Inf(1), 2, 3},
		{0, nil, math.Inf(1), 0, 0},
		{-5, nil, math.Inf(1), 0, 0},
		{2_000, nil, 1, 0, 0},
		{2_000, nil, math.NaN(), 0, 0},
		{2_000, nil, -1, 0, 0},
		{2_000, nil, 1.0001, 1, 1},
		{2_000, []blindindex.Index{index("a", -1, wide())}, math.Inf(1), 0, 0},
		{2_000, []blindindex.Index{index("a", 2, blindindex.Input{Name: "x", Values: math.NaN(), Even: true})}, math.Inf(1), 0, 0},
	} {
		least, most := blindindex.Plan{Population: c.rows, Indexes: c.indexes}.Room(c.values)
		require.Equal(t, [2]int{c.least, c.most}, [2]int{least, most}, "%d rows beside %d, %v values", c.rows, len(c.indexes), c.values)
	}
}

// What CipherSweet's tests expect of its count: 8 and 4 bits leave less than 20 of 2^16 rows, and more of 2^20.
func TestCoincidences(t *testing.T) {
	plan := blindindex.Plan{Population: 1 << 16, Indexes: []blindindex.Index{index("name", 8, wide()), index("initial", 4, wide())}}
	require.InDelta(t, 16, plan.Report().Coincidences, 1e-9)
	plan.Population = 1 << 20
	require.InDelta(t, 256, plan.Report().Coincidences, 1e-9)
	// No index tells more rows apart than it has values.
	plan.Indexes = []blindindex.Index{index("digits", 200, blindindex.LastFourInput())}
	require.InDelta(t, float64(1<<20)/10_000, plan.Report().Coincidences, 1e-9)
}

// The bits that there is room for are the bits that a plan may keep.
func TestRoomIsWhatCheckAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := blindindex.Plan{Population: rapid.IntRange(0, 2_000_000).Draw(t, "rows")}
		for i := range rapid.IntRange(0, 3).Draw(t, "indexes") {
			plan.Indexes = append(plan.Indexes, index(string(rune('a'+i)), rapid.IntRange(1, 6).Draw(t, "bits"), wide()))
		}
		least, most := plan.Room(math.Inf(1))
		for bits := 1; bits < 30; bits++ {
			with := plan
			with.Indexes = append(with.Indexes[:len(with.Indexes):len(with.Indexes)], index("more", bits, wide()))
			if safe := with.Check() == nil; safe != (most > 0 && least <= bits && bits <= most) {
				t.Fatalf("%d bits are safe: %v; there is room for %d to %d", bits, safe, least, most)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	name := func(bits int) blindindex.Index { return index("surname", bits, blindindex.SurnameInput()) }
	whole := func(inputs ...blindindex.Input) blindindex.Index {
		return blindindex.Index{Name: "whole", Inputs: inputs, Whole: true}
	}
	sex := blindindex.Input{Name: "sex", Values: 4, Top: 0.51}
	month := blindindex.Input{Name: "month", Values: 12, Even: true}
	state := blindindex.Input{Name: "state", Values: 56, Top: 0.9}
	for what, c := range map[string]struct {
		rows    int
		indexes []blindindex.Index
		broken  []blindindex.Rule
	}{
		"nothing":                        {10_000, nil, nil},
		"one index":                      {10_000, []blindindex.Index{name(8)}, nil},
		"one bit too many":               {10_000, []blindindex.Index{name(14)}, []blindindex.Rule{blindindex.Fine}},
		"the most bits":                  {10_000, []blindindex.Index{name(13)}, nil},
		"the fewest bits":                {10_000, []blindindex.Index{name(7)}, nil},
		"one bit too few":                {10_000, []blindindex.Index{name(6)}, []blindindex.Rule{blindindex.Coarse}},
		"two that add up":                {10_000, []blindindex.Index{name(7), index("phone", 7, blindindex.PhoneInput())}, []blindindex.Rule{blindindex.Fine}},
		"two that fit":                   {10_000, []blindindex.Index{name(6), index("phone", 6, blindindex.PhoneInput())}, nil},
		"fifteen people":                 {15, []blindindex.Index{name(2)}, []blindindex.Rule{blindindex.Crowd}},
		"sixteen people":                 {16, []blindindex.Index{name(2)}, nil},
		"a sex":                          {10_000, []blindindex.Index{index("sex", 1, sex)}, []blindindex.Rule{blindindex.Entropy, blindindex.Coarse}},
		"a month":                        {10_000, []blindindex.Index{index("month", 8, month)}, []blindindex.Rule{blindindex.Entropy, blindindex.Coarse}},
		"a birth date":                   {10_000, []blindindex.Index{index("born", 8, blindindex.BirthDateInput())}, []blindindex.Rule{blindindex.Entropy}},
		"a birth date and a sex":         {10_000, []blindindex.Index{index("born", 8, blindindex.BirthDateInput(), sex)}, []blindindex.Rule{blindindex.Entropy}},
		"a birth date and a state":       {10_000, []blindindex.Index{index("born", 8, blindindex.BirthDateInput(), state)}, []blindindex.Rule{blindindex.Entropy}},
		"a birth date and a name":        {10_000, []blindindex.Index{index("born", 8, blindindex.BirthDateInput(), blindindex.SurnameInput())}, nil},
		"the last four digits":           {10_000, []blindindex.Index{index("digits", 8, blindindex.LastFourInput())}, nil},
		"a whole name":                   {10_000, []blindindex.Index{whole(blindindex.SurnameInput())}, []blindindex.Rule{blindindex.Near}},
		"whole digits":                   {10_000, []blindindex.Index{whole(blindindex.LastFourInput())}, []blindindex.Rule{blindindex.Near}},
		"a whole birth date":             {10_000, []blindindex.Index{whole(blindindex.BirthDateInput())}, []blindindex.Rule{blindindex.Entropy}},
		"a whole birth date with a name": {10_000, []blindindex.Index{whole(blindindex.BirthDateInput(), blindindex.SurnameInput())}, nil},
		"a whole phone":                  {10_000, []blindindex.Index{whole(blindindex.PhoneInput())}, nil},
		"a whole member id":              {10_000, []blindindex.Index{whole(blindindex.MemberIDInput())}, nil},
		"a whole phone beside a name":    {10_000, []blindindex.Index{whole(blindindex.PhoneInput()), name(8)}, nil},
		"a switchboard":                  {10_000, []blindindex.Index{whole(blindindex.Input{Name: "phone", Values: 1e9, Even: true, Together: 9})}, []blindindex.Rule{blindindex.Near}},
		"alone, exactly":                 {1 << 10, []blindindex.Index{name(10)}, []blindindex.Rule{blindindex.Fine}},
		"two, exactly":                   {1 << 10, []blindindex.Index{name(9)}, nil},
		"a crowd exactly":                {1 << 10, []blindindex.Index{name(5)}, nil},
		"one value":                      {10_000, []blindindex.Index{index("x", 8, wide(), blindindex.Input{Name: "x", Values: 1, Top: 1})}, []blindindex.Rule{blindindex.Declared}},
		"no bits":                        {10_000, []blindindex.Index{name(0)}, []blindindex.Rule{blindindex.Declared}},
		"all bits":                       {10_000, []blindindex.Index{name(256)}, []blindindex.Rule{blindindex.Declared}},
		"no name":                        {10_000, []blindindex.Index{index("", 8, blindindex.SurnameInput())}, []blindindex.Rule{blindindex.Declared}},
		"a name twice":                   {10_000, []blindindex.Index{name(4), name(4)}, []blindindex.Rule{blindindex.Declared}},
		"no inputs":                      {10_000, []blindindex.Index{index("x", 8)}, []blindindex.Rule{blindindex.Declared}},
		"no top":                         {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: 1e6})}, []blindindex.Rule{blindindex.Declared}},
		"a top below the average":        {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: 1e6, Top: 1e-7})}, []blindindex.Rule{blindindex.Declared}},
		"even with a top":                {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: 1e6, Top: 0.5, Even: true})}, []blindindex.Rule{blindindex.Declared}},
		"no number":                      {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: math.NaN(), Top: math.NaN()})}, []blindindex.Rule{blindindex.Declared}},
		"a name beside a whole phone":    {10_000, []blindindex.Index{name(14), whole(blindindex.PhoneInput())}, []blindindex.Rule{blindindex.Fine}},
		"no sum of what is unsound":      {10_000, []blindindex.Index{name(8), index("", 8, blindindex.SurnameInput())}, []blindindex.Rule{blindindex.Declared}},
		"a household":                    {10_000, []blindindex.Index{whole(blindindex.Input{Name: "phone", Values: 1e9, Even: true, Together: 8})}, nil},
		"a hundred for each":             {10_000, []blindindex.Index{whole(blindindex.Input{Name: "number", Values: 1e6, Even: true})}, nil},
		"an input without a name":        {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Values: 1e6, Top: 0.1})}, []blindindex.Rule{blindindex.Declared}},
		"more than all":                  {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: 1e6, Top: 1.1})}, []blindindex.Rule{blindindex.Declared}},
		"no end of values":               {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: math.Inf(1), Even: true})}, []blindindex.Rule{blindindex.Declared}},
		"fewer than nobody":              {10_000, []blindindex.Index{index("x", 8, blindindex.Input{Name: "x", Values: 1e6, Top: 0.1, Together: -1})}, []blindindex.Rule{blindindex.Declared}},
		"whole with bits":                {10_000, []blindindex.Index{{Name: "x", Inputs: []blindindex.Input{wide()}, Bits: 8, Whole: true}}, []blindindex.Rule{blindindex.Declared}},
	} {
		t.Run(what, func(t *testing.T) {
			plan := blindindex.Plan{Population: c.rows, Indexes: c.indexes}
			var broken []blindindex.Rule
			for _, p := range plan.Report().Problems {
				broken = append(broken, p.Rule)
				require.NotEmpty(t, p.Text)
			}
			require.Equal(t, c.broken, broken)
			err := plan.Check()
			require.Equal(t, c.broken != nil, errors.Is(err, blindindex.ErrUnsafe))
			require.Equal(t, c.broken == nil, err == nil)
			said := plan.Report().String()
			require.NotContains(t, said, "NaN")
			require.Equal(t, c.broken == nil, strings.Contains(said, "breaks no rule"))
			for _, p := range plan.Report().Problems {
				require.Contains(t, said, "Not safe: "+p.Text)
			}
		})
	}
}

// What is kept whole is no part of the sum, and a number that was given out stands out nowhere.
func TestReportOfWhole(t *testing.T) {
	r := blindindex.Plan{Population: 10_000, Indexes: []blindindex.Index{
		{Name: "phone", Inputs: []blindindex.Input{blindindex.PhoneInput()}, Whole: true},
	}}.Report()
	require.Zero(t, r.Coincidences)
	require.NotContains(t, r.String(), "truncated")
	even := blindindex.Plan{Population: 10_000, Indexes: []blindindex.Index{index("phone", 8, blindindex.PhoneInput())}}.Report()
	require.NotContains(t, even.String(), "guessed")
}

// Whatever is declared, nothing panics and no number is absurd.
func TestReportsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := blindindex.Plan{Population: rapid.Int().Draw(t, "rows")}
		for range rapid.IntRange(0, 3).Draw(t, "indexes") {
			x := blindindex.Index{Name: rapid.StringN(0, 3, 9).Draw(t, "name"), Bits: rapid.IntRange(-5, 300).Draw(t, "bits"), Whole: rapid.Bool().Draw(t, "whole")}
			for range rapid.IntRange(0, 2).Draw(t, "inputs") {
				x.Inputs = append(x.Inputs, blindindex.Input{
					Name: "x", Values: rapid.Float64().Draw(t, "values"), Top: rapid.Float64().Draw(t, "top"),
					Even: rapid.Bool().Draw(t, "even"), Together: rapid.Int().Draw(t, "together"),
				})
			}
			plan.Indexes = append(plan.Indexes, x)
		}
		plan.Room(rapid.Float64().Draw(t, "room"))
		r := plan.Report()
		if (plan.Check() == nil) != (len(r.Problems) == 0) || r.String() == "" {
			t.Fatalf("%+v", r)
		}
		for _, x := range r.Indexes {
			rows := float64(max(plan.Population, 0))
			for _, n := range []float64{x.Classes, x.Sharing, x.Frequent, x.Largest, x.False} {
				if !(n >= 0 && n <= rows*1.0000001) {
					t.Fatalf("%v of %v rows in %+v", n, rows, x)
				}
			}
		}
	})
}
