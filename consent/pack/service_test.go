package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/stage"
)

var errDisk = errors.New("the disk is full")

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	for _, missing := range []func() (*pack.Service, error){
		func() (*pack.Service, error) { return pack.New(nil, b.Log, b.consents, b.prove, nil) },
		func() (*pack.Service, error) { return pack.New(b.store, nil, b.consents, b.prove, nil) },
		func() (*pack.Service, error) { return pack.New(b.store, b.Log, nil, b.prove, nil) },
		func() (*pack.Service, error) { return pack.New(b.store, b.Log, b.consents, nil, nil) },
	} {
		_, err := missing()
		require.ErrorIs(t, err, pack.ErrInvalid)
	}
	_, err := pack.New(b.store, b.Log, b.consents, b.prove, nil)
	require.NoError(t, err)
}

func TestAnIdUsedForAnotherDecisionIsAConflict(t *testing.T) {
	b := onMemory(t)
	b.request(t, "r-1", order)
	b.request(t, "r-2", order)
	yes := pack.Approval{ID: "yes", Practice: practice, Release: "r-1"}
	no := pack.Denial{ID: "no", Practice: practice, Release: "r-2", Reason: "It was not signed."}
	_, err := b.Approve(t.Context(), manager, yes)
	require.NoError(t, err)
	_, err = b.Deny(t.Context(), manager, no)
	require.NoError(t, err)
	for name, act := range map[string]func() (pack.Fact, error){
		"a denial": func() (pack.Fact, error) {
			return b.Deny(t.Context(), manager, pack.Denial{ID: "yes", Practice: practice, Release: "r-1", Reason: "No."})
		},
		"somebody else's": func() (pack.Fact, error) {
			return b.Approve(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-19"}, yes)
		},
		"another reason": func() (pack.Fact, error) {
			no := no
			no.Reason = "It was late."
			return b.Deny(t.Context(), manager, no)
		},
	} {
		f, err := act()
		require.ErrorIs(t, err, pack.ErrConflict, name)
		require.Zero(t, f)
	}
}

func TestTheLogSaysWhatWasHandedOut(t *testing.T) {
	b := onMemory(t).family(t)
	file := b.file(t, order)
	require.Contains(t, file, "by another member of staff than the one who requested it")
	written := b.Logged(t, practice, "consent.pack.write")
	require.Len(t, written, 1)
	require.Equal(t, strconv.Itoa(len(file)), written[0].Details["file bytes"])
	require.Equal(t, b.account(t)[0].Hash, written[0].Details["file sha-256"])
}

func TestTheSameActTwiceIsOne(t *testing.T) {
	b := onMemory(t)
	ask := pack.Request{ID: "a-1", Practice: practice, Scope: order, At: noon.Add(-time.Hour)}
	first, err := b.Request(t.Context(), staff, ask)
	require.NoError(t, err)
	require.Equal(t, "a-1", first.Release, "a release without a name is called by its act")
	b.Clock.Pass(time.Hour)
	again, err := b.Request(t.Context(), staff, ask)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(first, again))

	yes := pack.Approval{ID: "a-2", Practice: practice, Release: "a-1"}
	first, err = b.Approve(t.Context(), manager, yes)
	require.NoError(t, err)
	require.Equal(t, order, first.Scope)
	again, err = b.Approve(t.Context(), manager, yes)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(first, again))
	require.Len(t, b.Logged(t, practice, "consent.pack.request", "consent.pack.approve"), 2)
}

func TestAnIdOrAReleaseUsedForAnotherActIsAConflict(t *testing.T) {
	for name, change := range map[string]func(*pack.Request){
		"another recipient": func(r *pack.Request) { r.Scope.Recipient = pack.Practice },
		"another number":    func(r *pack.Request) { r.Scope.Number = second },
		"another document":  func(r *pack.Request) { r.Scope.Document = "subpoena-8" },
		"another time":      func(r *pack.Request) { r.At = noon.Add(-time.Hour) },
		"another release":   func(r *pack.Request) { r.Release = "r-2" },
		"another act":       func(r *pack.Request) { r.ID = "a-2" },
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			ask := pack.Request{ID: "a-1", Practice: practice, Release: "r-1", Scope: order}
			_, err := b.Request(t.Context(), staff, ask)
			require.NoError(t, err)
			change(&ask)
			_, err = b.Request(t.Context(), staff, ask)
			require.ErrorIs(t, err, pack.ErrConflict)
			b.refused(t, "consent.pack.request", err)
		})
	}
}

func TestRefusalsAreRecordedAndChangeNothing(t *testing.T) {
	ask := func(spoil func(*pack.Request)) func(context.Context, bench) error {
		return func(ctx context.Context, b bench) error {
			r := pack.Request{Practice: practice, Release: "r-2", Scope: order}
			spoil(&r)
			_, err := b.Request(ctx, staff, r)
			return err
		}
	}
	const request, deny, approve = "consent.pack.request", "consent.pack.deny", "consent.pack.approve"
	for name, c := range map[string]struct {
		action string
		act    func(context.Context, bench) error
		err    error
		says   string
	}{
		"about nobody":         {request, ask(func(r *pack.Request) { r.Scope.Number = "" }), pack.ErrInvalid, "a number or a patient"},
		"a number that is not": {request, ask(func(r *pack.Request) { r.Scope.Number = "555-0100" }), pack.ErrInvalid, "E.164"},
		"a long name":          {request, ask(func(r *pack.Request) { r.Scope.Name = strings.Repeat("x", 201) }), pack.ErrInvalid, "the name is longer"},
		"a long release":       {request, ask(func(r *pack.Request) { r.Release = strings.Repeat("x", 65) }), pack.ErrInvalid, "the release is longer"},
		"the future":           {request, ask(func(r *pack.Request) { r.At = noon.Add(2 * time.Minute) }), pack.ErrInvalid, "future"},
		"no reason": {deny, func(ctx context.Context, b bench) error {
			_, err := b.Deny(ctx, manager, pack.Denial{Practice: practice, Release: "r-1"})
			return err
		}, pack.ErrInvalid, "the reason is empty"},
		"a denial of nothing": {deny, func(ctx context.Context, b bench) error {
			_, err := b.Deny(ctx, manager, pack.Denial{Practice: practice, Release: "r-9", Reason: "No."})
			return err
		}, pack.ErrUnknown, "no such release"},
		"an approval of nothing": {approve, func(ctx context.Context, b bench) error {
			_, err := b.Approve(ctx, manager, pack.Approval{Practice: practice})
			return err
		}, pack.ErrInvalid, "the release is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			_, err := b.Request(t.Context(), staff, pack.Request{ID: "a-1", Practice: practice, Release: "r-1", Scope: order})
			require.NoError(t, err)
			err = c.act(t.Context(), b)
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), number)
			b.refused(t, c.action, err)
			require.Len(t, b.Logged(t, practice, "consent.pack.request", "consent.pack.deny", "consent.pack.approve"), 2)
			page, err := b.Releases(t.Context(), staff, pack.Query{Practice: practice, Kind: pack.Requested})
			require.NoError(t, err)
			require.Len(t, page.Facts, 1)
		})
	}

	b := onMemory(t)
	_, err := b.Request(t.Context(), audit.Actor{}, pack.Request{Practice: practice, Scope: order})
	require.ErrorIs(t, err, pack.ErrInvalid)
	_, err = b.Write(t.Context(), audit.Actor{}, io.Discard, practice, "r-1")
	require.ErrorIs(t, err, pack.ErrInvalid)
	_, err = b.Write(t.Context(), staff, io.Discard, practice, "")
	require.ErrorIs(t, err, pack.ErrInvalid)
	_, err = b.Request(t.Context(), staff, pack.Request{Scope: order})
	require.ErrorIs(t, err, pack.ErrInvalid, "without a practice there is no log either")
	_, err = b.Releases(t.Context(), audit.Actor{}, pack.Query{Practice: practice})
	require.ErrorIs(t, err, pack.ErrInvalid)
	_, err = b.State(t.Context(), audit.Actor{}, pack.Key{Practice: practice, Release: "r-1"})
	require.ErrorIs(t, err, pack.ErrInvalid)
}

func TestADecisionIsMadeOnce(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", order)
	b.approve(t, "r-1")
	_, err := b.Approve(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-19"}, pack.Approval{Practice: practice, Release: "r-1"})
	require.ErrorIs(t, err, pack.ErrDecided)
	_, err = b.Deny(t.Context(), manager, pack.Denial{Practice: practice, Release: "r-1", Reason: "No."})
	require.ErrorIs(t, err, pack.ErrDecided)
	b.refused(t, "consent.pack.deny", err)

	b.request(t, "r-2", pack.Scope{Recipient: pack.Patient, Patient: ana})
	_, err = b.Write(t.Context(), staff, io.Discard, practice, "r-2")
	require.NoError(t, err)
	_, err = b.Deny(t.Context(), manager, pack.Denial{Practice: practice, Release: "r-2", Reason: "No."})
	require.ErrorIs(t, err, pack.ErrDecided, "what was handed out cannot be denied")

	b.request(t, "r-3", order)
	_, err = b.Deny(t.Context(), staff, pack.Denial{Practice: practice, Release: "r-3", Reason: "Asked by mistake."})
	require.NoError(t, err, "whoever requested may take it back")
}

// behind is a store that shows an older ledger the first time it is read.
type behind struct {
	pack.Store
	once *sync.Once
}

func (b behind) Ledger(ctx context.Context, k pack.Key) ([]pack.Fact, error) {
	facts, err := b.Store.Ledger(ctx, k)
	b.once.Do(func() { facts = facts[:1] })
	return facts, err
}

func TestWhoDecidedOnAnOlderLedgerDecidesAnew(t *testing.T) {
	b := onMemory(t)
	b.request(t, "r-1", order)
	_, err := b.Deny(t.Context(), manager, pack.Denial{Practice: practice, Release: "r-1", Reason: "No."})
	require.NoError(t, err)
	_, err = b.WithStore(behind{b.store, &sync.Once{}}).Approve(t.Context(), manager, pack.Approval{Practice: practice, Release: "r-1"})
	require.ErrorIs(t, err, pack.ErrDecided)
}

// broken is a store that writes nothing.
type broken struct{ pack.Store }

func (broken) Apply(context.Context, pack.Change) (bool, error) { return false, errDisk }

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errDisk }

func TestWhatCannotBeRecordedIsNotWritten(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	var w bytes.Buffer
	s, err := pack.New(broken{b.store}, b.Log, b.consents, b.prove, nil)
	require.NoError(t, err)
	_, err = s.Write(t.Context(), staff, &w, practice, "r-1")
	require.ErrorIs(t, err, errDisk)
	require.Zero(t, w.Len())
}

func TestWhatCannotBeProvedIsNotWritten(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	var w bytes.Buffer
	s, err := pack.New(b.store, b.Log, b.consents, func(context.Context, io.Writer, string, []string) error { return errDisk }, nil)
	require.NoError(t, err)
	_, err = s.Write(t.Context(), staff, &w, practice, "r-1")
	require.ErrorIs(t, err, errDisk)
	require.Zero(t, w.Len())
	require.Empty(t, b.account(t))
}

func TestAFileThatBrokeOffIsAccountedAndWrittenAgain(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	f, err := b.Write(t.Context(), staff, full{}, practice, "r-1")
	require.ErrorIs(t, err, errDisk)
	require.Equal(t, pack.Written, f.Kind)
	require.Len(t, b.account(t), 1)
	_, err = b.Write(t.Context(), staff, io.Discard, practice, "r-1")
	require.NoError(t, err)
	require.Len(t, b.account(t), 2)
	state, err := b.State(t.Context(), staff, f.Key())
	require.NoError(t, err)
	require.Len(t, state.Written, 2)
}

// TestAFileIsOnRecordWhateverBecomesOfATransaction binds a service to a store that its caller rolls back.
func TestAFileIsOnRecordWhateverBecomesOfATransaction(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	gone := consentmem.NewPacks(auditmem.New())
	bound := b.WithStore(gone)
	_, err := bound.Request(t.Context(), staff, pack.Request{Practice: practice, Release: "r-2", Scope: order})
	require.NoError(t, err)
	facts, err := gone.Ledger(t.Context(), pack.Key{Practice: practice, Release: "r-2"})
	require.NoError(t, err)
	require.Len(t, facts, 1, "a request is part of the transaction")
	_, err = bound.Write(t.Context(), staff, io.Discard, practice, "r-2")
	require.ErrorIs(t, err, pack.ErrUnknown, "and counts once that is committed")
	_, err = bound.Write(t.Context(), staff, io.Discard, practice, "r-1")
	require.NoError(t, err)
	require.Len(t, b.account(t), 1)
}

func TestNobodyReadsForARefusedFile(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", carrier)
	b.writeRefused(t, "r-1", pack.ErrNotApproved)
	require.Empty(t, b.Logged(t, practice, "consent.read"))
}

func TestWhoseLogFailsGetsNothing(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	s, err := pack.New(b.store, stage.Full(t), b.consents, b.prove, nil)
	require.NoError(t, err)
	page, err := s.Releases(t.Context(), staff, pack.Query{Practice: practice, Kind: pack.Requested})
	require.ErrorIs(t, err, stage.ErrFull)
	require.Zero(t, page)
	state, err := s.State(t.Context(), staff, pack.Key{Practice: practice, Release: "r-1"})
	require.ErrorIs(t, err, stage.ErrFull)
	require.Zero(t, state)
	_, err = s.Request(t.Context(), patient, pack.Request{Practice: practice, Scope: order})
	require.ErrorIs(t, err, pack.ErrStaff)
	require.ErrorIs(t, err, audit.ErrNotRecorded)
}

func TestLookingIsRecorded(t *testing.T) {
	b := onMemory(t).family(t)
	b.request(t, "r-1", pack.Scope{Recipient: pack.Patient, Patient: ana})
	b.request(t, "r-2", order)
	page, err := b.Releases(t.Context(), manager, pack.Query{Practice: practice, Kind: pack.Requested, Limit: 1})
	require.NoError(t, err)
	require.Len(t, page.Facts, 1)
	require.NotEmpty(t, page.Next)
	read := b.Logged(t, practice, "consent.pack.read")
	require.Len(t, read, 1)
	require.Equal(t, manager, read[0].Actor)
	require.Equal(t, audit.Object{Kind: "release", ID: "r-1"}, read[0].Object)
	require.Equal(t, ana, read[0].Patient)

	for _, release := range []string{"r-1", "r-2"} {
		_, err = b.State(t.Context(), manager, pack.Key{Practice: practice, Release: release})
		require.NoError(t, err)
	}
	ofAna := 0
	for _, e := range b.Logged(t, practice, "consent.pack.read") {
		if e.Patient == ana {
			ofAna++
		}
	}
	require.Len(t, b.Logged(t, practice, "consent.pack.read"), 3)
	require.Equal(t, 2, ofAna)
	_, err = b.Releases(t.Context(), manager, pack.Query{Practice: practice, Kind: pack.Requested, Limit: 1001})
	require.ErrorIs(t, err, pack.ErrInvalid)
	b.refused(t, "consent.pack.read", err)
	_, err = b.Releases(t.Context(), manager, pack.Query{Practice: practice, Kind: pack.Requested, After: "nobody's"})
	require.ErrorIs(t, err, pack.ErrAfter)
	_, err = b.State(t.Context(), manager, pack.Key{Practice: practice})
	require.ErrorIs(t, err, pack.ErrInvalid)
	b.refused(t, "consent.pack.read", err)

	// The evidence is read as by the member of staff who writes the file.
	_, err = b.Write(t.Context(), staff, io.Discard, practice, "r-1")
	require.NoError(t, err)
	require.Len(t, b.Logged(t, practice, "consent.read"), 3, "which numbers, and each of the two")
}

// The account outlives the patients whom it is about, and what is left of one hides no other's.
func TestWhatIsLeftOfOnePatientHidesNoRelease(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		for _, id := range []string{"p-1", "p-2"} {
			b.request(t, "for "+id, pack.Scope{Recipient: pack.Practice, Patient: id})
		}
		require.NoError(t, b.Keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-1", Class: crypto.Evidence}))
		page, err := b.Releases(t.Context(), manager, pack.Query{Practice: practice, Kind: pack.Requested})
		require.NoError(t, err)
		require.Len(t, page.Facts, 2)
		state, err := b.State(t.Context(), manager, pack.Key{Practice: practice, Release: "for p-1"})
		require.NoError(t, err)
		require.Equal(t, page.Facts[0], state.Request)

		seen := map[string]string{}
		for _, e := range b.Logged(t, practice, "consent.pack.read") {
			seen[e.Object.ID] = e.Patient
		}
		require.Equal(t, map[string]string{"for p-1": "", "for p-2": "p-2"}, seen)
	})
}

func TestDerive(t *testing.T) {
	k := pack.Key{Practice: practice, Release: "r-1"}
	at := func(minute int, kind pack.Kind, r pack.Recipient) pack.Fact {
		return pack.Fact{
			Practice: practice, Release: "r-1", Kind: kind, Recorded: noon.Add(time.Duration(minute) * time.Minute), Scope: pack.Scope{Recipient: r},
		}
	}
	facts := []pack.Fact{at(0, pack.Requested, pack.Court), at(1, pack.Approved, pack.Court), at(2, pack.Written, pack.Court)}
	for minute, want := range []pack.Status{pack.Waiting, pack.Ready, pack.Ready} {
		state := pack.Derive(k, facts, noon.Add(time.Duration(minute)*time.Minute))
		require.Equal(t, want, state.Status)
		require.Len(t, state.Written, max(minute-1, 0))
	}
	require.Equal(t, pack.None, pack.Derive(k, facts, noon.Add(-time.Second)).Status)
	require.Equal(t, pack.None, pack.Derive(pack.Key{Practice: practice, Release: "r-2"}, facts, noon).Status)
	require.Equal(t, pack.None, pack.Derive(pack.Key{Practice: "oak-street", Release: "r-1"}, facts, noon).Status)
	require.Equal(t, pack.Ready, pack.Derive(k, []pack.Fact{at(0, pack.Requested, pack.Patient)}, noon).Status)
	require.Equal(t, pack.Closed, pack.Derive(k, []pack.Fact{at(0, pack.Requested, pack.Patient), at(0, pack.Denied, pack.Patient)}, noon).Status)
	require.Equal(t, pack.Waiting, pack.Derive(k, []pack.Fact{at(0, pack.Requested, pack.Carrier)}, noon).Status)
}
