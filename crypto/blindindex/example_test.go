package blindindex_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/blindindex"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// A patient is found by either surname, together with the birth date.
func Example() {
	ctx := context.Background()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	index := func(family, birth string) (string, error) {
		value := blindindex.Compound(family, birth)
		sum, err := keyring.Index(ctx, "elm-street", "patient.name_birth/1", value)
		return hex.EncodeToString(sum), err
	}

	// When the patient is kept: a row for each.
	families, err := blindindex.Surnames("García Márquez")
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := map[string]string{}
	for _, family := range families {
		key, err := index(family, "1984-07-02")
		if err != nil {
			fmt.Println(err)
			return
		}
		rows[key] = "p-204"
	}

	// When somebody asks.
	for _, typed := range []string{"GARCIA", "Marquez", "garcia-marquez", "Garcés"} {
		family, err := blindindex.Name(typed)
		if err != nil {
			fmt.Println(err)
			return
		}
		key, err := index(family, "1984-07-02")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %q\n", typed, rows[key])
	}
	// Output:
	// GARCIA: "p-204"
	// Marquez: "p-204"
	// garcia-marquez: "p-204"
	// Garcés: ""
}

// A surname alone is found by few bits, and what else they find is dropped.
func ExampleTruncate() {
	ctx := context.Background()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	token := func(surname string) (string, error) {
		index, err := keyring.Index(ctx, "elm-street", "patient.surname/1", surname)
		return string(blindindex.Truncate(index, 2)), err
	}
	patients := []string{"Müller", "Kreiger", "Weber", "O'Neil", "García", "Muller", "Nguyễn", "Smith"}
	rows := map[string][]string{} // what is kept of them is sealed; here it is not
	for _, name := range patients {
		surname, err := blindindex.Name(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		key, err := token(surname)
		if err != nil {
			fmt.Println(err)
			return
		}
		rows[key] = append(rows[key], name)
	}
	key, err := token("muller")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, candidate := range rows[key] {
		// Opened, the candidate is compared as it is found: in its normal form.
		if surname, err := blindindex.Name(candidate); err == nil && surname == "muller" {
			fmt.Println(candidate)
		}
	}
	// Output:
	// Müller
	// Muller
}

func ExamplePlan() {
	plan := blindindex.Plan{Population: 10_000, Indexes: []blindindex.Index{
		{Name: "surname", Inputs: []blindindex.Input{blindindex.SurnameInput()}, Bits: 8},
		{Name: "phone", Inputs: []blindindex.Input{blindindex.PhoneInput()}, Whole: true},
	}}
	fmt.Print(plan.Report())

	// Next year somebody adds another, and the build fails.
	plan.Indexes = append(plan.Indexes, blindindex.Index{
		Name: "birth date", Inputs: []blindindex.Input{blindindex.BirthDateInput()}, Bits: 8,
	})
	fmt.Println(plan.Check())
	// Output:
	// 10,000 rows are indexed under one key.
	// surname keeps 8 bits: whoever reads the table sees at most 256 groups, and a row among about 39 others.
	// surname: a search decrypts about 39 rows that were not looked for, and drops them.
	// surname: the most frequent value is on about 83 rows, whose group of 122 stands out: it can be guessed.
	// phone is kept whole: whoever reads the table sees which rows have the same value, about 6 at most.
	// In all truncated indexes together a row is the same as about 39: it may be anybody among them.
	// The plan breaks no rule.
	// blindindex: the plan is not safe: birth date has too few values to be indexed without another input that has more
	// blindindex: the plan is not safe: the indexes keep too many bits: a row is the same as 0.2 others in all of them, and 2 should be
}

func ExamplePlan_Room() {
	for _, rows := range []int{2_000, 10_000, 50_000, 250_000} {
		least, most := blindindex.Plan{Population: rows}.Room(math.Inf(1))
		fmt.Printf("%7d rows: %d to %d bits\n", rows, least, most)
	}
	// Beside an index of eight bits there is less room.
	beside := blindindex.Plan{Population: 10_000, Indexes: []blindindex.Index{
		{Name: "surname", Inputs: []blindindex.Input{blindindex.SurnameInput()}, Bits: 8},
	}}
	fmt.Println(beside.Room(blindindex.LastFourInput().Values))
	// Output:
	//    2000 rows: 6 to 10 bits
	//   10000 rows: 7 to 13 bits
	//   50000 rows: 8 to 15 bits
	//  250000 rows: 9 to 17 bits
	// 1 5
}

func ExampleSurnames() {
	for _, name := range []string{"García de la Cruz", "O’Neill-Smith", "Kreiger Jr."} {
		forms, err := blindindex.Surnames(name)
		fmt.Printf("%q %v\n", forms, err)
	}
	_, err := blindindex.Surnames("?")
	fmt.Println(err)
	// Output:
	// ["garcia de la cruz" "garcia" "cruz" "de la cruz"] <nil>
	// ["oneill smith" "oneill" "smith"] <nil>
	// ["kreiger jr" "kreiger"] <nil>
	// blindindex: invalid: the name holds no letter
}
