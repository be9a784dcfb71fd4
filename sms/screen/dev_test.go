package screen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"testing"

	"github.com/enamel-go/enamel/internal/shareddata"
)

type drow struct{ ID, Label, Tag, Expect, Shaft, Text string }

func dload(t *testing.T, f string) (rows []drow) {
	for line := range bytes.Lines(shareddata.Read(t, f)) {
		var r drow
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return
}

func dhalf(id string) int {
	h := uint32(2166136261)
	for _, b := range []byte(id) {
		h = (h ^ uint32(b)) * 16777619
	}
	return int(h>>16) & 1
}

func TestDev(t *testing.T) {
	verbose := os.Getenv("V")
	counts := map[string][2]int{}
	for _, f := range []string{"phi/reminders.jsonl", "phi/clinical_sentences.jsonl", "sms/uci.jsonl", "sms/smishing.jsonl", "sms/shaft.jsonl"} {
		for _, r := range dload(t, f) {
			if dhalf(r.ID) != 0 {
				continue
			}
			got := Screen(r.Text, Context{})
			classes := map[Class]bool{}
			for _, x := range got {
				classes[x.Class] = true
			}
			key := f + " " + r.Label + r.Tag + r.Expect + r.Shaft
			for c := range map[Class]bool{"": true, Health: true, Shaft: true, Forbidden: true, Link: true, Reserved: true, Promotion: true} {
				k := key + " " + string(c)
				v := counts[k]
				v[1]++
				if c == "" && len(got) > 0 || classes[c] {
					v[0]++
				}
				counts[k] = v
			}
			show := false
			switch verbose {
			case "ham":
				show = r.Label == "ham" && len(got) > 0
			case "clin":
				show = r.Tag != "" && !classes[Health]
			case "dental":
				show = r.Tag == "dental" && !classes[Health]
			case "sex":
				show = r.Shaft == "sex" && !classes[Shaft]
			case "spamhealth":
				show = r.Label != "ham" && r.Tag == "" && classes[Health]
			case "none":
				show = (r.Shaft == "none" || r.Shaft == "ham-mention" || r.Tag != "") && classes[Shaft]
			case "rem":
				show = r.Expect != ""
			}
			if show {
				fmt.Printf("%s %.160q\n", r.ID, r.Text)
				for _, x := range got {
					fmt.Printf("      %s/%s %q\n", x.Class, x.What, x.Words)
				}
			}
		}
	}
	var keys []string
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if counts[k][0] > 0 || k[len(k)-1] == ' ' {
			fmt.Println(k, counts[k])
		}
	}
	d := words()
	fmt.Println(len(d.nodes), len(d.terms))
	n, all := 0, 0
	for line := range bytes.Lines(shareddata.Read(t, "phi/drug_names.txt")) {
		name := string(bytes.TrimSpace(line))
		if name == "" || dhalf(name) != 0 {
			continue
		}
		all++
		if len(Screen("take your "+name+" at 9", Context{})) > 0 {
			n++
		} else if verbose == "drug" {
			fmt.Println(name)
		}
	}
	fmt.Println("drugs", n, all)
}
