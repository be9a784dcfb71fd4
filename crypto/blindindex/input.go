package blindindex

// Input is what an index is made of, by the numbers that matter for what it gives away. The functions give those that
// most practices have, for the United States. Where the patients come from few families or from one country, names are
// more frequent: put the practice's own share into Top.
type Input struct {
	// Name says what it is, as in "surname".
	Name string
	// Values is how many values there can be, and not how many occur here.
	Values float64
	// Top is the share of the rows that have the most frequent value, between 0 and 1. It is required unless Even.
	Top float64
	// Even says that the values were given out, so that each is about as frequent as any other, as with the digits of a
	// number. What people are born with is never even.
	Even bool
	// Together is on how many rows a value may be because these people belong together, as a family has one telephone.
	// Defaults to 1.
	Together int
}

// SurnameInput is a family name, or a part of one: 162,253 were borne by a hundred people or more in the census of 2010,
// and Smith by 0.83 % of all.
func SurnameInput() Input { return Input{Name: "surname", Values: 162_253, Top: 0.0083} }

// GivenNameInput is a given name: the Social Security Administration lists some 100,000, and in the census of 1990 James
// was borne by 3.3 % of all men.
func GivenNameInput() Input { return Input{Name: "given name", Values: 100_000, Top: 0.0166} }

// BirthDateInput is a birth date: the days of a hundred years. The first of January, which is written down for who does
// not know, makes the most frequent ones.
func BirthDateInput() Input { return Input{Name: "birth date", Values: 36_525, Top: 0.0005} }

// PhoneInput is a telephone number of ten digits, which a household may share.
func PhoneInput() Input {
	return Input{Name: "phone", Values: 6_400_000_000, Even: true, Together: 6}
}

// EmailInput is an e-mail address, which a household may share.
func EmailInput() Input {
	return Input{Name: "e-mail", Values: 4_000_000_000, Even: true, Together: 6}
}

// MemberIDInput is an insurer's member id of nine digits or more, which a family may share.
func MemberIDInput() Input {
	return Input{Name: "member id", Values: 1_000_000_000, Even: true, Together: 6}
}

// LastFourInput is the last four digits of a number.
func LastFourInput() Input { return Input{Name: "last four digits", Values: 10_000, Even: true} }

const (
	// fewLived is below how many values an input that is not even may not stand alone. It lies above all the days of a
	// long life: a birth date alone is refused, and sex, status, month, year and postal code with it.
	fewLived = 1 << 16
	// fewGiven is the same for an even input. It lies below four digits and above three.
	fewGiven = 1 << 12
)

// alone reports whether an index may be made of the input by itself.
func (in Input) alone() bool {
	if in.Even {
		return in.Values >= fewGiven
	}
	return in.Values >= fewLived
}

// top returns the share of the rows that have the most frequent value.
func (in Input) top() float64 {
	if in.Even {
		return 1 / in.Values
	}
	return in.Top
}

// valid reports whether the numbers can be true. What is not a number is not.
func (in Input) valid() bool {
	return in.Name != "" && in.Values >= 2 && in.Values <= 1e300 && in.Together >= 0 &&
		(in.Even && in.Top == 0 || !in.Even && in.Top*in.Values >= 1 && in.Top <= 1)
}
