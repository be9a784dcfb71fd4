package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
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

// written reports whether a basis is one of the three that the promise names.
func (b Basis) written() bool {
	return b == SignedAgreement || b == WebForm || b == OfficeDocument
}

// Evidence is what proves a fact. Which fields a grant must carry depends on its basis; see [Rule].
type Evidence struct {
	Wording        string // the text that was shown, exactly
	Language       string // of the wording, as a BCP 47 tag such as "en" or "es"
	Signature      string // where the vendor keeps the signature
	Document       string // where the vendor keeps the signed document or its image
	Address        string // the network address a web form came from
	Browser        string // the User-Agent a web form came from
	Staff          string // the member of staff who took it, by the vendor's user id
	Representative string // who signed for the patient, where somebody did
	Words          string // what the patient wrote or said, in a revocation or a confirmation
	Message        string // the id of the text that carried the words
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

// valid refuses text that Postgres cannot hold, or that is no evidence but a file.
func (e Evidence) valid() error {
	for _, field := range []struct{ name, value string }{
		{"wording", e.Wording},
		{"language", e.Language},
		{"signature", e.Signature},
		{"document", e.Document},
		{"address", e.Address},
		{"browser", e.Browser},
		{"staff", e.Staff},
		{"representative", e.Representative},
		{"words", e.Words},
		{"message", e.Message},
	} {
		if err := form.Text(ErrInvalid, "the evidence's "+field.name, field.value, 16<<10, false); err != nil {
			return err
		}
	}
	return nil
}
