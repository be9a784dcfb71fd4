package consent

// Category is what kind of text a consent permits. Consent to one never covers another.
type Category string

// The categories, as the CTIA Messaging Principles (May 2023, section 3) name them.
const (
	Transactional  Category = "transactional"  // reminders, confirmations, appointment information
	Conversational Category = "conversational" // answers within a conversation that the patient began
	Promotional    Category = "promotional"    // services and offers
)

// Categories returns all categories in a fixed order.
func Categories() []Category { return []Category{Transactional, Conversational, Promotional} }

func (c Category) valid() bool {
	return c == Transactional || c == Conversational || c == Promotional
}

// Use is what a permission is asked for.
type Use struct {
	Category Category
	Sender   string // the number of ours that would text; empty: only what permits every sender counts
	Patient  string // whose appointment or account the text is about, the vendor's id; empty: nobody's in particular
}
