package pack_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/pack"
)

// planted is ledgers of one number.
type planted []consent.Fact

func (p planted) History(context.Context, audit.Actor, consent.Key) ([]consent.Fact, error) {
	return append([]consent.Fact(nil), p...), nil
}

func (p planted) Numbers(context.Context, audit.Actor, string, string) ([]string, error) {
	return []string{number}, nil
}

// Profile returns the widest rules, by which a word to staff permits texts that no START brings back.
func (planted) Profile() consent.Profile { return consent.Lawful() }

// on returns the bench with a service on planted facts, the nth of which happened in the nth minute.
func (b bench) on(t testing.TB, facts ...consent.Fact) bench {
	t.Helper()
	for i := range facts {
		f := &facts[i]
		f.Practice, f.Number, f.At = practice, number, noon.Add(time.Duration(i)*time.Minute)
		f.Recorded, f.Entry = f.At, "entry-"+f.ID
		if f.Kind == consent.Granted {
			f.Duty, f.Evidence.Wording = "2026-01", shown
			if f.Basis == "" {
				f.Basis = consent.SignedAgreement
			}
			if f.Category == "" {
				f.Category = consent.Transactional
			}
		}
	}
	var err error
	b.Service, err = pack.New(b.store, b.Log, planted(facts), func(_ context.Context, w io.Writer, _ string, entries []string) error {
		_, err := fmt.Fprintln(w, entries)
		return err
	}, &pack.Options{Now: b.Clock.Now})
	require.NoError(t, err)
	b.Clock.Pass(time.Hour)
	return b
}

func TestHostileTextDoesNotBreakOut(t *testing.T) {
	b := onMemory(t).on(t, consent.Fact{
		ID: "g" + hostile, Kind: consent.Granted, Evidence: consent.Evidence{
			Language: hostile, Signature: hostile, Document: hostile, Address: hostile, Browser: hostile + `" onclick="x`, Words: hostile + "\r\n ",
			Staff: hostile, Message: hostile, Representative: hostile,
		},
	})
	file := b.file(t, pack.Scope{Recipient: pack.Practice, Number: number, Name: hostile, Document: hostile})
	require.NotContains(t, file, "<script")
	require.NotContains(t, file, `onclick="x`)
	require.Equal(t, 2, strings.Count(file, "</pre>"))
	require.Contains(t, pre(t, file, "log"), "entry-g"+hostile)
	require.Equal(t, "g"+hostile, lines(t, file)[0].ID, "a program reads what was written")
	require.Equal(t, hostile+"\r\n ", lines(t, file)[0].Evidence["words"], "line ends too, which a browser shows alike")
}

func TestTheFileNeedsNothingElse(t *testing.T) {
	file := onMemory(t).family(t).file(t, pack.Scope{Recipient: pack.Practice, Number: number})
	shell := strings.ReplaceAll(file, "https://elm.example/", "")
	for _, outside := range []string{"http:", "https:", "src=", "href=", "url(", "@import", "<link", "<form", "<img"} {
		require.NotContains(t, shell, outside)
	}
	require.Contains(t, file, "default-src 'none'", "nor may a browser fetch anything")
}

func TestTheFileSaysOnceWhatMayBeSentFromEachNumber(t *testing.T) {
	const office = "+12125550111"
	b := onMemory(t).on(t, consent.Fact{ID: "g", Kind: consent.Granted, Sender: office}, consent.Fact{ID: "h", Kind: consent.Granted, Sender: office})
	file := b.file(t, pack.Scope{Recipient: pack.Practice, Number: number})
	require.Equal(t, 3, strings.Count(file, "<td>any number of the practice"), "of each category")
	require.Equal(t, 1, strings.Count(html.UnescapeString(file), "<td>"+office+"</td>"), "of the one that a grant is narrowed to")
}

func TestErasedEvidenceIsMarked(t *testing.T) {
	b := onMemory(t).on(t, consent.Fact{ID: "g", Kind: consent.Granted, Patient: ana, Erased: true})
	file := b.file(t, pack.Scope{Recipient: pack.Practice, Number: number})
	require.Contains(t, file, "The evidence was erased with the patient's record.")
	require.True(t, lines(t, file)[0].Erased)
	require.Contains(t, file, "<td>none</td>")
}

func TestAnEntryThatIsNotInTheExtractIsNotSaidToBeProved(t *testing.T) {
	b := onMemory(t).on(t, consent.Fact{ID: "g", Kind: consent.Granted})
	var err error
	b.Service, err = pack.New(b.store, b.Log, planted{{
		ID: "g", Practice: practice, Number: number, Kind: consent.Granted, At: noon, Recorded: noon, Entry: "entry-g",
	}}, func(_ context.Context, w io.Writer, _ string, _ []string) error {
		_, err := io.WriteString(w, "no lines\n")
		return err
	}, &pack.Options{Now: b.Clock.Now})
	require.NoError(t, err)
	file := b.file(t, pack.Scope{Recipient: pack.Practice, Number: number})
	require.Contains(t, file, "The extract below does not hold it")
	require.NotContains(t, file, "Entry in the log below")
}

func TestASiblingIsNotHintedAt(t *testing.T) {
	b := onMemory(t).on(
		t,
		consent.Fact{ID: "ana", Kind: consent.Granted, Patient: ana, Confirm: true},
		consent.Fact{ID: "brother", Kind: consent.Granted, Patient: tim, Category: consent.Promotional, Confirm: true},
		consent.Fact{ID: "both", Kind: consent.Asked, About: []string{"ana", "brother"}, Expires: noon.AddDate(0, 0, 7)},
		consent.Fact{ID: "brothers ask", Kind: consent.Asked, About: []string{"brother"}, Expires: noon.AddDate(0, 0, 7)},
		consent.Fact{ID: "brothers yes", Kind: consent.Confirmed, About: []string{"brothers ask"}, Actor: audit.Actor{Kind: audit.Patient, ID: tim}},
		consent.Fact{ID: "yes", Kind: consent.Confirmed, About: []string{"both"}, Actor: audit.Actor{Kind: audit.Patient, ID: tim}},
		consent.Fact{ID: "doubt", Kind: consent.Doubted, Channel: consent.ByText, Actor: audit.Actor{Kind: audit.Representative, ID: "brothers mother"}},
		consent.Fact{ID: "cleared", Kind: consent.Cleared, About: []string{"doubt"}, Actor: staff},
	)
	file := b.file(t, pack.Scope{Recipient: pack.Patient, Patient: ana, Number: number})
	require.Equal(t, "ana both yes doubt cleared", ids(t, file))
	require.NotContains(t, file, "brother")
	require.NotContains(t, file, tim)
	all := lines(t, file)
	require.Equal(t, staff.ID, all[len(all)-1].Actor.ID, "who works for the practice is named")
	require.Equal(t, "patient", all[2].Actor.Kind)
	require.NotContains(t, file, "<td>pending</td>", "a state is by what the file shows")
	require.Contains(t, file, "<td>active</td>")

	b.request(t, "holder", pack.Scope{Recipient: pack.Patient, Number: number})
	var w strings.Builder
	_, err := b.Write(t.Context(), staff, &w, practice, "holder")
	require.NoError(t, err)
	require.Equal(t, "doubt cleared", ids(t, w.String()), "to whoever holds the number nobody is named")

	file = b.file(t, pack.Scope{Recipient: pack.Court, Name: "A Court", Document: "order-1", Patient: ana})
	require.Equal(t, "ana both yes doubt cleared", ids(t, file), "a court that asks about one patient is told of no other")
}

func TestANumberOutOfServiceKeepsItsHolder(t *testing.T) {
	b := onMemory(t).on(
		t,
		consent.Fact{ID: "ana", Kind: consent.Granted, Patient: ana},
		consent.Fact{ID: "gone", Kind: consent.Lapsed, Cause: consent.Deactivated},
		consent.Fact{ID: "stop", Kind: consent.Revoked, Channel: consent.ByText},
	)
	require.Equal(t, "ana gone stop", ids(t, b.file(t, pack.Scope{Recipient: pack.Patient, Patient: ana})))
}

func TestANumberThatWasReassignedHasAnotherHolder(t *testing.T) {
	b := onMemory(t).on(
		t,
		consent.Fact{ID: "ana", Kind: consent.Granted, Patient: ana},
		consent.Fact{ID: "her stop", Kind: consent.Revoked, Channel: consent.ByText},
		consent.Fact{ID: "lapse", Kind: consent.Lapsed, Cause: consent.WrongNumber, Evidence: consent.Evidence{Words: "I am Bob"}},
		consent.Fact{ID: "bob", Kind: consent.Granted, Patient: "p-bob"},
		consent.Fact{ID: "his stop", Kind: consent.Revoked, Channel: consent.ByText},
	)
	file := b.file(t, pack.Scope{Recipient: pack.Patient, Patient: ana})
	require.Equal(t, "ana her stop lapse", ids(t, file))
	require.NotContains(t, file, "Bob")
	for release, c := range map[string]struct {
		scope pack.Scope
		want  string
	}{
		"bob":    {pack.Scope{Recipient: pack.Patient, Patient: "p-bob", Number: number}, "bob his stop"},
		"holder": {pack.Scope{Recipient: pack.Patient, Number: number}, "his stop"},
		"all":    {pack.Scope{Recipient: pack.Practice, Number: number}, "ana her stop lapse bob his stop"},
	} {
		b.request(t, release, c.scope)
		var w strings.Builder
		_, err := b.Write(t.Context(), staff, &w, practice, release)
		require.NoError(t, err)
		require.Equal(t, c.want, ids(t, w.String()), release)
	}
}

func TestALapseByAClockThatIsBehindEndsWhatWasRecordedBeforeIt(t *testing.T) {
	facts := []consent.Fact{
		{ID: "ana", Kind: consent.Granted, Patient: ana},
		{ID: "lapse", Kind: consent.Lapsed, Cause: consent.Reassigned},
		{ID: "his stop", Kind: consent.Revoked, Channel: consent.ByText},
	}
	b := onMemory(t).on(t, facts...)
	facts[1].Recorded, facts[1].At = facts[0].At.Add(time.Second), facts[0].At.Add(-time.Second)
	require.Equal(t, "ana lapse", ids(t, b.file(t, pack.Scope{Recipient: pack.Patient, Patient: ana})))
}

func TestACarrierSeesWhatTheConsentStandsOn(t *testing.T) {
	const office, ads = "+12125550111", "+12125550112"
	for name, c := range map[string]struct {
		facts []consent.Fact
		want  string // kinds, bases and senders
	}{
		"restored by the patient's START": {[]consent.Fact{
			{ID: "g", Kind: consent.Granted},
			{ID: "late", Kind: consent.Granted, Category: consent.Conversational},
			{ID: "stop", Kind: consent.Revoked, Channel: consent.ByText},
			{ID: "start", Kind: consent.Restarted, Actor: patient},
		}, "granted signed_agreement, granted signed_agreement, restarted"},
		"restored, and not what START does not bring back": {[]consent.Fact{
			{ID: "g", Kind: consent.Granted},
			{ID: "verbal", Kind: consent.Granted, Basis: consent.Verbal},
			{ID: "stop", Kind: consent.Revoked, Channel: consent.ByText},
			{ID: "start", Kind: consent.Restarted, Actor: patient},
		}, "granted signed_agreement, restarted"},
		"for one of our numbers": {[]consent.Fact{
			{ID: "g", Kind: consent.Granted, Sender: office},
			{ID: "h", Kind: consent.Granted, Sender: ads},
			{ID: "stop", Kind: consent.Revoked, Channel: consent.ByText},
			{ID: "i", Kind: consent.Granted, Sender: ads},
		}, "granted signed_agreement " + ads},
		"and no request about another": {[]consent.Fact{
			{ID: "g", Kind: consent.Granted, Category: consent.Promotional, Confirm: true},
			{ID: "ask", Kind: consent.Asked, About: []string{"g"}, Expires: noon.AddDate(0, 0, 7)},
			{ID: "h", Kind: consent.Granted},
		}, "granted signed_agreement"},
		"the newest of two": {[]consent.Fact{
			{ID: "g", Kind: consent.Granted}, {ID: "h", Kind: consent.Granted},
		}, "granted signed_agreement"},
	} {
		t.Run(name, func(t *testing.T) {
			file := onMemory(t).on(t, c.facts...).file(t, carrier)
			var kinds []string
			for _, l := range lines(t, file) {
				require.Empty(t, l.ID)
				kinds = append(kinds, strings.Join(strings.Fields(l.Kind+" "+l.Basis+" "+l.Sender), " "))
			}
			require.Equal(t, c.want, strings.Join(kinds, ", "))
			require.Contains(t, file, "<td>active</td>", "what was agreed to")
			require.NotContains(t, file, "<td>none</td>")
		})
	}

	for name, facts := range map[string][]consent.Fact{
		"nothing":        nil,
		"stopped":        {{ID: "g", Kind: consent.Granted}, {ID: "stop", Kind: consent.Revoked, Channel: consent.ByText}},
		"not confirmed":  {{ID: "g", Kind: consent.Granted, Confirm: true}},
		"erased":         {{ID: "g", Kind: consent.Granted, Erased: true}},
		"another holder": {{ID: "g", Kind: consent.Granted}, {ID: "l", Kind: consent.Lapsed, Cause: consent.Reassigned}},
	} {
		t.Run("nothing where it is "+name, func(t *testing.T) {
			b := onMemory(t).on(t, facts...)
			b.request(t, "r-1", carrier)
			b.approve(t, "r-1")
			b.writeRefused(t, "r-1", pack.ErrNothing)
		})
	}
}

func TestACarrierIsNotShownPaperFromBeforeAStop(t *testing.T) {
	facts := []consent.Fact{
		{ID: "stop", Kind: consent.Revoked, Channel: consent.ByText},
		{ID: "g", Kind: consent.Granted, Evidence: consent.Evidence{Signature: "sig-after"}},
		{ID: "late", Kind: consent.Granted, Evidence: consent.Evidence{Signature: "sig-before"}},
	}
	b := onMemory(t).on(t, facts...)
	facts[2].At = noon.Add(-time.Hour)
	all := lines(t, b.file(t, carrier))
	require.Len(t, all, 1)
	require.Equal(t, "sig-after", all[0].Evidence["signature"])
}

func TestAStaffsEntryIsNotShownToACarrier(t *testing.T) {
	b := onMemory(t).on(t,
		consent.Fact{ID: "g", Kind: consent.Granted, Actor: staff},
		consent.Fact{ID: "h", Kind: consent.Granted, Category: consent.Promotional, Actor: patient},
	)
	file := b.file(t, carrier)
	require.Equal(t, "[entry-h]\n", pre(t, file, "log"))
	require.Contains(t, file, "names a member of staff and is not shown")

	b = onMemory(t).on(t, consent.Fact{ID: "g", Kind: consent.Granted, Actor: staff})
	require.Contains(t, b.file(t, carrier), "holds no extract")
}
