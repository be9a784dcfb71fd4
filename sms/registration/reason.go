package registration

import (
	"cmp"
	"strconv"
	"strings"
)

// Advice is a provider's code in words that a practice manager can act on.
type Advice struct {
	What string // what was found, as a sentence
	Do   string // what to do, as a sentence
}

// String returns both sentences.
func (a Advice) String() string { return strings.TrimSpace(a.What + " " + a.Do) }

// Explain says what a provider's code means. A code that is not known here is explained by the provider's own words.
// Sources are the pages of Twilio's error codes; of 30440 to 30449 only that they are rejections of a toll-free
// verification is taken from there, and what to look at is said in the provider's own reason.
func Explain(code, reason string) Advice {
	n, _ := strconv.Atoi(code)
	for _, a := range advice() {
		if n >= a.from && n <= a.to {
			return a.Advice
		}
	}
	return Advice{
		What: cmp.Or(sentence(reason), "The provider gave no reason that is known here."),
		Do:   "Mend what it says, write the registration anew and submit it again, or ask the provider's support.",
	}
}

func sentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

type codes struct {
	from, to int
	Advice
}

func advice() []codes {
	const (
		forbidden = "It was taken for a kind of business that may not text."
		unfit     = "If the practice does nothing of that kind, say so in the summary, take whatever suggests it from the samples and the website, and ask the provider's support."
		support   = "Ask the provider's support what the carrier objects to; the registration itself need not be wrong."
	)
	return []codes{
		{30032, 30032, Advice{"The toll-free number is not verified.", "Submit its verification, and text from another number until it is approved."}},
		{30034, 30034, Advice{"The number belongs to no approved campaign.", "Attach it to an approved campaign, and wait up to three days until the carriers know it."}},
		{30436, 30436, Advice{"The provider does not know the toll-free number as one of the account.", "Check that the number was bought or moved there, and submit it again."}},
		{30440, 30449, Advice{
			"The toll-free verification was reviewed and rejected.",
			"Read the provider's reason, compare the legal name, EIN, address and website with official records and the opt-in picture with what patients see, write it anew and submit it before the date until which it may be edited.",
		}},
		{30451, 30451, Advice{"The practice's address could not be found.", "Give street, city, State and ZIP code as the post office has them, and submit it again; do not delete the verification."}},
		{30460, 30466, Advice{forbidden, unfit}},
		{30481, 30481, Advice{"The verification was taken back on request.", "Write a new one if the number is to be used."}},
		{30501, 30501, Advice{"It was taken for political texts.", "Choose the uses that a practice has, and submit it again."}},
		{30511, 30511, Advice{"The script of the spoken opt-in is missing.", "Give word for word what is read to patients, with what they answer, and submit it again."}},
		{30702, 30702, Advice{"The registry does not know the brand any more.", "Register the brand again."}},
		{30837, 30837, Advice{"The picture of the opt-in is not whole, not legible or without the practice's name.", "Give a picture of the whole page or form, with the practice's name and the box that patients tick."}},
		{30873, 30878, Advice{"It was taken for texts about sex, hate, alcohol, firearms or tobacco.", "Take whatever suggests that from the samples and the website, and submit it again."}},
		{30879, 30879, Advice{"The number had not arrived at the provider yet.", "Wait until it was moved, delete the rejected verification and submit a new one."}},
		{30889, 30889, Advice{"Texts are said to carry phone numbers, and no sample shows one.", "Show one in a sample, or say that texts carry none."}},
		{30893, 30893, Advice{"The samples do not fit the use case.", "Take samples from the templates that are sent, with the practice's name and STOP, and choose the use case that fits them."}},
		{30896, 30896, Advice{"How patients opt in is missing or not to be found.", "Describe every way to opt in, with the page where the box is, and check that the privacy policy says that numbers are not shared."}},
		{30899, 30899, Advice{"A carrier rejected the campaign.", support}},
		{30900, 30900, Advice{"The brand may not have a campaign of this use case.", "Choose another use case, or complete what the provider asks of the brand."}},
		{30902, 30902, Advice{"A company between the provider and the carriers rejected the campaign.", support}},
	}
}
