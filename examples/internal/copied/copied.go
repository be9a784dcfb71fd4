// Package copied makes good what copying does to a signed checkpoint.
package copied

import "strings"

// Checkpoint returns a signed checkpoint as it was signed, after it went through a page, an editor, an e-mail or a letter:
// without the mark that some editors put before a text, with plain line ends, and with nothing around it. Where there is
// nothing it returns nothing. What somebody changed stays changed, and its signature does not fit.
func Checkpoint(text string) string {
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	if text = strings.TrimSpace(strings.Join(lines, "\n")); text == "" {
		return ""
	}
	return text + "\n"
}
