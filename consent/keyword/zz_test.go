package keyword_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/shareddata"
)

func TestZZ(t *testing.T) {
	held := os.Getenv("HELD") != ""
	for _, name := range []string{"optout_free_text.jsonl", "optout_hard_negatives.jsonl", "uci.jsonl"} {
		f, _ := os.Open(shareddata.Path(t, "sms/"+name))
		s := bufio.NewScanner(f)
		n := map[string]int{}
		for s.Scan() {
			var m struct{ ID, Label, Lang, Text string }
			_ = json.Unmarshal(s.Bytes(), &m)
			h := sha256.Sum256([]byte(m.Text))
			if (h[0]%3 == 0) != held || m.Label == "spam" {
				continue
			}
			u := keyword.Understand(m.Text)
			n[m.Label+" "+m.Lang+" "+string(u.Asks)]++
			show := m.Label == "opt_out" && u.Asks != keyword.Stop || m.Label != "opt_out" && m.Label != "review" && u.Asks != keyword.None || m.Label == "review"
			if show && os.Getenv("QUIET") == "" {
				fmt.Printf("%-12s %-3s %-9s %.150q | %s\n", m.Label, m.Lang, u.Asks, m.Text, u.Why)
			}
		}
		fmt.Println(name, n)
	}
}
