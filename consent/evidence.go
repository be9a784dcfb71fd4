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
// documentation". The others are recorded for what they are. Under the [Promised] profile they permit nothing, but that a
// patient's own text permits the answer to it.
const (
	SignedAgreement Basis = "signed_agreement"
	WebForm         Basis = "web_form"
	OfficeDocument  Basis = "office_document"
	NumberInCare    Basis = "number_in_care" // the patient gave the number in the course of care
	Verbal          Basis = "verbal"         // said to a member of staff
	OwnText         Basis = "own_text"       // the patient wrote first
	Purchase        Basis = "purchase"       // CASL: an existing business relationship, by a purchase or a contract
	Inquiry         Basis = "inquiry"        // CASL: an existing business relationship, by an inquiry
	Import          Basis = "import"         // taken over from another system without its evidence
)

// written reports whether a basis is one of the three that the promise names.
func (b Basis) written() bool {
	return b == SignedAgreement || b == WebForm || b == OfficeDocument
}

// implied reports whether nobody said yes: the law infers the consent from what the patient did.
func (b Basis) implied() bool { return b == OwnText || b == Purchase || b == Inquiry }

// Choice is how a patient's yes stands beside what else a form is for.
type Choice string

// The choices. Consent is tied to no purchase and to no additional service, and nobody's silence is a yes (DentTracks SMS
// Privacy Policy, section 3; 47 CFR 64.1200(f)(9)(i)(B)): only Separate is good evidence, the other two are refused.
const (
	Separate   Choice = "separate"   // by an act of its own, a box that was empty say, and the form can be sent without it
	PreChecked Choice = "prechecked" // the box was ticked when the patient came to it
	Bundled    Choice = "bundled"    // in one with another agreement, a booking, a payment or a treatment
)

// Evidence is what proves a fact. Which fields a grant must carry depends on its basis; see [Rule].
type Evidence struct {
	Wording        string // the text that was shown, exactly
	Language       string // of the wording, as a BCP 47 tag such as "en" or "es"
	Signature      string // where the vendor keeps the signature
	Document       string // where the vendor keeps the signed document or its image
	Address        string // the network address a web form came from
	Browser        string // the User-Agent a web form came from
	Staff          string // the member of staff who took it, by the vendor's user id
	Choice         Choice // how the yes was given
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
		"choice":                present(string(e.Choice)),
		"words":                 present(e.Words),
		"message":               present(e.Message),
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
		{"choice", string(e.Choice)},
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
