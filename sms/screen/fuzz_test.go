package screen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/enamel-go/enamel/sms/screen"
)

// FuzzScreen screens any bytes: findings are in their places, in order, once each, and the same again.
func FuzzScreen(f *testing.F) {
	for _, seed := range [][2]string{
		{"", ""},
		{"Elm Street Dental: root canal #14, STOP to end", "Elm Street Dental"},
		{"r\xffo\u200bo\u0301t c a n a l %20 https://bit.ly/%zz?dob=%", "r"},
		{"$$@a@b.c D0001 K02.9 123-45-6789 ﬁlling 20%off", "ﬁ"},
		{"Reply \"SÍ\" or 'CANCEL' to cancel. www.. http:// a.b/?;;&&=", "&"},
		{strings.Repeat("a b c ", 90), "a"},
	} {
		f.Add(seed[0], seed[1], true)
	}
	f.Fuzz(func(t *testing.T, body, name string, promotes bool) {
		in := screen.Context{
			Practice: name, People: []string{name, "Ann", ""}, Promotes: promotes, NeedsName: true, NeedsContact: true, NeedsEnd: true,
		}
		found := screen.Screen(body, in)
		last := 0
		for i, x := range found {
			if x.Start < last || x.End < x.Start || x.End > len(body) || x.Words != body[x.Start:x.End] || x.Class == "" {
				t.Fatalf("%q: %+v", body, x)
			}
			if last = x.Start; i > 0 && x == found[i-1] {
				t.Fatalf("%q: twice %+v", body, x)
			}
		}
		if again := screen.Screen(body, in); !slices.Equal(found, again) {
			t.Fatalf("%q: %+v, and again %+v", body, found, again)
		}
	})
}
