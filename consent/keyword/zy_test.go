package keyword_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/enamel-go/enamel/consent/keyword"
)

func TestZY(t *testing.T) {
	b, _ := os.ReadFile("/tmp/phrases.txt")
	bad := map[string]int{}
	for l := range strings.Lines(string(b)) {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		want, p, _ := strings.Cut(l, " ")
		u := keyword.Understand(p)
		got := map[keyword.Word]string{"": "N", "stop": "S", "narrow": "P", "stranger": "W", "review": "R"}[u.Asks]
		if !strings.Contains(want, got) {
			fmt.Printf("want %-3s got %-2s %s | %s\n", want, got, p, u.Why)
			bad[want+got]++
		}
	}
	fmt.Println(bad)
}
