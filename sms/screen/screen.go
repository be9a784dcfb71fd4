package screen

// Class is what kind of thing a text must not carry.
type Class string

// The classes of findings.
const (
	Health    Class = "health"    // a condition, a treatment, a tooth, a drug, money owed, an insurer, a result, an identifier
	Person    Class = "person"    // says which of a family's patients it is about
	Shaft     Class = "shaft"     // sex, hate, alcohol, firearms, tobacco
	Forbidden Class = "forbidden" // what carriers refuse besides: public shorteners, prescription promotion, gambling, lending
	Link      Class = "link"      // a link that carries something about a person
	Reserved  Class = "reserved"  // a reserved word such as CANCEL, YES or STOP offered as the answer to something else
	Promotion Class = "promotion" // it advertises
	Nameless  Class = "nameless"  // it does not say which practice sends it
	Endless   Class = "endless"   // it does not say how to end the texts
)

// Finding is what a text carries that it must not, and where.
type Finding struct {
	Class Class  `json:"class"`
	What  string `json:"what,omitzero"`  // the kind within the class, such as "tooth" or "drug"
	Words string `json:"words,omitzero"` // the words as they stand in the text
	Start int    `json:"start"`          // where they begin, in bytes of the text
	End   int    `json:"end"`            // where they end, in bytes; both are zero for what is missing
}
