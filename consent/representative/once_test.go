package representative_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/representative"
)

// shielding, ending and emancipating are the commands that no promise's test shares.
func shielding() representative.Shield {
	return representative.Shield{ID: "s-1", Practice: practice, Patient: patient, Episode: "visit-9", Basis: representative.Lawful, Reason: "By statute."}
}

func ending() representative.Ending {
	return representative.Ending{ID: "e-1", Practice: practice, Patient: patient, About: "a father", Reason: "He asked to."}
}

func emancipating() representative.Emancipation {
	return representative.Emancipation{
		ID: "m-1", Practice: practice, Patient: patient, From: date(2026, 4, 1), Proof: representative.Proof{Kind: "court order", Document: "scan-7"},
	}
}

func withdrawing() representative.ParentWithdrawal {
	return representative.ParentWithdrawal{ID: "x-1", Practice: practice, Patient: patient, Parent: "father", Words: "No."}
}

// busy is a bench with a father who was appointed, two reports, one of them decided, and a consent.
func busy(t testing.TB) bench {
	t.Helper()
	b := onMemory(t)
	b.appoint(t, appointing(father))
	b.consent(t, father)
	old := reporting()
	old.ID = "r-0"
	for _, r := range []representative.ChildReport{old, reporting()} {
		_, err := b.Report(t.Context(), form, r)
		require.NoError(t, err)
	}
	d := removing()
	d.ID, d.Report = "d-0", "r-0"
	_, err := b.Remove(t.Context(), staff, d)
	require.NoError(t, err)
	return b
}

// acts are all commands, by the last part of their action.
func acts() map[string]func(context.Context, bench) (representative.Fact, error) {
	return map[string]func(context.Context, bench) (representative.Fact, error){
		"appoint": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Appoint(ctx, staff, appointing(mother))
		},
		"order": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Order(ctx, staff, barring(mother))
		},
		"emancipate": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Emancipate(ctx, staff, emancipating())
		},
		"end": func(ctx context.Context, b bench) (representative.Fact, error) { return b.End(ctx, staff, ending()) },
		"shield": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Shield(ctx, staff, shielding())
		},
		"consent": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Consent(ctx, mother, consenting(mother))
		},
		"withdraw": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Withdraw(ctx, father, withdrawing())
		},
		"report": func(ctx context.Context, b bench) (representative.Fact, error) {
			r := reporting()
			r.ID = "r-2"
			return b.Report(ctx, form, r)
		},
		"unfreeze": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Unfreeze(ctx, staff, releasing(representative.Covered))
		},
		"remove": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Remove(ctx, staff, removing())
		},
		"answer": func(ctx context.Context, b bench) (representative.Fact, error) {
			r := replying()
			r.Report = "r-0"
			return b.Answer(ctx, staff, r)
		},
	}
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	for name, act := range acts() {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := len(b.Logged(t, practice, "consent.representative."+name))
			once, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Equal(t, noon, once.Recorded)
			require.Equal(t, []representative.Fact{once}, b.facts(t)[len(b.facts(t))-1:])
			entries := b.Logged(t, practice)
			require.Len(t, b.Logged(t, practice, "consent.representative."+name), before+1)
			b.set(t, date(2026, 3, 3), 9, 0)
			again, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(once, again))
			require.Empty(t, cmp.Diff(entries, b.Logged(t, practice)))
		})
	}
}

func TestAnIdUsedForAnotherActIsAConflict(t *testing.T) {
	appoint := func(change func(*representative.Appointment)) func(context.Context, bench) (representative.Fact, error) {
		return func(ctx context.Context, b bench) (representative.Fact, error) {
			a := appointing(father)
			change(&a)
			return b.Appoint(ctx, staff, a)
		}
	}
	for name, act := range map[string]func(context.Context, bench) (representative.Fact, error){
		"another patient":  appoint(func(a *representative.Appointment) { a.Patient = "p-205" }),
		"another person":   appoint(func(a *representative.Appointment) { a.Person = "mother" }),
		"another basis":    appoint(func(a *representative.Appointment) { a.Basis = representative.Court }),
		"fewer acts":       appoint(func(a *representative.Appointment) { a.Acts = a.Acts[:1] }),
		"another first":    appoint(func(a *representative.Appointment) { a.From = date(2021, 1, 1) }),
		"another last":     appoint(func(a *representative.Appointment) { a.Until = date(2027, 1, 1) }),
		"another document": appoint(func(a *representative.Appointment) { a.Proof.Document = "scan-89" }),
		"another time":     appoint(func(a *representative.Appointment) { a.At = noon.Add(-time.Hour) }),
		"an order": func(ctx context.Context, b bench) (representative.Fact, error) {
			o := barring(father)
			o.ID = "a father"
			return b.Order(ctx, staff, o)
		},
		"another actor": func(ctx context.Context, b bench) (representative.Fact, error) {
			return b.Appoint(ctx, audit.Actor{Kind: audit.Staff, ID: "u-18"}, appointing(father))
		},
		"other words": func(ctx context.Context, b bench) (representative.Fact, error) {
			c := consenting(father)
			c.Wording += "!"
			return b.Consent(ctx, father, c)
		},
		"another report": func(ctx context.Context, b bench) (representative.Fact, error) {
			d := removing()
			d.ID = "d-0"
			return b.Remove(ctx, staff, d)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			before := b.facts(t)
			f, err := act(t.Context(), b)
			require.ErrorIs(t, err, representative.ErrConflict)
			require.Zero(t, f)
			require.Empty(t, cmp.Diff(before, b.facts(t)))
		})
	}
}

// What differs in one thing alone is another act.
func TestOneDifferenceIsAConflict(t *testing.T) {
	order, consent, shield, end, release := barring(mother), consenting(mother), shielding(), ending(), releasing(representative.Mistaken)
	for name, act := range map[string]func(b bench, first bool) error{
		"whom it bars": func(b bench, first bool) error {
			order.Bars = first
			_, err := b.Order(t.Context(), staff, order)
			return err
		},
		"how it was verified": func(b bench, first bool) error {
			if consent.Method = representative.SignedForm; !first {
				consent.Method = representative.Call
			}
			_, err := b.Consent(t.Context(), mother, consent)
			return err
		},
		"the care": func(b bench, first bool) error {
			if !first {
				shield.Episode = "visit-10"
			}
			_, err := b.Shield(t.Context(), staff, shield)
			return err
		},
		"what it ends": func(b bench, first bool) error {
			if !first {
				end.About = "another"
			}
			_, err := b.End(t.Context(), staff, end)
			return err
		},
		"why": func(b bench, first bool) error {
			if release.Reason = "It was her father."; !first {
				release.Reason = "It was her aunt."
			}
			_, err := b.Unfreeze(t.Context(), staff, release)
			return err
		},
		"the finding": func(b bench, first bool) error {
			covered := releasing(representative.Mistaken)
			if !first {
				covered.Finding = representative.Covered
			}
			_, err := b.Unfreeze(t.Context(), staff, covered)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := busy(t)
			require.NoError(t, act(b, true))
			require.ErrorIs(t, act(b, false), representative.ErrConflict)
		})
	}
}

func TestADatedActTwiceIsOne(t *testing.T) {
	b := onMemory(t)
	a := appointing(mother)
	a.At = noon.Add(-time.Hour)
	for range 2 {
		b.appoint(t, a)
	}
	require.Len(t, b.facts(t), 1)
}

func TestAnEndedAppointmentIsNotEndedAgain(t *testing.T) {
	b := busy(t)
	_, err := b.End(t.Context(), staff, ending())
	require.NoError(t, err)
	again := ending()
	again.ID = ""
	_, err = b.End(t.Context(), staff, again)
	require.ErrorIs(t, err, representative.ErrUnknown)
}
