package registration

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Entity is what form of business a practice is. The values are the Campaign Registry's.
type Entity string

// The forms of business.
const (
	PrivateProfit  Entity = "PRIVATE_PROFIT"
	PublicProfit   Entity = "PUBLIC_PROFIT" // its shares are traded
	NonProfit      Entity = "NON_PROFIT"
	Government     Entity = "GOVERNMENT"
	SoleProprietor Entity = "SOLE_PROPRIETOR" // a person without an EIN
)

func entities() []Entity {
	return []Entity{PrivateProfit, PublicProfit, NonProfit, Government, SoleProprietor}
}

// Healthcare is the vertical of every dental practice.
const Healthcare = "HEALTHCARE"

// verticals are the Campaign Registry's, as Telnyx's API of November 2026 lists them.
func verticals() []string {
	return []string{
		"AGRICULTURE", "COMMUNICATION", "CONSTRUCTION", "EDUCATION", "ENERGY", "ENTERTAINMENT", "FINANCIAL", "GAMBLING",
		"GOVERNMENT", Healthcare, "HOSPITALITY", "HUMAN_RESOURCES", "INSURANCE", "LEGAL", "MANUFACTURING", "NGO", "POLITICAL",
		"POSTAL", "PROFESSIONAL", "REAL_ESTATE", "RETAIL", "TECHNOLOGY", "TRANSPORTATION",
	}
}

// exchanges are the stock exchanges that the Campaign Registry knows.
func exchanges() []string {
	return []string{
		"NASDAQ", "NYSE", "AMEX", "AMX", "ASX", "B3", "BME", "BSE", "FRA", "ICEX", "JPX", "JSE", "KRX", "LON", "NSE", "OMX",
		"SEHK", "SSE", "STO", "SWX", "SZSE", "TSX", "TWSE", "VSE",
	}
}

// Address is where a practice is.
type Address struct {
	Street  string
	Street2 string // suite or floor; may be empty
	City    string
	State   string // two letters
	Zip     string
	Country string // "US" or "CA"
}

// Contact is the person whom carriers may ask.
type Contact struct {
	First string
	Last  string
	Email string
	Phone string // E.164; of a sole proprietor the mobile phone that a code is sent to
}

// Brand is who texts: the practice, under its own EIN. The vendor of its software registers it as an ISV and is no brand of
// its own, for carriers ask who the patient's business is with.
type Brand struct {
	Name        string // the legal name, exactly as the tax office has it; of a sole proprietor the person's
	DisplayName string // as patients know it: samples and messages say it
	Entity      Entity
	EIN         string // nine digits, as 12-3456789 or 123456789; in Canada the Business Number; none for a sole proprietor
	Vertical    string // [Healthcare]
	Website     string
	Email       string // where patients reach the practice
	Phone       string // E.164
	Address     Address
	Contact     Contact
	StockSymbol string // of [PublicProfit] alone
	Exchange    string // of [PublicProfit] alone
}

// Review is what a registration is checked against.
type Review struct {
	// At is the moment of submission: dated rules hold from their day on.
	At time.Time
	// Provider is who it is submitted to, by name; some dates are a provider's own. Empty: all of them hold.
	Provider string
	// Brand is whose campaign or toll-free number it is: its texts must say it.
	Brand Brand
	// Rules are the dated rules. Nil means [Required].
	Rules []Rule
}

var (
	einForm = regexp.MustCompile(`^[0-9]{2}-?[0-9]{7}$`)
	bnForm  = regexp.MustCompile(`^[0-9]{9}(?: ?[A-Z]{2} ?[0-9]{4})?$`)
	usZip   = regexp.MustCompile(`^[0-9]{5}(?:-[0-9]{4})?$`)
	caZip   = regexp.MustCompile(`^[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$`)
)

// Validate returns everything that would have the brand rejected, as [Problems], or nil. Lengths are those of Telnyx's
// schema CreateBrand (November 2026), which repeats the Campaign Registry's.
func (b Brand) Validate(r Review) error { return b.problems(r).err() }

func (b Brand) problems(r Review) Problems {
	var c checker
	c.text("Name", b.Name, 1, 100, "Give the legal name exactly as on the tax office's letter.")
	c.text("DisplayName", b.DisplayName, 1, 100, "Give the name that patients know the practice by.")
	one(&c, "Entity", b.Entity, entities(), "Choose the form of business.")
	b.number(&c)
	one(&c, "Vertical", b.Vertical, verticals(), "A dental practice is "+Healthcare+".")
	c.link("Website", b.Website, 100, "Give the practice's own website.")
	c.email("Email", b.Email, 100, "Give the address at which patients reach the practice.")
	c.phone("Phone", b.Phone, "Give the practice's phone number.")
	b.Address.problems(&c)
	c.text("Contact.First", b.Contact.First, 1, 100, "Name a person whom the carriers may ask.")
	c.text("Contact.Last", b.Contact.Last, 1, 100, "Name a person whom the carriers may ask.")
	c.email("Contact.Email", b.Contact.Email, 100, "Give the contact's e-mail address.")
	c.phone("Contact.Phone", b.Contact.Phone, "Give the contact's phone number.")
	if b.Entity == PublicProfit {
		c.text("StockSymbol", b.StockSymbol, 1, 10, "Give the symbol of the shares.")
		one(&c, "Exchange", b.Exchange, exchanges(), "Choose the exchange on which the shares are traded.")
	} else if b.StockSymbol != "" || b.Exchange != "" {
		c.add("StockSymbol", "is given for a business whose shares are not traded", "Leave it and the exchange out.")
	}
	return c.found
}

// number checks the EIN.
func (b Brand) number(c *checker) {
	digits := strings.ReplaceAll(b.EIN, "-", "")
	switch {
	case b.Entity == SoleProprietor && b.EIN != "":
		c.add("EIN", "is given for a sole proprietor", "A practice with an EIN registers as a business; leave it out otherwise.")
	case b.Entity == SoleProprietor:
	case b.EIN == "":
		c.add("EIN", "is missing", "Give the employer identification number of the practice, not the vendor's.")
	case !einForm.MatchString(b.EIN) && b.Address.Country != "CA":
		c.add("EIN", "is not nine digits", "Copy it from the tax office's letter, as 12-3456789.")
	case !einForm.MatchString(b.EIN) && !bnForm.MatchString(b.EIN):
		c.add("EIN", "is no Business Number", "Give its nine digits, as 123456789, or with the account, as 123456789RC0001.")
	case strings.Trim(digits, digits[:1]) == "":
		c.add("EIN", "is one digit all over", "Copy it from the tax office's letter.")
	}
}

func (a Address) problems(c *checker) {
	c.text("Address.Street", a.Street, 1, 100, "Give street and house number.")
	c.text("Address.Street2", a.Street2, 0, 100, "")
	c.text("Address.City", a.City, 1, 100, "Give the city.")
	switch a.Country {
	case "US":
		one(c, "Address.State", a.State, letters(states()), "Give the State's two letters, such as TX.")
		if !usZip.MatchString(a.Zip) {
			c.add("Address.Zip", "is no ZIP code", "Give five digits.")
		}
	case "CA":
		one(c, "Address.State", a.State, letters(provinces()), "Give the province's two letters, such as ON.")
		if !caZip.MatchString(a.Zip) {
			c.add("Address.Zip", "is no postal code", "Give it as A1A 1A1.")
		}
	default:
		c.add("Address.Country", "is neither US nor CA", "Numbers of the United States are registered for practices there or in Canada.")
	}
}

// names are what a text may call the practice.
func (b Brand) names() []string {
	return slices.DeleteFunc([]string{b.DisplayName, b.Name}, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// says reports whether a text says who sends it.
func (b Brand) says(text string) bool {
	return slices.ContainsFunc(b.names(), func(name string) bool { return has(text, name) })
}
