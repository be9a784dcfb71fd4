package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Basis is how a consent was given.
type Basis string

// The bases. The first three are the promise's own: "signed agreements, opt-in via web forms, or in-office
// documentation". The others are recorded for what they are and permit nothing under the [Promised] profile.
const (
	SignedAgreement Basis = "signed_agreement"
	WebForm         Basis = "web_form"
	OfficeDocument  Basis = "office_document"
	NumberInCare    Basis = "number_in_care" // the patient gave the number in the course of care
	Verbal          Basis = "verbal"         // said to a member of staff
	Import          Basis = "import"         // taken over from another system without its evidence
)

// Evidence is what proves a fact. Which fields a grant must carry depends on its basis; see [Rule].
type Evidence struct {
	Wording   string // the text that was shown, exactly
	Language  string // of the wording, as a BCP 47 tag such as "en" or "es"
	Signature string // where the vendor keeps the signature
	Document  string // where the vendor keeps the signed document or its image
	Address   string // the network address a web form came from
	Browser   string // the User-Agent a web form came from
	Staff     string // the member of staff who took it, by the vendor's user id
	Guardian  string // who signed for the patient, where somebody did
	Words     string // what the patient wrote or said, in a revocation or a confirmation
	Message   string // the id of the text that carried the words
}

// Hash returns the SHA-256 of the wording in hexadecimal, or "" where no wording was shown.
func (e Evidence) Hash() string {
	if e.Wording == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(e.Wording))
	return hex.EncodeToString(sum[:])
}

// fields names what of the evidence is there, by the names that a [Rule] uses.
func (e Evidence) fields() map[string]bool {
	present := func(s string) bool { return strings.TrimSpace(s) != "" }
	return map[string]bool{
		"wording":               present(e.Wording),
		"language":              present(e.Language),
		"signature or document": present(e.Signature) || present(e.Document),
		"document":              present(e.Document),
		"address":               present(e.Address),
		"browser":               present(e.Browser),
		"staff":                 present(e.Staff),
	}
}

// Rule says what a basis needs and permits, from a day on.
type Rule struct {
	ID        string
	Basis     Basis
	Effective time.Time  // UTC; a grant is judged by the newest rule in effect at its claimed time
	Needs     []string   // evidence without which the grant is refused
	Permits   []Category // what the grant permits; empty: it is recorded and permits nothing
	Source    string
}

// Profile is a named set of rules. A vendor who names a profile wider than [Promised] no longer keeps the promise that
// only written consent permits a text.
type Profile struct {
	Name  string
	Rules []Rule
}

// Promised returns the default profile: consent is express and written, by one of the three methods that the policy
// names, each with its evidence. Nothing else permits a text.
func Promised() Profile {
	const policy = "DentTracks SMS Privacy Policy, section 2; 47 CFR 64.1200(f)(9)"
	all := Categories()
	return Profile{Name: "promised", Rules: []Rule{
		{ID: "signed-agreement-1", Basis: SignedAgreement, Needs: []string{"wording", "language", "signature or document"}, Permits: all, Source: policy},
		{ID: "web-form-1", Basis: WebForm, Needs: []string{"wording", "language", "address", "browser"}, Permits: all, Source: policy},
		{ID: "office-document-1", Basis: OfficeDocument, Needs: []string{"wording", "language", "document", "staff"}, Permits: all, Source: policy},
		{ID: "number-in-care-1", Basis: NumberInCare, Source: policy},
		{ID: "verbal-1", Basis: Verbal, Source: policy},
		{ID: "import-1", Basis: Import, Source: policy},
	}}
}

// rule returns the newest rule for basis in effect at the moment, or false when the profile knows no such basis.
func (p Profile) rule(basis Basis, at time.Time) (Rule, bool) {
	var newest Rule
	found := false
	for _, r := range p.Rules {
		if r.Basis != basis || r.Effective.After(at) {
			continue
		}
		if !found || r.Effective.After(newest.Effective) {
			newest, found = r, true
		}
	}
	return newest, found
}

// missing returns what r needs and e lacks, in the rule's order.
func (r Rule) missing(e Evidence) []string {
	present := e.fields()
	return slices.DeleteFunc(slices.Clone(r.Needs), func(need string) bool { return present[need] })
}
