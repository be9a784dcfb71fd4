package consent

import "strconv"

// sentences are what a permission says of a basis, in a practice's own words.
type sentences struct{ agreed, again, expired, idle string }

func sentencesOf(label string) sentences {
	return sentences{
		agreed:  "The patient agreed (" + label + ").",
		again:   "The patient texted START; the earlier consent (" + label + ") holds again.",
		expired: "The consent on record (" + label + ") has expired.",
		idle:    "The consent on record (" + label + ") permits no such texts.",
	}
}

// said holds the sentences that are known beforehand: a check before every text builds none.
var said = func() map[Basis]sentences {
	all := map[Basis]sentences{}
	for basis, label := range labels {
		all[basis] = sentencesOf(label)
	}
	return all
}()

var labels = map[Basis]string{
	SignedAgreement: "signed agreement",
	WebForm:         "web form",
	OfficeDocument:  "document signed in the office",
	NumberInCare:    "number given in care",
	Verbal:          "said to staff",
	OwnText:         "the patient wrote first",
	Purchase:        "purchase",
	Inquiry:         "inquiry",
	Import:          "import",
}

func say(b Basis) sentences {
	if s, ok := said[b]; ok {
		return s
	}
	return sentencesOf(string(b))
}

// label says a basis in a practice's own words.
func label(b Basis) string {
	if l, ok := labels[b]; ok {
		return l
	}
	return string(b)
}

var stops = func() map[Channel]string {
	all := map[Channel]string{}
	for _, c := range []Channel{ByText, ByCall, ByEmail, ByDesk, ByPortal, ByMail, ByProvider} {
		all[c] = "The patient said stop (" + string(c) + ")."
	}
	return all
}()

func stoppedBy(c Channel) string {
	if s, ok := stops[c]; ok {
		return s
	}
	return "The patient said stop (" + string(c) + ")."
}

func endedBy(c Cause) string {
	switch c {
	case Deactivated:
		return "The number was taken out of service; what was given for it counts no more."
	case Landline:
		return "The number is a landline, which takes no texts."
	case WrongNumber:
		return "Whoever holds the number says that it is not the patient's."
	}
	return "The number has another holder; consent is never transferred."
}

// unwritten says why nothing permits texts of a category to a number of which nothing is on record.
func (v *view) unwritten(c Category) string {
	if own := v.profile.rule(OwnText, v.moment); c == Conversational && own != nil && len(own.Permits) > 0 {
		return "The patient has not written first; a text of the patient's permits answers " + own.Lasts.String() + "."
	}
	return "No consent is on record."
}

// over says that the time of a consent is over, and of a patient's own text how long it was.
func (v *view) over(b Basis) string {
	if own := v.profile.rule(b, v.moment); b == OwnText && own != nil {
		return "The patient's last text permitted answers " + own.Lasts.String() + ", and that is over."
	}
	return say(b).expired
}

// String says how long a period is, counted from the day on which it begins.
func (p Period) String() string {
	switch p {
	case Period{}:
		return "from then on"
	case Period{Days: 1}:
		return "until the end of the next day"
	}
	said := "for"
	if p.Months > 0 {
		said += " " + strconv.Itoa(p.Months) + " months"
	}
	if p.Months > 0 && p.Days > 0 {
		said += " and"
	}
	if p.Days > 0 {
		said += " " + strconv.Itoa(p.Days) + " days"
	}
	return said
}
