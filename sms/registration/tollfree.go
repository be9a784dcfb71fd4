package registration

import (
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/consent"
)

// OptInType is how patients opt in to a toll-free number's texts. The values are Twilio's.
type OptInType string

// The ways to opt in.
const (
	Verbal    OptInType = "VERBAL"
	WebForm   OptInType = "WEB_FORM"
	PaperForm OptInType = "PAPER_FORM"
	ViaText   OptInType = "VIA_TEXT"
	QRCode    OptInType = "MOBILE_QR_CODE"
)

// optInTypes are those that Twilio knows. The last two are none of ours: a list that was bought or imported is no consent.
func optInTypes() []OptInType {
	return []OptInType{Verbal, WebForm, PaperForm, ViaText, QRCode, "IMPORT", "IMPORT_PLEASE_REPLACE"}
}

// volumes are the estimates of messages a month that Twilio and Telnyx know.
func volumes() []string {
	return []string{
		"10", "100", "1,000", "10,000", "100,000", "250,000", "500,000", "750,000", "1,000,000", "5,000,000", "10,000,000+",
	}
}

// TollFree is what a toll-free number is verified for.
type TollFree struct {
	Brand        string // the id of the practice's registration as a brand, whose name, address and contact it has
	Notify       string // the e-mail address that the outcome is sent to
	Uses         []TollFreeUse
	Summary      string // who texts whom, and why
	Sample       string // a text as it is sent
	OptIn        OptInType
	OptInFlow    string   // how patients opt in; of [Verbal] the script that is read to them
	OptInImages  []string // pages with pictures of the opt-in, whole and with the practice's name
	Volume       string   // messages a month, such as "1,000"
	Additional   string   // whatever else a reviewer should know; may be empty
	Keywords     []string // words that opt in, of [ViaText]
	Confirmation string   // what is sent after the opt-in
	Help         string   // what answers HELP
	AgeGated     bool
	PrivacyURL   string
	TermsURL     string
}

// Categories returns what the number's texts may be.
func (t TollFree) Categories() []consent.Category { return union(t.Uses, TollFreeUse.admits) }

// Clone returns a copy that shares no memory with t.
func (t TollFree) Clone() TollFree {
	t.Uses, t.OptInImages, t.Keywords = slices.Clone(t.Uses), slices.Clone(t.OptInImages), slices.Clone(t.Keywords)
	return t
}

// Validate returns everything that would have the verification rejected, that of the brand included, as [Problems], or
// nil. What is required is what Twilio's resource Tollfree/Verifications or Telnyx's requests require; neither documents
// lengths for most fields, so their bounds here are what keeps a packet readable.
func (t TollFree) Validate(r Review) error { return t.problems(r).err() }

func (t TollFree) problems(r Review) Problems {
	var c checker
	c.text("Brand", t.Brand, 1, 64, "Name the registration of the practice as a brand.")
	for _, p := range r.Brand.problems(r) {
		if p.Field != "EIN" || r.Brand.EIN != "" { // one that is missing is missed by a dated rule
			c.add("Brand."+p.Field, p.Wrong, p.Mend)
		}
	}
	c.email("Notify", t.Notify, 500, "Give the e-mail address that the outcome is sent to.")
	if len(t.Uses) == 0 {
		c.add("Uses", "are missing", "List what the texts are for: what is not listed is not sent.")
	}
	for i, u := range t.Uses {
		one(&c, fmt.Sprintf("Uses[%d]", i), u, tollFreeUses(), "Choose what the texts are for.")
	}
	c.text("Summary", t.Summary, 40, 4096, "Say who texts whom, and why, in two or three sentences.")
	sample(&c, "Sample", t.Sample, r, t.Categories())
	t.optIn(&c)
	one(&c, "Volume", t.Volume, volumes(), "Choose how many messages a month are sent at most.")
	c.text("Additional", t.Additional, 0, 4096, "")
	keywords(&c, "OptIn", t.Keywords, "", nil)
	confirmation(&c, "Confirmation", t.Confirmation, 20, 1024, r)
	help(&c, "Help", t.Help, 20, 1024, r)
	fields := map[string]string{"PrivacyURL": t.PrivacyURL, "TermsURL": t.TermsURL}
	if r.Brand.Entity != SoleProprietor {
		fields["Brand.EIN"] = r.Brand.EIN
	}
	r.required(&c, TollFreeKind, fields)
	pages(&c, t.PrivacyURL, t.TermsURL)
	return c.found
}

func (t TollFree) optIn(c *checker) {
	const mend = "Show how patients opt in, with a picture of the page or form."
	one(c, "OptIn", t.OptIn, optInTypes(), "Choose how patients opt in.")
	if t.OptIn == "IMPORT" || t.OptIn == "IMPORT_PLEASE_REPLACE" {
		c.add("OptIn", "is an import, which is nobody's consent", "Choose how each patient opted in.")
	}
	least, say := 40, "Describe every way in which patients opt in, with the page or the form where they do."
	if t.OptIn == Verbal {
		say = "Give the script that is read to patients, word for word (Twilio's error 30511)."
	}
	c.text("OptInFlow", t.OptInFlow, least, 4096, say)
	if len(t.OptInImages) == 0 {
		c.add("OptInImages", "are missing", mend)
	}
	for i, s := range t.OptInImages {
		c.link(fmt.Sprintf("OptInImages[%d]", i), s, 2048, mend)
	}
	if t.OptIn == ViaText && len(t.Keywords) == 0 {
		c.add("Keywords", "are missing", "List the words that patients text to opt in.")
	}
}
