package blindindex_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

// token is a truncated index under a fixed key, so that what is counted is the same in every run.
func token(value string, bits int) string {
	mac := hmac.New(sha256.New, []byte("a key of these tests alone"))
	mac.Write([]byte(value))
	return string(blindindex.Truncate(mac.Sum(nil), bits))
}

// surnames draws rows of surnames as people bear them: the n-th most frequent about 1/n as often as the first.
func surnames(rows int) (values []string, top float64) {
	const many = 20_000
	var sums []float64
	sum := 0.0
	for i := range many {
		sum += 1 / (float64(i) + 12)
		sums = append(sums, sum)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range rows {
		at := random.Float64() * sum
		rank := 0
		for sums[rank] < at {
			rank++
		}
		values = append(values, fmt.Sprint("surname ", rank))
	}
	return values, 1 / 12.0 / sum
}

// even draws rows of numbers, each as likely as any other.
func even(rows, values int) []string {
	random := rand.New(rand.NewPCG(3, 4))
	var drawn []string
	for range rows {
		drawn = append(drawn, fmt.Sprintf("%04d", random.IntN(values)))
	}
	return drawn
}

// counted is what a table really shows.
type counted struct {
	classes  float64
	sharing  float64 // other rows that have a row's token, on average
	largest  float64 // rows that have the most frequent value's token
	frequent float64
	false    float64 // rows found by a value that nobody has, on average over searches
	sigma    float64 // how far that average may well be off, by chance
}

func countTokens(values []string, bits int) counted {
	tokens, names := map[string]float64{}, map[string]float64{}
	top := ""
	for _, v := range values {
		tokens[token(v, bits)]++
		if names[v]++; names[v] > names[top] {
			top = v
		}
	}
	c := counted{classes: float64(len(tokens)), largest: tokens[token(top, bits)], frequent: names[top]}
	for _, n := range tokens {
		c.sharing += n * (n - 1) / float64(len(values))
	}
	const searches = 2_000
	for i := range searches {
		c.false += tokens[token(fmt.Sprint("nobody ", i), bits)] / searches
	}
	// A row's value falls into the token with the chance q, and all rows of a value do together.
	q := math.Exp2(-float64(bits))
	for _, n := range names {
		c.sigma += n * n * q * (1 - q)
	}
	c.sigma = math.Sqrt(c.sigma) / math.Sqrt(searches)
	return c
}

func TestPredictionsAreWhatIsCounted(t *testing.T) {
	for _, rows := range []int{2_000, 10_000, 50_000} {
		names, top := surnames(rows)
		least, most := blindindex.Plan{Population: rows}.Room(20_000)
		for _, c := range []struct {
			input  blindindex.Input
			values []string
		}{
			{blindindex.Input{Name: "surname", Values: 70_000, Top: top}, names},
			{blindindex.LastFourInput(), even(rows, 10_000)},
			{blindindex.PhoneInput(), even(rows, 1<<40)},
		} {
			for _, bits := range []int{least, (least + most) / 2, most} {
				t.Run(fmt.Sprint(rows, " ", c.input.Name, " ", bits), func(t *testing.T) {
					plan := blindindex.Plan{Population: rows, Indexes: []blindindex.Index{index("x", bits, c.input)}}
					said, got := plan.Report().Indexes[0], countTokens(c.values, bits)
					require.InDelta(t, said.False, got.false, 4*got.sigma+1e-9, "rows that were not looked for")
					require.LessOrEqual(t, got.classes, said.Classes+4*math.Sqrt(said.Classes), "groups")
					require.GreaterOrEqual(t, got.sharing, 0.9*said.Sharing, "rows that share a token: uneven values make more")
					if c.input.Even {
						require.InEpsilon(t, said.Sharing, got.sharing, 0.1)
						require.InEpsilon(t, said.Classes, got.classes, 0.3)
						return
					}
					require.InDelta(t, said.Frequent, got.frequent, 4*math.Sqrt(said.Frequent), "the most frequent value")
					spread := got.sigma * math.Sqrt(2_000)
					require.InDelta(t, said.Largest, got.largest, 4*spread, "its group")
				})
			}
		}
	}
}

// Two indexes together tell rows apart as far as their bits add up, when their values do not depend on each other.
func TestCoincidencesAreWhatIsCounted(t *testing.T) {
	const rows = 20_000
	plan := blindindex.Plan{Population: rows, Indexes: []blindindex.Index{
		index("phone", 4, blindindex.PhoneInput()), index("e-mail", 5, blindindex.EmailInput()),
	}}
	require.NoError(t, plan.Check())
	random := rand.New(rand.NewPCG(5, 6))
	groups := map[string]float64{}
	for range rows {
		groups[token(fmt.Sprint("phone", random.Uint64()), 4)+token(fmt.Sprint("e-mail", random.Uint64()), 5)]++
	}
	shared := 0.0
	for _, n := range groups {
		shared += n * (n - 1) / rows
	}
	require.InEpsilon(t, plan.Report().Coincidences, shared, 0.05)
}
