package carrier_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// always is a network on which every message has this fate.
func always(t *testing.T, f carrier.Fate) *network {
	t.Helper()
	return newNetwork(t, carrier.Script{Message: func(sms.Message, int) carrier.Fate { return f }})
}

func TestWhatIsDroppedWasNeverTakenOn(t *testing.T) {
	n := always(t, carrier.Fate{Drop: true})
	_, err := n.Send(t.Context(), text("r"))
	require.Equal(t, sms.Unknown, classOf(t, err), "the sender is not told")
	n.pass(t, 24*time.Hour)
	require.Empty(t, n.Messages())
	_, found, err := n.Find(t.Context(), text("r"))
	require.NoError(t, err)
	require.False(t, found)
}

func TestWhatVanishesReachesNobodyAndIsHeardOfNoMore(t *testing.T) {
	n := always(t, carrier.Fate{Vanish: true})
	_, err := n.Send(t.Context(), text("r"))
	require.NoError(t, err)
	n.pass(t, 24*time.Hour)
	require.Empty(t, n.receipts)
	require.Empty(t, n.Thread(patient))
	r, found, err := n.Find(t.Context(), text("r"))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, sms.StatusAccepted, r.Status)
}

func TestAnswersAreSlowOrNeverCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ask := func(f carrier.Fate, timeout time.Duration) (*network, time.Duration, error) {
			n := always(t, f)
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			began := time.Now()
			_, err := n.Send(ctx, text("r"))
			return n, time.Since(began), err
		}
		_, took, err := ask(carrier.Fate{Slow: 3 * time.Second}, 10*time.Second)
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, took)
		_, _, err = ask(carrier.Fate{Slow: 3 * time.Second, Refuse: carrier.CodeFiltered}, 10*time.Second)
		require.Equal(t, sms.Filtered, classOf(t, err))
		for _, f := range []carrier.Fate{{Slow: 20 * time.Second}, {Hang: true}, {Hang: true, Drop: true}} {
			n, took, err := ask(f, 10*time.Second)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, sms.Unknown, classOf(t, err))
			require.Equal(t, 10*time.Second, took)
			want := 1
			if f.Drop {
				want = 0
			}
			require.Len(t, n.Messages(), want, "what became of it does not depend on who waits")
		}
	})
}

// A call that hangs holds up no other.
func TestAHangingCallHoldsUpNobody(t *testing.T) {
	n := newNetwork(t, carrier.Script{Message: func(m sms.Message, _ int) carrier.Fate {
		return carrier.Fate{Hang: m.Reference == "hangs"}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := n.Send(ctx, text("hangs"))
		done <- err
	}()
	require.Eventually(t, func() bool { return len(n.Messages()) == 1 }, 5*time.Second, time.Millisecond)
	_, err := n.Send(t.Context(), text("other"))
	require.NoError(t, err)
	cancel()
	require.Equal(t, sms.Unknown, classOf(t, <-done))
}

func TestEveryClassHasACode(t *testing.T) {
	for code, class := range map[string]sms.Class{
		carrier.CodeOptedOut: sms.OptedOut, carrier.CodeNoNumber: sms.BadNumber, carrier.CodeLandline: sms.BadNumber,
		carrier.CodeBlocked: sms.Blocked, carrier.CodeUnreachable: sms.Transient, carrier.CodeBusy: sms.Throttled,
		carrier.CodeDailyLimit: sms.DailyLimit, carrier.CodeFiltered: sms.Filtered, carrier.CodeUnregistered: sms.BadSender,
		carrier.CodeExpired: sms.Expired, carrier.CodeInvalid: sms.Rejected, "another's": sms.Rejected,
	} {
		_, err := always(t, carrier.Fate{Refuse: code}).Send(t.Context(), text("r"))
		require.Equal(t, class, classOf(t, err))
		n := always(t, carrier.Fate{Code: code})
		_, err = n.Send(t.Context(), text("r"))
		require.NoError(t, err)
		n.pass(t, time.Minute)
		last := n.receipts[len(n.receipts)-1]
		require.Equal(t, class, last.Class)
		require.Equal(t, code, last.Code)
	}
}

func TestOptOutsAreTheNetworksOwn(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	n.OptOut(patient, practice)
	n.pass(t, time.Hour)
	n.OptOut(patient, practice) // again changes nothing
	n.OptOut("+15125550143", practice)
	_, err := n.Send(t.Context(), text("r"))
	require.Equal(t, sms.OptedOut, classOf(t, err))
	list := func(since time.Time) (all []sms.OptOut) {
		for out, err := range n.OptOuts(t.Context(), since) {
			require.NoError(t, err)
			all = append(all, out)
		}
		return all
	}
	first := sms.OptOut{Number: patient, Sender: practice, At: start}
	second := sms.OptOut{Number: "+15125550143", Sender: practice, At: start.Add(time.Hour)}
	require.Equal(t, []sms.OptOut{first, second}, list(time.Time{}))
	require.Equal(t, []sms.OptOut{second}, list(start.Add(time.Minute)))
	for range n.OptOuts(t.Context(), time.Time{}) {
		break
	}
	n.OptIn(patient, practice)
	_, err = n.Send(t.Context(), text("r"))
	require.NoError(t, err)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range n.OptOuts(done, time.Time{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestCancelTakesBackWhatHasNotLeft(t *testing.T) {
	n := always(t, carrier.Fate{Delay: time.Minute})
	accepted, err := n.Send(t.Context(), text("r"))
	require.NoError(t, err)
	for range 2 {
		done, err := n.Cancel(t.Context(), accepted.ID)
		require.NoError(t, err)
		require.True(t, done)
	}
	n.pass(t, time.Hour)
	require.Empty(t, n.Thread(patient))
	require.Len(t, n.receipts, 1)
	require.Equal(t, sms.StatusFailed, n.receipts[0].Status)
	require.Equal(t, carrier.CodeCancelled, n.receipts[0].Code)

	accepted, err = n.Send(t.Context(), text("late"))
	require.NoError(t, err)
	n.pass(t, 30*time.Second)
	for _, id := range []string{accepted.ID, "nobody's"} {
		done, err := n.Cancel(t.Context(), id)
		require.NoError(t, err)
		require.False(t, done, "too late")
	}
	n.pass(t, time.Hour)
	require.Len(t, n.Thread(patient), 1)
}

func TestLookupAnswersAsTheScriptSays(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	got, err := n.Lookup(t.Context(), patient, start)
	require.NoError(t, err)
	require.Equal(t, sms.Line{Number: patient, Verified: start, Reassigned: sms.NoData, Deactivated: sms.NoData, Landline: sms.NoData}, got)
	n = newNetwork(t, carrier.Script{Line: func(number string, verified time.Time) sms.Line {
		return sms.Line{Number: number, Verified: verified, Reassigned: sms.Yes}
	}})
	got, err = n.Lookup(t.Context(), patient, start)
	require.NoError(t, err)
	require.Equal(t, sms.Yes, got.Reassigned)
}

// Replies are lost, overtake each other, and come twice.
func TestRepliesInDisorder(t *testing.T) {
	courses := map[string]carrier.Course{"first": {Delay: time.Minute}, "second": {Repeat: 1}, "third": {Lost: true}}
	n := newNetwork(t, carrier.Script{Reply: func(in sms.Inbound) carrier.Course { return courses[in.Body] }})
	for _, body := range []string{"first", "second", "third"} {
		_, err := n.Reply(patient, practice, body)
		require.NoError(t, err)
	}
	n.pass(t, time.Hour)
	var told []string
	for _, in := range n.inbound {
		told = append(told, in.Body)
	}
	require.Equal(t, []string{"second", "second", "first"}, told)
	require.Len(t, n.Thread(patient), 3, "the phone shows what was written on it")
}

func TestRandomDrawsEveryFateByItsOdds(t *testing.T) {
	odds := carrier.Odds{
		Refuse: 0.1, Drop: 0.2, Hang: 0.2, Slow: 0.3, Vanish: 0.2, Fail: 0.5, Unheard: 0.2, MaxSlow: time.Second,
		Refusals: []string{carrier.CodeDailyLimit, carrier.CodeFiltered}, Failures: []string{carrier.CodeBlocked},
	}
	script := carrier.Random(3, odds)
	const n = 4000
	count := map[string]float64{}
	for i := range n {
		f := script.Message(text(fmt.Sprint("r", i)), 1)
		require.Equal(t, f, carrier.Random(3, odds).Message(text(fmt.Sprint("r", i)), 1))
		require.LessOrEqual(t, f.Slow, time.Second)
		for what, is := range map[string]bool{
			"drop": f.Drop, "hang": f.Hang, "slow": f.Slow > 0, "vanish": f.Vanish, "day": f.Refuse == carrier.CodeDailyLimit,
			"filtered": f.Refuse == carrier.CodeFiltered, "blocked": f.Code == carrier.CodeBlocked,
			"unheard": script.Reply(sms.Inbound{ID: fmt.Sprint("i", i)}).Lost,
		} {
			if is {
				count[what] += 1. / n
			}
		}
	}
	for what, want := range map[string]float64{
		"drop": 0.18, "hang": 0.18, "slow": 0.27, "vanish": 0.18, "day": 0.05, "filtered": 0.05, "blocked": 0.45, "unheard": 0.2,
	} {
		require.InDelta(t, want, count[what], 0.03, what)
	}
}
