package sms

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/sms/screen"
)

// screening is the version of the screen, which stands in the facts of each decision.
const screening = "words-1"

// found returns what the screen finds in a body that is sent in a practice's name.
func found(body, name string) []screen.Finding {
	var findings []screen.Finding
	for _, list := range []struct {
		class    screen.Class
		words    []string
		harmless []string
	}{{screen.Health, healthWords(), harmlessWords()}, {screen.Promotion, promotionWords(), nil}} {
		if words := find(body, list.words, list.harmless, name); words != "" {
			findings = append(findings, screen.Finding{Class: list.class, Words: words})
		}
	}
	folded := fold(body)
	if !strings.Contains(folded, " "+strings.TrimSpace(fold(name))+" ") {
		findings = append(findings, screen.Finding{Class: screen.Nameless})
	}
	if !strings.Contains(folded, " stop ") && !strings.Contains(folded, " arret ") && !strings.Contains(folded, " arrêt ") {
		findings = append(findings, screen.Finding{Class: screen.Endless})
	}
	return findings
}

// find returns the first of the words that body contains as a whole word or phrase, or "". Case and punctuation do not
// matter. The harmless phrases are taken out of body first, and the practice's own name: a text has to say who sends it.
func find(body string, words, harmless []string, name string) string {
	folded := fold(body)
	for _, phrase := range append([]string{strings.TrimSpace(fold(name))}, harmless...) {
		if phrase != "" {
			folded = strings.ReplaceAll(folded, " "+phrase+" ", " . ")
		}
	}
	for _, w := range words {
		if strings.Contains(folded, " "+w+" ") {
			return w
		}
	}
	return ""
}

// fold puts body in lower case, everything but letters, digits and % as a single space, with a space at either end.
func fold(body string) string {
	var b strings.Builder
	b.Grow(len(body) + 2)
	b.WriteByte(' ')
	space := true
	for _, r := range body {
		switch {
		case r == utf8.RuneError:
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
			space = false
			continue
		case r == '%': // a word of its own: "20% off" and "20 % off" are the same
			if !space {
				b.WriteByte(' ')
			}
			b.WriteString("% ")
			space = true
			continue
		case r == '\'' || r == '’':
			continue
		}
		if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	if !space {
		b.WriteByte(' ')
	}
	return b.String()
}

// healthWords are words that say something of a patient's health, treatment or money owed for it. This is the first,
// plain screen: whole words that an ordinary reminder never needs, unless they stand in one of [harmlessWords].
func healthWords() []string {
	return []string{
		"abscess", "antibiotic", "antibiotics", "biopsy", "bleeding", "braces", "bridgework", "cancer", "caries", "cavities",
		"cavity", "crown", "crowns", "decay", "denture", "dentures", "diabetes", "diagnosis", "diagnosed", "extraction",
		"extractions", "filling", "fillings", "fluoride", "gingivitis", "graft", "gum disease", "hepatitis", "hiv",
		"implant", "implants", "infection", "lab results", "medication", "medications", "molar", "molars", "oral surgery",
		"pathology", "periodontal", "periodontitis", "pregnancy", "pregnant", "prescription", "prescriptions", "procedure",
		"pulpotomy", "radiograph", "radiographs", "root canal", "root canals", "scaling", "sealants", "sedation", "surgery",
		"symptoms", "test results", "treatment", "treatments", "veneer", "veneers", "wisdom teeth", "wisdom tooth", "x ray",
		"x rays", "xray", "xrays", "amount due", "balance due", "outstanding balance", "past due",
	}
}

// promotionWords are words that advertise.
func promotionWords() []string {
	return []string{
		"% off", "off your next", "best deal", "bonus", "buy one get", "coupon", "deals", "discount", "discounts", "discounted",
		"free consultation", "free exam", "free whitening", "gift card", "giveaway", "great deal", "limited time", "offer ends",
		"on sale", "promo", "promotion", "promotions", "refer a friend", "save up to", "special offer", "special offers",
		"special price", "whitening special",
	}
}

// harmlessWords are phrases that say nothing of anybody's health, although they contain a word that may.
func harmlessWords() []string {
	return []string{"filling forms", "filling in", "filling it", "filling out", "filling the", "filling up", "filling your"}
}
