package registration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
)

// Reply is what answers a keyword.
type Reply struct {
	Keywords []string // letters and digits only, for providers take no others; the service hears many more
	Message  string
}

// Campaign is what a brand texts from long codes, and for what.
type Campaign struct {
	Brand       string // the id of the brand's registration
	UseCase     UseCase
	SubUseCases []UseCase // of [Mixed] two to five, of [LowVolume] one to five
	Description string    // who texts whom, and why
	MessageFlow string    // every way in which patients opt in, with the page or form where they do
	Samples     []string  // two to five, each as it is sent; what varies may stand in [brackets]
	Links       bool      // texts carry links
	LinkSample  string    // one of them, where Links is set
	Phones      bool      // texts carry phone numbers
	AgeGated    bool
	Lending     bool // direct lending; a practice's own payment plans are none
	OptIn       Reply
	OptOut      Reply
	Help        Reply
	PrivacyURL  string
	TermsURL    string
}

// Categories returns what a campaign's texts may be: one outside of them is outside the campaign's use case.
func (c Campaign) Categories() []consent.Category {
	if c.UseCase == Mixed || c.UseCase == LowVolume {
		return union(c.SubUseCases, admits)
	}
	return admits(c.UseCase)
}

// Clone returns a copy that shares no memory with c.
func (c Campaign) Clone() Campaign {
	c.SubUseCases, c.Samples = slices.Clone(c.SubUseCases), slices.Clone(c.Samples)
	for _, r := range []*Reply{&c.OptIn, &c.OptOut, &c.Help} {
		r.Keywords = slices.Clone(r.Keywords)
	}
	return c
}

// Validate returns everything that would have the campaign rejected, as [Problems], or nil. Lengths are those of
// Twilio's Usa2p resource; what samples and replies must say is Twilio's error 30893, Telnyx's guide to campaigns and the
// CTIA's principles (May 2023), 5.1.2.1 and 5.1.3.
func (c Campaign) Validate(r Review) error { return c.problems(r).err() }

func (c Campaign) problems(r Review) Problems {
	var k checker
	k.text("Brand", c.Brand, 1, 64, "Name the registration of the practice as a brand.")
	c.purpose(&k)
	k.text("Description", c.Description, 40, 4096, "Say who texts whom, and why, in two or three sentences.")
	k.text("MessageFlow", c.MessageFlow, 40, 2048, "Describe every way in which patients opt in, with the page or the form where they do.")
	c.samples(&k, r)
	c.replies(&k, r)
	r.required(&k, CampaignKind, map[string]string{"PrivacyURL": c.PrivacyURL, "TermsURL": c.TermsURL})
	pages(&k, c.PrivacyURL, c.TermsURL)
	return k.found
}

// pages checks the addresses that are given.
func pages(k *checker, privacy, terms string) {
	if privacy != "" {
		k.link("PrivacyURL", privacy, 2048, "")
	}
	if terms != "" {
		k.link("TermsURL", terms, 2048, "")
	}
}

// purpose checks the use case and what it is made of.
func (c Campaign) purpose(k *checker) {
	one(k, "UseCase", c.UseCase, useCases(), "Choose what the texts are for.")
	least := map[UseCase]int{Mixed: 2, LowVolume: 1}[c.UseCase]
	switch {
	case least == 0 && len(c.SubUseCases) > 0:
		k.add("SubUseCases", "are given for a use case that has none", "Leave them out, or choose MIXED or LOW_VOLUME.")
	case least > 0 && (len(c.SubUseCases) < least || len(c.SubUseCases) > 5):
		k.add("SubUseCases", fmt.Sprintf("are %d of %d to 5", len(c.SubUseCases), least), "List what the texts are for: what is not listed is not sent.")
	}
	for i, u := range c.SubUseCases {
		field := fmt.Sprintf("SubUseCases[%d]", i)
		one(k, field, u, subUseCases(), "Choose what the texts are for.")
		if slices.Contains(c.SubUseCases[:i], u) {
			k.add(field, "stands there twice", "Leave it out.")
		}
	}
}

func (c Campaign) samples(k *checker, r Review) {
	if n := len(c.Samples); n < 2 || n > 5 {
		k.add("Samples", fmt.Sprintf("are %d of 2 to 5", n), "Take them from the templates that are sent.")
	}
	links, phones := false, false
	for i, s := range c.Samples {
		field := fmt.Sprintf("Samples[%d]", i)
		sample(k, field, s, r, c.Categories())
		if slices.Contains(c.Samples[:i], s) {
			k.add(field, "says the same as another one", "Show another text that is sent.")
		}
		links = links || linkWords.MatchString(emailWords.ReplaceAllString(s, ""))
		phones = phones || phoneWords.MatchString(s)
	}
	carried(k, "Links", "links", c.Links, links)
	carried(k, "Phones", "phone numbers", c.Phones, phones)
	switch {
	case c.Links && k.link("LinkSample", c.LinkSample, 2048, "Give one of the links as it is sent."):
		screened(k, "LinkSample", c.LinkSample, screen.Context{})
	case !c.Links && c.LinkSample != "":
		k.add("LinkSample", "is given although texts carry no links", "Leave it out.")
	}
}

// carried checks that samples show what a campaign is said to carry, and nothing else (Twilio's error 30889).
func carried(k *checker, field, what string, said, shown bool) {
	switch {
	case said && !shown:
		k.add(field, "is set, and no sample shows any", "Show "+what+" in a sample, or say that texts carry none.")
	case !said && shown:
		k.add(field, "is not set, and a sample shows some", "Say that texts carry "+what+", or take them out of the samples.")
	}
}

// sample checks one text as it is sent.
func sample(k *checker, field, s string, r Review, admitted []consent.Category) {
	before := len(k.found)
	k.text(field, s, 20, 1024, "Show a text as it is sent.")
	if len(k.found) > before {
		return
	}
	if !r.Brand.says(s) {
		k.add(field, "does not name the practice", "Begin it with the practice's name.")
	}
	if !stopWords.MatchString(s) {
		k.add(field, "does not say how to end the texts", "End it with “Reply STOP to end”.")
	}
	// To advertise is what a campaign of offers is for.
	screened(k, field, s, screen.Context{Practice: r.Brand.DisplayName, Promotes: slices.Contains(admitted, consent.Promotional)})
}

// screened adds what the screen finds, each class once.
func screened(k *checker, field, s string, in screen.Context) {
	seen := map[screen.Class]bool{}
	for _, f := range screen.Screen(s, in) {
		if !seen[f.Class] {
			seen[f.Class] = true
			k.add(field, "carries what no text may ("+string(f.Class)+")", "Take it out: no such text will leave.")
		}
	}
}

func (c Campaign) replies(k *checker, r Review) {
	keywords(k, "OptIn", c.OptIn.Keywords, "", nil)
	keywords(k, "OptOut", c.OptOut.Keywords, "STOP", c.OptIn.Keywords)
	keywords(k, "Help", c.Help.Keywords, "HELP", append(slices.Clone(c.OptIn.Keywords), c.OptOut.Keywords...))
	confirmation(k, "OptIn.Message", c.OptIn.Message, 20, 320, r)
	before := len(k.found)
	k.text("OptOut.Message", c.OptOut.Message, 20, 320, "Say who will not text any more.")
	if len(k.found) == before {
		if !r.Brand.says(c.OptOut.Message) {
			k.add("OptOut.Message", "does not name the practice", "Say who will not text any more.")
		}
		if !noMoreWords.MatchString(c.OptOut.Message) {
			k.add("OptOut.Message", "does not say that the texts end", "Say that no more texts will come.")
		}
	}
	help(k, "Help.Message", c.Help.Message, 20, 320, r)
}

// keywords checks the words that a reply answers: STOP and HELP are always among theirs, and no word has two answers.
func keywords(k *checker, field string, words []string, needed string, taken []string) {
	if n := len(strings.Join(words, ",")); n > 255 {
		k.add(field+".Keywords", fmt.Sprintf("have %d characters of at most 255", n), "Leave some out: the service hears them all the same.")
	}
	is := func(word string) func(string) bool { return func(s string) bool { return strings.EqualFold(s, word) } }
	if needed != "" && !slices.ContainsFunc(words, is(needed)) {
		k.add(field+".Keywords", "lack "+needed, "Add it.")
	}
	for i, word := range words {
		name := fmt.Sprintf("%s.Keywords[%d]", field, i)
		switch {
		case !alphanumeric.MatchString(word):
			k.add(name, "is not of letters and digits alone", "Leave it out: the service hears it all the same.")
		case slices.ContainsFunc(words[:i], is(word)):
			k.add(name, "stands there twice", "Leave it out.")
		case slices.ContainsFunc(taken, is(word)):
			k.add(name, "has another answer already", "Keep it in one place.")
		}
	}
}

// confirmation checks what a patient reads after opting in: the programme, whom to ask, how to stop, how often, and what
// it costs (CTIA 5.1.2.1).
func confirmation(k *checker, field, s string, least, most int, r Review) {
	before := len(k.found)
	k.text(field, s, least, most, "Say who texts, how often, what it costs, and how to get help and to stop.")
	if len(k.found) > before {
		return
	}
	for _, must := range []struct {
		said        bool
		wrong, mend string
	}{
		{r.Brand.says(s), "does not name the practice", "Begin it with the practice's name."},
		{helpWords.MatchString(s) || contact(s), "does not say whom to ask", "Add “Reply HELP for help”."},
		{stopWords.MatchString(s), "does not say how to end the texts", "Add “Reply STOP to end”."},
		{oftenWords.MatchString(s), "does not say how often texts come", "Add “Message frequency varies”, or how many come."},
		{rateWords.MatchString(s), "does not say what it may cost", "Add “Msg & data rates may apply”."},
	} {
		if !must.said {
			k.add(field, must.wrong, must.mend)
		}
	}
}

// help checks the answer to HELP: the programme, whom to ask, and how to stop.
func help(k *checker, field, s string, least, most int, r Review) {
	before := len(k.found)
	k.text(field, s, least, most, "Say who texts, whom to call or write to, and how to stop.")
	if len(k.found) > before {
		return
	}
	if !r.Brand.says(s) {
		k.add(field, "does not name the practice", "Begin it with the practice's name.")
	}
	if !contact(s) {
		k.add(field, "does not say whom to ask", "Add the practice's phone number, e-mail address or page.")
	}
	if !stopWords.MatchString(s) {
		k.add(field, "does not say how to end the texts", "Add “Reply STOP to end”.")
	}
}
