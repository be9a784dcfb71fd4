package screen

import (
	"regexp"
	"strings"
)

// Alternation returns one regular expression of the terms, as they would be looked for without this package. The terms that
// are endings, which would slow it down most, are left out.
func Alternation() *regexp.Regexp {
	var all []string
	for _, rows := range tables() {
		for _, r := range rows {
			for _, t := range strings.Fields(r.terms) {
				if strings.HasPrefix(t, "*") {
					continue
				}
				t = strings.ReplaceAll(strings.ReplaceAll(t, "~", ""), "_", " ")
				all = append(all, strings.ReplaceAll(t, "*", `\w*`))
			}
		}
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(all, "|") + `)\b`)
}

// Terms returns all terms as the tables write them.
func Terms() []string {
	var all []string
	for _, rows := range tables() {
		for _, r := range rows {
			all = append(all, strings.Fields(r.terms)...)
		}
	}
	return all
}
