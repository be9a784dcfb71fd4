package registration

import (
	"strings"
)

// Problem is one thing that would have a registration rejected.
type Problem struct {
	Field string // as the type has it, such as "Samples[1]" or "Address.State"
	Wrong string // what is wrong, as a clause
	Mend  string // what to do about it, as a sentence
}

// String says the problem in one line. It quotes no name, number or body.
func (p Problem) String() string { return p.Field + " " + p.Wrong + ". " + p.Mend }

// Problems is the refusal of a registration that is not ready: everything that is wrong with it, in the order of its
// fields, so that it is mended once and reviewed once. It wraps [ErrInvalid].
type Problems []Problem

// Error lists all problems.
func (p Problems) Error() string {
	all := make([]string, len(p))
	for i, problem := range p {
		all[i] = problem.String()
	}
	return ErrInvalid.Error() + ": it would be rejected: " + strings.Join(all, " ")
}

// Unwrap returns [ErrInvalid].
func (p Problems) Unwrap() error { return ErrInvalid }

// err returns the problems as an error; nil where there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
