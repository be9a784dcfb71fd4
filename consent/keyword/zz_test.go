package keyword_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/enamel-go/enamel/consent/keyword"
)

func TestZZ(t *testing.T) {
	n := map[string]int{}
	for _, m := range collection(t, "optout_free_text.jsonl") {
		h := sha256.Sum256([]byte(m.Text))
		held := h[0]%3 == 0
		u := keyword.Understand(m.Text)
		if m.Label == "opt_out" {
			n[fmt.Sprint(held, m.Lang, u.Asks)]++
			if !held && u.Asks != keyword.Stop {
				fmt.Println(m.Text, u)
			}
		}
	}
	fmt.Println(n)
}
