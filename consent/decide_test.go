package consent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

// line is a fact that was claimed and recorded so many seconds after noon.
func line(kind consent.Kind, at, recorded int, complete func(*consent.Fact)) consent.Fact {
	f := consent.Fact{
		ID: string(kind), Practice: key.Practice, Number: key.Number, Kind: kind,
		At: noon.Add(time.Duration(at) * time.Second), Recorded: noon.Add(time.Duration(recorded) * time.Second),
	}
	if complete != nil {
		complete(&f)
	}
	return f
}

// given is a grant of the second at which it was recorded.
func given(c consent.Category, b consent.Basis, at, recorded int) consent.Fact {
	return line(consent.Granted, at, recorded, func(f *consent.Fact) { f.Category, f.Basis, f.Duty = c, b, "2026-01" })
}

// What a ledger rarely holds, and so the drawn histories of the model rarely have.
func TestDecideOnRareLedgers(t *testing.T) {
	confirmable := given(consent.Transactional, consent.SignedAgreement, 0, 0)
	confirmable.Confirm = true
	erased := given(consent.Transactional, consent.SignedAgreement, 0, 0)
	erased.Erased = true
	wrote := given(consent.Conversational, consent.OwnText, 25, 27)
	wrote.Expires = noon.Add(time.Hour)
	for name, c := range map[string]struct {
		facts    []consent.Fact
		category consent.Category
		want     consent.Status
		why      string
	}{
		"an unknown category of a stopped number": {[]consent.Fact{line(consent.Revoked, 0, 0, nil)}, "sms", consent.None, "no category"},
		"erased evidence":                         {[]consent.Fact{erased}, consent.Transactional, consent.None, "evidence was erased"},
		"an import":                               {[]consent.Fact{given(consent.Transactional, consent.Import, 0, 0)}, consent.Transactional, consent.None, "(import) permits no such texts"},
		"an answer that was recorded too late": {
			[]consent.Fact{
				confirmable,
				line(consent.Asked, 1, 1, func(f *consent.Fact) { f.About, f.Expires = []string{confirmable.ID}, noon.Add(10*time.Second) }),
				line(consent.Confirmed, 11, 11, func(f *consent.Fact) { f.About = []string{string(consent.Asked)} }),
			},
			consent.Transactional, consent.Pending, "not confirmed",
		},
		"a text that was delivered before the STOP and the START that it followed": {
			[]consent.Fact{wrote, line(consent.Revoked, 0, 30, nil), line(consent.Restarted, 20, 40, nil)},
			consent.Conversational, consent.Stopped, "",
		},
		"a form of after an end of offers that settled a doubt": {
			[]consent.Fact{
				line(consent.Doubted, 0, 0, nil),
				line(consent.Revoked, 10, 10, func(f *consent.Fact) { f.Category = consent.Promotional }),
				given(consent.Promotional, consent.SignedAgreement, 20, 20),
			},
			consent.Promotional, consent.Active, "signed agreement",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := consent.Decide(key, c.facts, consent.Promised(), noon.Add(time.Minute), consent.Use{Category: c.category})
			require.Equal(t, c.want, got.Status)
			require.Contains(t, got.Why, c.why)
		})
	}
}
