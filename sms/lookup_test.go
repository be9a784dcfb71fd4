package sms_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// directory is somebody who knows of numbers.
type directory struct {
	line  sms.Line
	err   error
	asked []string
}

func (d *directory) Lookup(_ context.Context, number string, verified time.Time) (sms.Line, error) {
	d.asked = append(d.asked, number)
	d.line.Verified = verified
	return d.line, d.err
}

func (w *world) lookups(d *directory) *sms.Lookups {
	w.t.Helper()
	l, err := sms.NewLookups(w.consents, w.log, w.baa, map[string]sms.NumberLookup{"carrier": d})
	require.NoError(w.t, err)
	return l
}

// entries returns the log's entries of an action.
func (w *world) actions(action string) []audit.Entry {
	w.t.Helper()
	page, err := w.entries.Leaves(w.t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(w.t, err)
	var found []audit.Entry
	for _, leaf := range page.Leaves {
		if leaf.Action != action {
			continue
		}
		e, err := w.log.Open(w.t.Context(), leaf)
		require.NoError(w.t, err)
		found = append(found, e)
	}
	return found
}

func TestLookupsAskNobodyWithoutAnAgreement(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		d := &directory{line: sms.Line{Reassigned: sms.Yes}}
		w.baa.inForce = false
		key := consent.Key{Practice: practice, Number: patient}
		_, err := w.lookups(d).Check(t.Context(), staff, "carrier", key, noon)
		require.ErrorIs(t, err, sms.ErrAgreement)
		require.Empty(t, d.asked)
		require.Equal(t, consent.Active, w.status(patient))
		refused := w.actions("sms.number.lookup")
		require.Len(t, refused, 1)
		require.Equal(t, audit.Refused, refused[0].Outcome)

		w.baa.inForce = true
		_, err = w.lookups(d).Check(t.Context(), staff, "another", key, noon)
		require.ErrorIs(t, err, sms.ErrInvalid)
		off, err := sms.NewLookups(w.consents, w.log, nil, nil)
		require.NoError(t, err)
		_, err = off.Check(t.Context(), staff, "carrier", key, noon)
		require.ErrorIs(t, err, sms.ErrInvalid, "there are no look-ups unless somebody sets them up")
		_, err = sms.NewLookups(w.consents, w.log, nil, map[string]sms.NumberLookup{"carrier": d})
		require.ErrorIs(t, err, sms.ErrInvalid)
		for _, bad := range []consent.Key{{Practice: practice, Number: "214"}, {Number: patient}} {
			_, err = w.lookups(d).Check(t.Context(), staff, "carrier", bad, noon)
			require.ErrorIs(t, err, sms.ErrInvalid)
		}
		require.Empty(t, d.asked)
	})
}

func TestLookupsRecordEveryAnswerWithItsDates(t *testing.T) {
	verified := noon.Add(-30 * 24 * time.Hour)
	for name, c := range map[string]struct {
		line  sms.Line
		want  consent.Status
		cause consent.Cause
	}{
		"no":            {sms.Line{Reassigned: sms.No, Deactivated: sms.No, Landline: sms.No}, consent.Active, ""},
		"no data":       {sms.Line{Reassigned: sms.NoData, Deactivated: sms.NoData, Landline: sms.NoData}, consent.Active, ""},
		"reassigned":    {sms.Line{Reassigned: sms.Yes}, consent.Ended, consent.Reassigned},
		"deactivated":   {sms.Line{Deactivated: sms.Yes, At: noon.Add(time.Hour)}, consent.Ended, consent.Deactivated},
		"a landline":    {sms.Line{Landline: sms.Yes}, consent.Ended, consent.Landline},
		"before it all": {sms.Line{Deactivated: sms.Yes, At: noon.Add(-48 * time.Hour)}, consent.Active, consent.Deactivated},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			w.now.Add(2 * time.Hour)
			d := &directory{line: c.line}
			key := consent.Key{Practice: practice, Number: patient}
			for range 2 {
				line, err := w.lookups(d).Check(t.Context(), staff, "carrier", key, verified)
				require.NoError(t, err)
				require.Equal(t, patient, line.Number)
			}
			require.Equal(t, c.want, w.status(patient))
			entries := w.actions("sms.number.lookup")
			require.Len(t, entries, 2, "each asking is an entry, whatever the answer")
			require.Equal(t, "2026-02-01", entries[0].Details["verified"])
			require.Equal(t, string(c.line.Reassigned), entries[0].Details["reassigned"])
			history, err := w.consents.History(t.Context(), staff, key)
			require.NoError(t, err)
			lapses := 0
			for _, f := range history {
				if f.Kind == consent.Lapsed {
					lapses++
					require.Equal(t, c.cause, f.Cause)
					require.Equal(t, "carrier", f.Evidence.Document)
				}
			}
			if c.cause == "" {
				require.Zero(t, lapses)
			} else {
				require.Equal(t, 1, lapses, "asked twice is lapsed once")
			}
		})
	}
}

func TestLookupsKnowNothingWhenTheAnswerFails(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	cause := &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Transient}
	d := &directory{line: sms.Line{Reassigned: sms.Yes}, err: cause}
	_, err := w.lookups(d).Check(t.Context(), staff, "carrier", consent.Key{Practice: practice, Number: patient}, noon)
	require.ErrorIs(t, err, error(cause))
	require.Equal(t, consent.Active, w.status(patient))
	require.Empty(t, w.actions("sms.number.lookup"))
}
