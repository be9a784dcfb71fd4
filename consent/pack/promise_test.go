package pack_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/consent/pack"
)

func TestPromise_D5_3_ConsentDataGoesToNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("to_the_practice_everything", func(t *testing.T) {
			file := open(t).family(t).file(t, pack.Scope{Recipient: pack.Practice, Number: number})
			require.Equal(t, "old stop signed web ask yes tims mute", ids(t, file))
			for _, said := range []string{"scan-ana", "sig-ana", "mother-of-ana", "u-desk", "stop, it hurts", "YES please", "192.0.2.7", "Browser/1", "scan-tim"} {
				require.Contains(t, file, said)
			}
		})

		t.Run("to_the_patient_its_own", func(t *testing.T) {
			file := open(t).family(t).file(t, pack.Scope{Recipient: pack.Patient, Patient: ana})
			require.Equal(t, "old stop signed web ask yes second", ids(t, file), "every number of the patient")
			for _, hint := range []string{tim, "tims", "mute", "scan-tim", "u-tim"} {
				require.NotContains(t, file, hint, "a sibling on the same phone")
			}
		})

		t.Run("to_a_court_on_its_order", func(t *testing.T) {
			b := open(t).family(t)
			b.request(t, "r-1", order)
			var w bytes.Buffer
			_, err := b.Write(t.Context(), staff, &w, practice, "r-1")
			require.ErrorIs(t, err, pack.ErrNotApproved)
			b.approve(t, "r-1")
			_, err = b.Write(t.Context(), staff, &w, practice, "r-1")
			require.NoError(t, err)
			require.Equal(t, "old stop signed web ask yes tims mute", ids(t, w.String()))
			require.Contains(t, w.String(), "subpoena-7")
		})

		t.Run("to_a_carrier_the_opt_in_alone", func(t *testing.T) {
			b := open(t).family(t)
			file := b.file(t, carrier)
			var kinds []string
			for _, l := range lines(t, file) {
				kinds = append(kinds, l.Kind+" "+l.Category+" "+l.Basis)
			}
			require.Equal(t, []string{
				"granted transactional signed_agreement", "granted promotional web_form", "asked  ", "confirmed  ", "granted conversational office_document",
			}, kinds, "and not the grant that a stop ended")
			for _, proof := range []string{"sig-ana", "192.0.2.7", "Browser/1", "scan-tim", "separate"} {
				require.Contains(t, file, proof)
			}
			for _, other := range []string{ana, tim, "u-17", "u-18", "u-desk", "u-tim", "mother-of-ana", "stop, it hurts", "YES please", "revoked", "muted", "scan-ana"} {
				require.NotContains(t, file, other)
			}
		})

		t.Run("with_proofs_from_the_log", func(t *testing.T) {
			b := open(t).family(t)
			file := b.file(t, pack.Scope{Recipient: pack.Practice, Number: number})
			extract := pre(t, file, "log")
			result, err := notary.CheckExport(strings.NewReader(extract), b.known, &notary.CheckOptions{Practice: practice})
			require.NoError(t, err)
			require.EqualValues(t, 8, result.Leaves, "each fact has its entry")
			require.Zero(t, result.Absent)
			for _, l := range lines(t, file) {
				require.Contains(t, extract, l.Entry)
			}
			edited := strings.Replace(extract, "u-17", "u-18", 1)
			_, err = notary.CheckExport(strings.NewReader(edited), b.known, nil)
			require.ErrorIs(t, err, notary.ErrProof)
		})

		t.Run("each_file_is_accounted", func(t *testing.T) {
			b := open(t).family(t)
			file := b.file(t, carrier)
			account := b.account(t)
			require.Len(t, account, 1)
			sum := sha256.Sum256([]byte(file))
			require.Equal(t, hex.EncodeToString(sum[:]), account[0].Hash)
			require.EqualValues(t, len(file), account[0].Size)
			require.Equal(t, carrier, account[0].Scope)
			require.Equal(t, staff, account[0].Actor)
			entries := b.Logged(t, practice, "consent.pack.request", "consent.pack.approve", "consent.pack.write")
			require.Len(t, entries, 3)
			for i, by := range []audit.Actor{staff, manager, staff} {
				require.Equal(t, by, entries[i].Actor)
				require.Equal(t, "A Carrier", entries[i].Details["name"])
			}
			require.Equal(t, account[0].Hash, entries[2].Details["file sha-256"])
		})

		for name, scope := range map[string]pack.Scope{
			"a_broker":                   {Recipient: "broker", Name: "A Broker", Number: number, Document: "contract-1"},
			"an_advertiser":              {Recipient: "advertiser", Name: "Ads", Number: number},
			"nobody_in_particular":       {Number: number},
			"a_court_without_an_order":   {Recipient: pack.Court, Name: "Travis County Court", Number: number},
			"a_court_without_a_name":     {Recipient: pack.Court, Document: "subpoena-7", Number: number},
			"a_court_by_a_blank_order":   {Recipient: pack.Court, Name: "Travis County Court", Document: " \n", Number: number},
			"a_carrier_about_a_patient":  {Recipient: pack.Carrier, Name: "A Carrier", Patient: ana},
			"a_carrier_about_both":       {Recipient: pack.Carrier, Name: "A Carrier", Number: number, Patient: ana},
			"a_carrier_without_a_name":   {Recipient: pack.Carrier, Number: number},
			"a_practice_in_capitals":     {Recipient: "Practice", Number: number},
			"a_recipient_with_blanks":    {Recipient: "practice ", Number: number},
			"a_second_word_of_recipient": {Recipient: "patient's employer", Patient: ana},
		} {
			t.Run("refuses_"+name, func(t *testing.T) {
				b := open(t).family(t)
				_, err := b.Request(t.Context(), staff, pack.Request{Practice: practice, Release: "r-1", Scope: scope})
				require.ErrorIs(t, err, pack.ErrRecipient)
				b.refused(t, "consent.pack.request", err)
				b.approveRefused(t, "r-1")
				b.writeRefused(t, "r-1", pack.ErrUnknown)
			})
		}

		t.Run("refuses_a_carrier_and_a_court_without_approval", func(t *testing.T) {
			for _, scope := range []pack.Scope{carrier, order} {
				b := open(t).family(t)
				b.request(t, "r-1", scope)
				_, err := b.Approve(t.Context(), staff, pack.Approval{Practice: practice, Release: "r-1"})
				require.ErrorIs(t, err, pack.ErrSelf, "nobody approves alone")
				b.refused(t, "consent.pack.approve", err)
				b.writeRefused(t, "r-1", pack.ErrNotApproved)
			}
		})

		t.Run("refuses_a_release_that_was_denied", func(t *testing.T) {
			b := open(t).family(t)
			b.request(t, "r-1", order)
			_, err := b.Deny(t.Context(), manager, pack.Denial{Practice: practice, Release: "r-1", Reason: "The order names another practice."})
			require.NoError(t, err)
			_, err = b.Approve(t.Context(), manager, pack.Approval{Practice: practice, Release: "r-1"})
			require.ErrorIs(t, err, pack.ErrDecided)
			b.writeRefused(t, "r-1", pack.ErrDenied)
		})

		t.Run("refuses_everybody_but_staff", func(t *testing.T) {
			b := open(t).family(t)
			b.request(t, "r-1", carrier)
			for _, by := range []audit.Actor{patient, {Kind: audit.System, ID: "export"}, {Kind: audit.Representative, ID: "mother-9"}} {
				_, err := b.Request(t.Context(), by, pack.Request{Practice: practice, Release: "r-2", Scope: carrier})
				require.ErrorIs(t, err, pack.ErrStaff)
				b.refused(t, "consent.pack.request", err)
				_, err = b.Approve(t.Context(), by, pack.Approval{Practice: practice, Release: "r-1"})
				require.ErrorIs(t, err, pack.ErrStaff)
			}
			b.approve(t, "r-1")
			var w bytes.Buffer
			_, err := b.Write(t.Context(), audit.Actor{Kind: audit.System, ID: "export"}, &w, practice, "r-1")
			require.ErrorIs(t, err, pack.ErrStaff)
			require.Zero(t, w.Len())
		})

		t.Run("without_rule", func(t *testing.T) {
			b := open(t).family(t)
			scope := pack.Scope{Recipient: pack.Practice, Number: number}
			b.request(t, "r-1", scope)
			var w bytes.Buffer
			_, err := b.Write(t.Context(), staff, &w, practice, "r-1")
			require.NoError(t, err, "where no rule asks for approval none is needed")
			for _, other := range []string{ana, tim, "u-desk", "mother-of-ana", "stop, it hurts", "revoked", "scan-ana"} {
				require.Contains(t, w.String(), other, "what the rules for others leave out is on record")
			}
		})
	})
}

// TestPromise_D2_1_ThePackIsProducedOnRequest shows each method's evidence to whoever may ask for it.
func TestPromise_D2_1_ThePackIsProducedOnRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		t.Run("with_the_evidence_of_each_method", func(t *testing.T) {
			b := open(t).family(t)
			sum := sha256.Sum256([]byte(shown))
			for _, scope := range []pack.Scope{{Recipient: pack.Patient, Patient: ana}, {Recipient: pack.Practice, Number: number}} {
				methods := map[string]line{}
				file := b.file(t, scope)
				for _, l := range lines(t, file) {
					if l.Kind == "granted" {
						methods[l.Basis] = l
						require.Equal(t, shown, l.Evidence["wording"], "to the letter")
						require.Equal(t, hex.EncodeToString(sum[:]), l.Evidence["wording_sha256"])
					}
				}
				require.Equal(t, "sig-ana", methods["signed_agreement"].Evidence["signature"])
				require.Equal(t, "192.0.2.7", methods["web_form"].Evidence["address"])
				require.NotEmpty(t, methods["office_document"].Evidence["document"])
				require.Contains(t, file, hex.EncodeToString(sum[:]))
			}
		})
		t.Run("refuses_a_number_of_somebody_else", func(t *testing.T) {
			b := open(t).family(t)
			b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: tim, Number: second})
			b.writeRefused(t, "r-1", pack.ErrNothing)
		})
		t.Run("without_rule", func(t *testing.T) {
			b := open(t).family(t)
			require.Equal(t, "second", ids(t, b.file(t, pack.Scope{Recipient: pack.Patient, Patient: ana, Number: second})))
		})
	})
}

// writeRefused checks that no file is written, and that nothing is accounted as if it were.
func (b bench) writeRefused(t *testing.T, release string, cause error) {
	t.Helper()
	var w bytes.Buffer
	_, err := b.Write(t.Context(), staff, &w, practice, release)
	require.ErrorIs(t, err, cause)
	b.refused(t, "consent.pack.write", err)
	require.Zero(t, w.Len())
	require.Empty(t, b.account(t))
}

func (b bench) approveRefused(t *testing.T, release string) {
	t.Helper()
	_, err := b.Approve(t.Context(), manager, pack.Approval{Practice: practice, Release: release})
	require.ErrorIs(t, err, pack.ErrUnknown)
}
