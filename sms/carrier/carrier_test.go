package carrier_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

const (
	practice = "+15125550100"
	patient  = "+15125550142"
)

var start = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)

func TestTextReachesThePhone(t *testing.T) {
	n := newNetwork(t, fated(carrier.Fate{Delay: 10 * time.Second}))
	accepted, err := n.Send(context.Background(), text("r1"))
	require.NoError(t, err)
	require.Equal(t, "id-1", accepted.ID)

	n.pass(t, 4*time.Second)
	require.Empty(t, n.Thread(patient))
	require.Empty(t, n.receipts)
	n.pass(t, time.Second)
	require.Equal(t, []sms.Status{sms.StatusSent}, n.statuses())
	n.pass(t, 5*time.Second)

	at := start.Add(10 * time.Second)
	require.Empty(t, cmp.Diff([]carrier.Text{
		{ID: "id-1", From: practice, To: patient, Body: "See you at 3.", At: at},
	}, n.Thread(patient)))
	require.Empty(t, cmp.Diff([]sms.Receipt{
		{Provider: "carrier", ID: "id-1", Reference: "r1", Status: sms.StatusSent},
		{Provider: "carrier", ID: "id-1", Reference: "r1", Status: sms.StatusDelivered},
	}, n.receipts))
	require.Empty(t, cmp.Diff([]carrier.Message{{
		ID: "id-1", Reference: "r1", From: practice, To: patient, Body: "See you at 3.",
		Accepted: start, Expires: start.Add(time.Hour), Status: sms.StatusDelivered, Ended: at,
	}}, n.Messages()))

	n.Thread(patient)[0].Body = "changed"
	n.Messages()[0].Body = "changed"
	require.Equal(t, "See you at 3.", n.Thread(patient)[0].Body, "what is returned is a copy")
	require.Equal(t, "See you at 3.", n.Messages()[0].Body)
}

func TestSameReferenceTwiceIsTwoTexts(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	for range 2 {
		_, err := n.Send(context.Background(), text("r1"))
		require.NoError(t, err)
	}
	n.pass(t, 0)
	require.Len(t, n.Messages(), 2)
	require.Len(t, n.Thread(patient), 2)
}

func TestLostAnswerIsUnknownAndTheTextArrives(t *testing.T) {
	n := newNetwork(t, fated(carrier.Fate{Lost: true, Delay: time.Minute}))
	_, err := n.Send(context.Background(), text("r1"))
	require.Equal(t, sms.Unknown, classOf(t, err))
	r, found, err := n.Find(context.Background(), text("r1"))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, sms.StatusAccepted, r.Status)
	n.pass(t, time.Minute)
	require.Len(t, n.Thread(patient), 1)
	r, _, _ = n.Find(context.Background(), text("r1"))
	require.Empty(t, cmp.Diff(sms.Receipt{Provider: "carrier", ID: "id-1", Reference: "r1", Status: sms.StatusDelivered}, r))

	_, found, err = n.Find(context.Background(), text("never offered"))
	require.NoError(t, err)
	require.False(t, found)
}

func TestCodesAndTheirClasses(t *testing.T) {
	for code, class := range map[string]sms.Class{
		carrier.CodeOptedOut: sms.OptedOut, carrier.CodeNoNumber: sms.BadNumber, carrier.CodeLandline: sms.BadNumber,
		carrier.CodeUnreachable: sms.Transient, carrier.CodeBusy: sms.Throttled, carrier.CodeFiltered: sms.Filtered,
		carrier.CodeUnregistered: sms.BadSender, carrier.CodeInvalid: sms.Rejected, "anything else": sms.Rejected,
	} {
		t.Run(code, func(t *testing.T) {
			n := newNetwork(t, fated(carrier.Fate{Refuse: code}))
			_, err := n.Send(context.Background(), text("r1"))
			require.Equal(t, class, classOf(t, err))
			require.Empty(t, n.Messages())

			n = newNetwork(t, fated(carrier.Fate{Code: code}))
			_, err = n.Send(context.Background(), text("r1"))
			require.NoError(t, err)
			n.pass(t, 0)
			require.Empty(t, n.Thread(patient))
			require.Empty(t, cmp.Diff(sms.Receipt{
				Provider: "carrier", ID: "id-1", Reference: "r1", Status: sms.StatusUndelivered, Code: code, Class: class,
			}, n.receipts[1]))
		})
	}
}

func TestReply(t *testing.T) {
	n := newNetwork(t, carrier.Script{Reply: func(in sms.Inbound) carrier.Course {
		if in.Body == "Yes" {
			return carrier.Course{Repeat: 1, Delay: time.Second}
		}
		return carrier.Course{}
	}})
	_, err := n.Reply(patient, practice, "Yes")
	require.NoError(t, err)
	_, err = n.Reply(patient, practice, "Stop")
	require.NoError(t, err)
	n.pass(t, 0)
	n.pass(t, time.Second)
	yes := sms.Inbound{Provider: "carrier", ID: "id-1", From: patient, To: practice, Body: "Yes", At: start}
	stop := sms.Inbound{Provider: "carrier", ID: "id-2", From: patient, To: practice, Body: "Stop", At: start}
	require.Empty(t, cmp.Diff([]sms.Inbound{stop, yes, yes}, n.inbound))
	require.Len(t, n.Thread(patient), 2)

	_, err = n.Reply("", practice, "Yes")
	require.ErrorIs(t, err, sms.ErrInvalid)
	_, err = n.Reply(patient, "", "Yes")
	require.ErrorIs(t, err, sms.ErrInvalid)

	_, err = n.ReplyPictures(patient, practice, "", 2)
	require.NoError(t, err)
	_, err = n.ReplyPictures(patient, practice, "", -1)
	require.ErrorIs(t, err, sms.ErrInvalid)
	n.pass(t, 0)
	require.Equal(t, 2, n.inbound[3].Media)
	require.Equal(t, 2, n.Thread(patient)[2].Pictures)
}

func TestSendRefusesWhatIsNoMessage(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	for name, change := range map[string]func(*sms.Message){
		"no reference": func(m *sms.Message) { m.Reference = "" },
		"no sender":    func(m *sms.Message) { m.From = "" },
		"no recipient": func(m *sms.Message) { m.To = "" },
		"no body":      func(m *sms.Message) { m.Body = "" },
		"no validity":  func(m *sms.Message) { m.Validity = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			m := text("r1")
			change(&m)
			_, err := n.Send(context.Background(), m)
			require.Equal(t, sms.Rejected, classOf(t, err))
		})
	}
	require.Empty(t, n.Messages())
}

func TestNewRefuses(t *testing.T) {
	secret := []byte("sixteen bytes it is")
	hear := func(context.Context, sms.Inbound) error { return nil }
	for name, o := range map[string]carrier.Options{
		"webhooks in clear":         {InboundURL: "http://example.test/in", Secret: secret},
		"receipts in clear":         {ReceiptURL: "http://192.0.2.7/in", Secret: secret},
		"webhooks without a secret": {InboundURL: "https://example.test/in"},
		"a short secret":            {Secret: []byte("short")},
		"two listeners":             {InboundURL: "https://example.test/in", OnInbound: hear, Secret: secret},
		"no address":                {InboundURL: "://", Secret: secret},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := carrier.New(&o)
			require.ErrorIs(t, err, sms.ErrInvalid)
		})
	}
	c, err := carrier.New(&carrier.Options{InboundURL: "http://localhost:1/in", Secret: secret})
	require.NoError(t, err)
	client, err := carrier.Dial("https://example.test", token, &carrier.DialOptions{Secret: secret})
	require.NoError(t, err)
	for _, x := range []any{c, client} {
		require.Equal(t, "carrier carrier carrier", fmt.Sprintf("%v %+v %#v", x, x, x))
		require.Equal(t, "carrier", slog.AnyValue(x).Resolve().String())
	}
}

func TestRandomCanBeRepeated(t *testing.T) {
	odds := carrier.Odds{
		Refuse: 0.1, Lost: 0.2, Fail: 0.3, Repeat: 0.2, Swap: 0.5, Silent: 0.1, MaxDelay: time.Minute, MaxLate: time.Hour,
	}
	one, same, other := carrier.Random(1, odds), carrier.Random(1, odds), carrier.Random(2, odds)
	const n = 2000
	var lost, refused, differ int
	for i := range n {
		m := text(fmt.Sprint("r", i))
		f := one.Message(m, 1)
		_ = same.Message(text("another"), 1) // what else was asked changes nothing
		require.Equal(t, f, same.Message(m, 1))
		require.LessOrEqual(t, f.Delay, time.Minute)
		require.LessOrEqual(t, f.Late, time.Hour)
		if f.Lost {
			lost++
		}
		if f.Refuse != "" {
			refused++
		}
		if f != other.Message(m, 1) || f != one.Message(m, 2) {
			differ++
		}
		require.Equal(t, one.Reply(sms.Inbound{ID: m.Reference}), same.Reply(sms.Inbound{ID: m.Reference}))
	}
	require.InDelta(t, 0.18, float64(lost)/n, 0.04)
	require.InDelta(t, 0.1, float64(refused)/n, 0.03)
	require.Greater(t, differ, n/2)
	require.Equal(t, carrier.Fate{}, carrier.Random(1, carrier.Odds{}).Message(text("r"), 1))
}

// Whatever the odds: what is taken on ends once, is on the phone at most once, and is found by its reference; what is
// delivered was in time; the furthest receipt that is told is the truth.
func TestNetworkKeepsItsBooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chance := rapid.Float64Range(0, 1)
		odds := carrier.Odds{
			Refuse: chance.Draw(t, "refuse"), Lost: chance.Draw(t, "lost"), Fail: chance.Draw(t, "fail"),
			Repeat: chance.Draw(t, "repeat"), Swap: chance.Draw(t, "swap"), Silent: chance.Draw(t, "silent"),
			Drop: chance.Draw(t, "drop"), Vanish: chance.Draw(t, "vanish"), MaxDelay: 2 * time.Hour, MaxLate: time.Hour,
		}
		script := carrier.Random(rapid.Uint64().Draw(t, "seed"), odds)
		n := newNetwork(t, script)
		taken := 0
		vanished := map[string]bool{}
		for i := range rapid.IntRange(1, 20).Draw(t, "texts") {
			m := text(fmt.Sprint("r", i))
			_, err := n.Send(context.Background(), m)
			fate := script.Message(m, 1)
			vanished[m.Reference] = fate.Vanish
			if fate.Refuse == "" && !fate.Drop {
				taken++
			}
			open := fate.Refuse == "" && (fate.Drop || fate.Lost)
			var e *sms.SendError
			require.Equal(t, open, errors.As(err, &e) && e.Class == sms.Unknown)
			n.pass(t, time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds"))*time.Second)
		}
		n.pass(t, 10*time.Hour)
		require.Len(t, n.Messages(), taken)

		furthest := map[string]sms.Receipt{}
		for _, r := range n.receipts {
			if r.Status.Rank() > furthest[r.ID].Status.Rank() {
				furthest[r.ID] = r
			}
		}
		onPhone := map[string]int{}
		for _, x := range n.Thread(patient) {
			onPhone[x.ID]++
		}
		for _, m := range n.Messages() {
			require.Equal(t, vanished[m.Reference], m.Ended.IsZero())
			require.False(t, m.Ended.After(m.Expires))
			want := 0
			if m.Status == sms.StatusDelivered {
				want = 1
			}
			require.Equal(t, want, onPhone[m.ID])
			r, found, err := n.Find(context.Background(), sms.Message{Reference: m.Reference})
			require.NoError(t, err)
			require.True(t, found)
			if told, ok := furthest[m.ID]; ok {
				require.Equal(t, r, told)
			}
		}
	})
}

func TestCarrierIsSafeForConcurrentUse(t *testing.T) {
	c, err := carrier.New(&carrier.Options{Script: carrier.Random(1, carrier.Odds{Repeat: 0.5, Lost: 0.1})})
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 50 {
				_, _ = c.Send(context.Background(), text(fmt.Sprint(i, "-", k)))
				_, _ = c.Reply(patient, practice, "Yes")
				_, _ = c.Step(context.Background())
				_, _, _ = c.Find(context.Background(), text("0-0"))
				_, _ = c.Thread(patient), c.Messages()
			}
		})
	}
	all.Wait()
	_, err = c.Step(context.Background())
	require.NoError(t, err)
	require.Len(t, c.Messages(), 400)
	require.Len(t, c.Thread(patient), 800)
}
