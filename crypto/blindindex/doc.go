// Package blindindex makes values ready to be found again behind a blind index, and says beforehand what that index
// gives away. It has no keys: the index itself is [crypto.Keyring.Index] of what this package returns. It needs the
// standard library alone.
//
//	families, err := blindindex.Surnames("García Márquez") // garcia marquez, garcia, marquez
//	birth, err := blindindex.Birth("1984-07-02")
//	for _, family := range families {
//		index, err := keyring.Index(ctx, "elm-street", "patient.name_birth/1", blindindex.Compound(family, birth))
//		// a row of the index table: the index, and the patient's id
//	}
//
// Who searches, normalises what was typed by the same function, and asks for the rows that have any of
// [crypto.Keyring.Indexes] of it.
//
// # Normal forms
//
// A blind index finds equal bytes. So whatever people write in several ways is brought into one form first, both when it
// is kept and when it is asked for: [Name], [Surnames], [Birth], [Phone], [Email], [MemberID], [LastFour]. The rules are
// with each function. They join what one person writes in several ways, and as little else as can be: what a normal form
// has joined, no comparison of normal forms parts again, and only the people at the desk can.
//
// Each function has a version. What has been indexed was normalised by its rules, so rules never change under a version.
// Put the version into the kind that you index under, as in "patient.email/1": when it is raised, index everything anew
// under the new kind, and search both until that is done.
//
// Several values that are indexed together are joined by [Compound].
//
// # What an index gives away
//
// Whoever reads a table sees which rows have the same index, and so the same value. They do not see which value. But
// where some values are known to be frequent, the largest groups of rows can be guessed; and where there are few values,
// people who are known give the others away. Two things help:
//
//   - A compound of a value with one that differs from row to row, such as a name with a birth date. Nearly every row
//     is by itself, and there is nothing to count. Such an index may be kept whole.
//   - Truncation: of the index so few bits are kept ([Truncate]) that rows with different values share them. A search
//     then returns rows that were not looked for. Decrypt what is found, normalise and compare it, and drop the others
//     before anybody sees them, before the search is logged, and before a page is cut.
//
// How many bits, is decided by a [Plan] of all indexes on a row. Of R rows, C = R / 2^sum(min(L, K)) share all tokens
// with any one, where L is how many bits an index keeps and K the binary logarithm of how many values there are. C is to
// be at least 2, so that no row is alone, and at most the square root of R, beyond which searches become slow and nobody
// is hidden better. For a single index that means:
//
//	rows       bits
//	2,000      6 to 10
//	10,000     7 to 13
//	50,000     8 to 15
//	250,000    9 to 17
//
// What has few values is refused alone, however few bits are kept: sex, status, month, birth date. So is a population
// under 16. Put the plan beside the schema and [Plan.Check] into a test, so that an index which somebody adds next year
// fails the build; [Plan.Report] says in sentences what the reviewers of that test agree to.
//
// The plan knows what it is told. It cannot know that a surname is common in one town, that two inputs of a compound
// depend on each other, or what an attacker learns who may write rows through the application and look at their tokens.
//
// # Errors
//
// [ErrInvalid] for a value that has no normal form, [ErrUnsafe] for a plan. No error holds a value.
//
// # Compatibility
//
// The same input has the same normal form in every release, as long as the function's version is the same. Letters that
// a later Unicode adds may be an exception.
//
// The planner's coincidences and its recommendations are those of CipherSweet's FieldIndexPlanner, except that it
// recommends nothing where nothing is left. The rules on inputs that may not stand alone and on whole indexes are ours.
//
// [crypto.Keyring.Index]: https://pkg.go.dev/github.com/enamel-go/enamel/crypto#Keyring.Index
// [crypto.Keyring.Indexes]: https://pkg.go.dev/github.com/enamel-go/enamel/crypto#Keyring.Indexes
package blindindex
