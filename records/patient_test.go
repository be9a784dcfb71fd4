package records

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

func TestTerms(t *testing.T) {
	p := Patient{
		ID: "p", Name: Name{Family: "García Márquez", Given: "Zoë"}, Birth: Date{Year: 1984, Month: time.July, Day: 2}, Email: "Zoe@Example.COM",
		Phones: []Phone{{Number: "(212) 555-0100"}, {Number: "+1 212 555 0100"}, {Number: "call the school "}, {Number: "call the school"}},
	}.settled()
	require.Equal(t, []Term{
		{ByName, blindindex.Compound("garcia marquez", "zoe", "1984-07-02")},
		{ByName, blindindex.Compound("garcia", "zoe", "1984-07-02")},
		{ByName, blindindex.Compound("marquez", "zoe", "1984-07-02")},
		{ByName, blindindex.Compound("garcia marquez", "zoe", "1984-07-02", "p", "3")},
		{ByPhone, "+12125550100"},
		{ByPhone, "call the school"},
		{ByEmail, "zoe@example.com"},
	}, Terms(p))
	require.Equal(t, Term{ByName, blindindex.Compound("", "ada", "")}, Terms(Patient{Name: Name{Given: "Ada"}})[0])
}

// How many terms a name has must not tell what kind of name it is, and no name finds a term that only fills up.
func TestNamesHaveEquallyManyTerms(t *testing.T) {
	for _, n := range []Name{
		{Given: "Ada"},
		{Family: "Kreiger"},
		{Family: "van der Berg", Given: "Ann"},
		{Family: "García Márquez", Given: "Ann"},
		{Family: "García de la Cruz", Given: "Ann"},
		{Family: "Von und zu Smith-Jones Brown Miller", Given: "Ann"},
	} {
		terms := Terms(Patient{ID: "p", Name: n})
		require.Len(t, terms, nameTerms)
		slices.SortFunc(terms, func(a, b Term) int { return strings.Compare(a.Value, b.Value) })
		require.Len(t, slices.Compact(terms), nameTerms, "each once")
		require.Contains(t, terms, nameTerm(n, Date{}))
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Patient{ID: rapid.String().Draw(t, "id"), Name: Name{Family: rapid.String().Draw(t, "family")}}
		q := nameTerm(Name{rapid.String().Draw(t, "asked"), rapid.String().Draw(t, "given")}, Date{})
		if families, err := blindindex.Surnames(p.Name.Family); err == nil {
			for _, filler := range Terms(p)[min(len(families), nameTerms):] {
				if filler == q {
					t.Fatal("a term that only fills up was asked for")
				}
			}
		}
	})
}

// The indexes on a patient's row are kept whole. That is safe only while each is nearly unique: a name alone or a birth
// date alone would not be. What is indexed in addition belongs into this plan.
func TestWhatTheIndexesGiveAway(t *testing.T) {
	for _, patients := range []int{500, 2_000, 10_000, 50_000, 250_000} {
		plan := blindindex.Plan{Population: patients, Indexes: []blindindex.Index{
			{Name: string(ByPhone), Inputs: []blindindex.Input{blindindex.PhoneInput()}, Whole: true},
			{Name: string(ByEmail), Inputs: []blindindex.Input{blindindex.EmailInput()}, Whole: true},
		}}
		name := []blindindex.Input{blindindex.SurnameInput(), blindindex.GivenNameInput(), blindindex.BirthDateInput()}
		for i := range nameTerms {
			plan.Indexes = append(plan.Indexes, blindindex.Index{Name: fmt.Sprint(ByName, " ", i), Inputs: name, Whole: true})
		}
		require.NoError(t, plan.Check())
	}
	for _, alone := range []blindindex.Input{blindindex.SurnameInput(), blindindex.BirthDateInput()} {
		plan := blindindex.Plan{Population: 10_000, Indexes: []blindindex.Index{
			{Name: "alone", Inputs: []blindindex.Input{alone}, Whole: true},
		}}
		require.ErrorIs(t, plan.Check(), blindindex.ErrUnsafe)
	}
}

func TestPhonesAreKeptAndJudged(t *testing.T) {
	for _, c := range []struct {
		given Phone
		want  Phone
	}{
		{Phone{Number: "(512) 555-0142"}, Phone{Number: "+15125550142", Textable: true}},
		{Phone{Number: "512.555.0142", Use: Mobile, Why: "from before"}, Phone{Number: "+15125550142", Use: Mobile, Textable: true}},
		{Phone{Number: "512.555.0142", Use: Old, Textable: true}, Phone{Number: "+15125550142", Use: Old, Why: "it is no longer in use"}},
		{Phone{Number: "555-767-7476", Textable: true}, Phone{Number: "555-767-7476", Why: "its area code is not in use"}},
		{Phone{Number: "ask mother"}, Phone{Number: "ask mother", Why: "it is not written like a telephone number"}},
		{Phone{Number: "1-900-555-0142"}, Phone{Number: "+19005550142", Why: "texts to it are charged at a premium"}},
	} {
		require.Equal(t, c.want, c.given.settled())
		require.Equal(t, c.want, c.want.settled(), "settled twice")
	}
	none := Patient{Phones: []Phone{{Number: "ask mother"}, {Number: "512.555.0142", Use: Old}}}.settled()
	require.Empty(t, none.Number())
	second := Patient{Phones: append(none.Phones, Phone{Number: "5125550143"})}.settled()
	require.Equal(t, "+15125550143", second.Number())
}

func TestEmails(t *testing.T) {
	for _, good := range []string{"a@b", "zoë@example.com", "a+b@example.co.uk", "o'neil@example.com"} {
		require.True(t, ValidEmail(good), good)
	}
	for _, bad := range []string{"", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b, c@d", "<a@b>", "a@b\n", strings.Repeat("a", 250) + "@b.de", "a\xff@b"} {
		require.False(t, ValidEmail(bad), bad)
	}
}
