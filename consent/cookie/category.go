package cookie

import "slices"

// Category is what a cookie is for. The four are the policy's (MyDentalPMS Privacy Policy, section 7).
type Category string

// The categories.
const (
	Session    Category = "session"    // needed for the site to work, and to know who is signed in
	Security   Category = "security"   // keeps out who has no access, and notices what is suspicious
	Analytics  Category = "analytics"  // tells how the site is used
	Preference Category = "preference" // remembers what a visitor likes
)

// Categories returns all of them.
func Categories() []Category { return []Category{Session, Security, Analytics, Preference} }

// Optional returns the categories that a visitor chooses, in the order in which a [Choice] holds them.
func Optional() []Category { return []Category{Analytics, Preference} }

// Necessary reports whether cookies of the category are always on, so that nobody is asked.
func (c Category) Necessary() bool { return c == Session || c == Security }

func (c Category) valid() bool { return slices.Contains(Categories(), c) }
