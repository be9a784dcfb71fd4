package witness_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/audit/witness"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

const (
	logName     = "audit.example.com/dental"
	witnessName = "witness.example.org/w1"
	elm         = "elm-street"
)

func start() time.Time { return time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC) }

// log is a log in memory whose notary is shown to a witness.
type log struct {
	keys   audit.Keys
	store  *swapped
	log    *audit.Log
	signer note.Signer
	key    note.Verifier
	notary *notary.Notary
	reader *notary.Reader
	shown  notary.Witness
}

// swapped is a store that somebody may put another one in the place of.
type swapped struct{ *auditmem.Store }

func (s *swapped) Integrate(ctx context.Context, limit int, work tree.Work) error {
	return s.Store.Integrate(ctx, limit, work)
}

func newLog(t testing.TB) *log {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	private, public, err := notary.GenerateKey(logName)
	require.NoError(t, err)
	l := &log{keys: keys, store: &swapped{auditmem.New()}}
	l.signer, err = note.NewSigner(private)
	require.NoError(t, err)
	l.key, err = note.NewVerifier(public)
	require.NoError(t, err)
	l.log, err = audit.NewLog(l.store, keys, nil)
	require.NoError(t, err)
	l.reader, err = notary.NewReader(l.store, note.VerifierList(l.key))
	require.NoError(t, err)
	return l
}

// restart makes a notary that remembers nothing.
func (l *log) restart(t testing.TB) {
	t.Helper()
	var err error
	l.notary, err = notary.New(l.store, l.log, l.signer, note.VerifierList(l.key), &notary.Options{Witness: l.shown})
	require.NoError(t, err)
}

func (l *log) record(t testing.TB, n int) {
	t.Helper()
	for range n {
		require.NoError(t, l.log.Record(context.Background(), audit.Entry{
			Practice: elm, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read",
			Object: audit.Object{Kind: "patient", ID: "p-1"}, Patient: "p-1",
		}))
	}
}

func (l *log) step(t testing.TB, n int) {
	t.Helper()
	done, err := l.notary.Step(context.Background())
	require.NoError(t, err)
	require.Equal(t, n, done)
}

// grow integrates n batches of one leaf.
func (l *log) grow(t testing.TB, n int) {
	t.Helper()
	for range n {
		l.record(t, 1)
		l.step(t, 1)
	}
}

// copied is a store with the first leaves of the log, integrated in n batches by the notary's key but shown to nobody: an
// older backup of it, or a part of another history.
func (l *log) copied(t testing.TB, n int) *auditmem.Store {
	t.Helper()
	page, err := l.store.Leaves(t.Context(), audit.Query{Practice: elm, Limit: 1000})
	require.NoError(t, err)
	older := auditmem.New()
	alone, err := notary.New(older, l.log, l.signer, note.VerifierList(l.key), nil)
	require.NoError(t, err)
	for _, f := range page.Leaves[:n] {
		require.NoError(t, older.Append(t.Context(), f))
		_, err := alone.Step(t.Context())
		require.NoError(t, err)
	}
	return older
}

// newCosigner returns what signs with a new key of a witness, and what checks that.
func newCosigner(t testing.TB) (*witness.Cosigner, note.Verifier) {
	t.Helper()
	private, public, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	cosigner, err := witness.NewCosigner(private, start)
	require.NoError(t, err)
	verifier, err := witness.NewVerifier(public)
	require.NoError(t, err)
	return cosigner, verifier
}

func newWitness(t testing.TB, key note.Verifier, o *witness.Options) (*witness.Witness, note.Verifier) {
	t.Helper()
	cosigner, verifier := newCosigner(t)
	w, err := witness.New(cosigner, []note.Verifier{key}, o)
	require.NoError(t, err)
	return w, verifier
}

// watched returns a log whose notary shows its heads to a witness in the process.
func watched(t *testing.T) (*log, *witness.Witness, note.Verifier) {
	t.Helper()
	l := newLog(t)
	w, verifier := newWitness(t, l.key, nil)
	l.shown = w
	l.restart(t)
	return l, w, verifier
}

// each runs a test with a witness in the process and with one over https.
func each(t *testing.T, test func(t *testing.T, l *log, w *witness.Witness)) {
	t.Run("in the process", func(t *testing.T) {
		l, w, _ := watched(t)
		test(t, l, w)
	})
	t.Run("over https", func(t *testing.T) {
		l := newLog(t)
		w, verifier := newWitness(t, l.key, nil)
		l.shown = dial(t, serve(t, w), verifier)
		l.restart(t)
		test(t, l, w)
	})
}

func TestEachHeadIsShown(t *testing.T) {
	each(t, func(t *testing.T, l *log, w *witness.Witness) {
		require.Empty(t, w.Checkpoint(logName))
		l.step(t, 0)
		for range 9 {
			l.record(t, 2)
			l.step(t, 2)
			kept, err := notary.OpenCheckpoint(w.Checkpoint(logName), note.VerifierList(l.key))
			require.NoError(t, err)
			signed, err := l.reader.Checkpoint(t.Context(), "")
			require.NoError(t, err)
			now, err := notary.OpenCheckpoint(signed, note.VerifierList(l.key))
			require.NoError(t, err)
			require.Equal(t, now, kept)
		}
		for _, practice := range []string{elm, ""} {
			report, err := l.reader.Verify(t.Context(), l.log, practice, w.Checkpoint(logName))
			require.NoError(t, err)
			require.True(t, report.OK())
		}
	})
}

// TestWhatOnlyAWitnessFinds goes through the cases that the documentation of package audit calls impossible to find
// without a checkpoint that was kept elsewhere. In each a notary is started anew that remembers nothing.
func TestWhatOnlyAWitnessFinds(t *testing.T) {
	for name, put := range map[string]func(t *testing.T, l *log) *auditmem.Store{
		"the newest batches are cut off, heads and leaves": func(t *testing.T, l *log) *auditmem.Store { return l.copied(t, 7) },
		"an older backup of the whole database":            func(t *testing.T, l *log) *auditmem.Store { return l.copied(t, 1) },
		"another history of the same length, made with the notary's key": func(t *testing.T, l *log) *auditmem.Store {
			return another(t, l, 8)
		},
		"another history, longer": func(t *testing.T, l *log) *auditmem.Store { return another(t, l, 13) },
		"a shorter one that has grown beyond since": func(t *testing.T, l *log) *auditmem.Store {
			older := l.copied(t, 5)
			kept := l.store.Store
			defer func() { l.store.Store = kept }()
			l.store.Store = older
			alone, err := notary.New(older, l.log, l.signer, note.VerifierList(l.key), nil)
			require.NoError(t, err)
			for range 6 {
				l.record(t, 1)
				_, err := alone.Step(t.Context())
				require.NoError(t, err)
			}
			return older
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, l *log, w *witness.Witness) {
				l.grow(t, 8)
				genuine, kept := l.store.Store, w.Checkpoint(logName)
				l.store.Store = put(t, l)
				for _, practice := range []string{elm, ""} {
					report, err := l.reader.Verify(t.Context(), l.log, practice)
					require.NoError(t, err)
					require.Empty(t, report.Damage, "by itself the log is sound")
					report, err = l.reader.Verify(t.Context(), l.log, practice, kept)
					require.NoError(t, err)
					require.NotEmpty(t, report.Damage, "against what the witness keeps it is not")
				}
				l.restart(t)
				before, err := l.reader.Checkpoint(t.Context(), "")
				require.NoError(t, err)
				l.record(t, 1)
				for range 2 {
					done, err := l.notary.Step(t.Context())
					require.Zero(t, done)
					require.ErrorIs(t, err, notary.ErrContradicted)
					require.ErrorIs(t, err, notary.ErrDamaged)
				}
				after, err := l.reader.Checkpoint(t.Context(), "")
				require.NoError(t, err)
				require.Equal(t, before, after, "nothing more is signed")
				require.Equal(t, kept, w.Checkpoint(logName), "the witness keeps what it kept")

				l.store.Store = genuine
				l.grow(t, 1)
				require.NotEqual(t, kept, w.Checkpoint(logName))
			})
		})
	}
}

// another is a history that never was, of n batches.
func another(t *testing.T, l *log, n int) *auditmem.Store {
	t.Helper()
	kept := l.store.Store
	defer func() { l.store.Store = kept }()
	l.store.Store = auditmem.New()
	l.record(t, n)
	return l.copied(t, n)
}

// TestSplitView shows one history to the witness and signs another for somebody else: the cosignature is missing from
// theirs, and what the witness keeps contradicts it.
func TestSplitView(t *testing.T) {
	l, w, verifier := watched(t)
	l.grow(t, 4)
	other, err := notary.NewReader(another(t, l, 4), note.VerifierList(l.key))
	require.NoError(t, err)
	theirs, err := other.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	_, err = notary.OpenCheckpoint(theirs, note.VerifierList(l.key))
	require.NoError(t, err, "the notary's key signed it")

	_, err = w.Add(t.Context(), 4, nil, theirs)
	require.ErrorIs(t, err, notary.ErrContradicted)
	_, err = note.Open([]byte(theirs), note.VerifierList(verifier))
	require.Error(t, err, "the witness has not")
	_, err = note.Open([]byte(w.Checkpoint(logName)), note.VerifierList(verifier))
	require.NoError(t, err)
	report, err := other.Verify(t.Context(), l.log, "", w.Checkpoint(logName))
	require.NoError(t, err)
	require.NotEmpty(t, report.Damage)
}

// TestDeletedBeforeItWasIntegrated is what no witness finds.
func TestDeletedBeforeItWasIntegrated(t *testing.T) {
	l, w, _ := watched(t)
	l.grow(t, 2)
	sound := l.store.Store
	l.record(t, 1)
	l.store.Store = sound
	gone := l.copied(t, 2) // as it was before the last leaf
	l.store.Store = gone
	report, err := l.reader.Verify(t.Context(), l.log, elm, w.Checkpoint(logName))
	require.NoError(t, err)
	require.True(t, report.OK())
}

// faulty is a witness that can be away.
type faulty struct {
	notary.Witness
	away  bool
	asked int
}

var errAway = errors.New("away")

func (f *faulty) Show(ctx context.Context, signed string, prove notary.Prove) error {
	f.asked++
	if f.away {
		return errAway
	}
	return f.Witness.Show(ctx, signed, prove)
}

func TestWitnessThatIsAway(t *testing.T) {
	l := newLog(t)
	w, _ := newWitness(t, l.key, nil)
	f := &faulty{Witness: w}
	l.shown = f
	l.restart(t)
	l.grow(t, 2)
	kept := w.Checkpoint(logName)

	f.away = true
	for range 3 {
		l.record(t, 1)
		done, err := l.notary.Step(t.Context())
		require.ErrorIs(t, err, errAway)
		require.Equal(t, 1, done, "integration goes on")
	}
	require.Equal(t, kept, w.Checkpoint(logName))
	asked := f.asked
	_, err := l.notary.Step(t.Context())
	require.ErrorIs(t, err, errAway, "also where no leaf waits")
	require.Equal(t, asked+1, f.asked, "once a step")

	for name, begin := range map[string]func(){"the same notary": func() {}, "another one": func() { l.restart(t) }} {
		t.Run(name, func(t *testing.T) {
			f.away = false
			begin()
			l.step(t, 0)
			newest, err := l.reader.Checkpoint(t.Context(), "")
			require.NoError(t, err)
			require.Contains(t, w.Checkpoint(logName), newest, "the newest head is shown although no leaf waits")
			asked := f.asked
			l.step(t, 0)
			require.Equal(t, asked, f.asked, "and not again")
			f.away = true
			l.record(t, 1)
			_, err = l.notary.Step(t.Context())
			require.ErrorIs(t, err, errAway)
		})
	}
}

// TestShownAfterTheCommit asks from within the witness what the store holds.
func TestShownAfterTheCommit(t *testing.T) {
	l := newLog(t)
	l.shown = showFunc(func(ctx context.Context, signed string, prove notary.Prove) error {
		committed, err := l.reader.Checkpoint(ctx, "")
		require.NoError(t, err)
		require.Equal(t, committed, signed)
		return nil
	})
	l.restart(t)
	l.grow(t, 3)
}

type showFunc func(context.Context, string, notary.Prove) error

func (f showFunc) Show(ctx context.Context, signed string, prove notary.Prove) error {
	return f(ctx, signed, prove)
}

func TestTwoNotariesShowOneWitness(t *testing.T) {
	l, w, _ := watched(t)
	first := l.notary
	l.restart(t)
	second := l.notary
	var group sync.WaitGroup
	l.record(t, 40)
	errs := make([]error, 2)
	for i, n := range []*notary.Notary{first, second} {
		group.Go(func() {
			for range 40 {
				_, err := n.Step(t.Context())
				errs[i] = errors.Join(errs[i], err)
			}
		})
	}
	for range 10 {
		l.record(t, 1)
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	newest, err := l.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	require.Contains(t, w.Checkpoint(logName), newest)
}

func TestWhatIsKeptInAFile(t *testing.T) {
	l := newLog(t)
	path := filepath.Join(t.TempDir(), "heads.json")
	private, _, err := witness.GenerateKey(witnessName)
	require.NoError(t, err)
	open := func() (*witness.Witness, error) {
		cosigner, err := witness.NewCosigner(private, start)
		require.NoError(t, err)
		return witness.New(cosigner, []note.Verifier{l.key}, &witness.Options{Path: path})
	}
	w, err := open()
	require.NoError(t, err)
	l.shown = w
	l.restart(t)
	l.grow(t, 5)
	again, err := open()
	require.NoError(t, err)
	require.Equal(t, w.Checkpoint(logName), again.Checkpoint(logName))
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing else is left behind")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	l.shown = again
	l.store.Store = l.copied(t, 3)
	l.restart(t)
	_, err = l.notary.Step(t.Context())
	require.ErrorIs(t, err, notary.ErrContradicted)

	for _, text := range []string{"", "null", "[]", `{"` + logName + `":"x"}`, `{"other":"x"}`, fmt.Sprintf(`{"other":%q}`, w.Checkpoint(logName))} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err = open()
		require.ErrorIs(t, err, witness.ErrInvalid, "%q", text)
	}
}

// TestFileThatCannotBeWritten must not leave the witness with a head that it forgets.
func TestFileThatCannotBeWritten(t *testing.T) {
	l := newLog(t)
	dir := filepath.Join(t.TempDir(), "gone")
	require.NoError(t, os.Mkdir(dir, 0o700))
	w, _ := newWitness(t, l.key, &witness.Options{Path: filepath.Join(dir, "heads.json")})
	l.shown = w
	l.restart(t)
	l.grow(t, 1)
	kept := w.Checkpoint(logName)
	require.NoError(t, os.RemoveAll(dir))
	l.record(t, 1)
	done, err := l.notary.Step(t.Context())
	require.Error(t, err)
	require.NotErrorIs(t, err, notary.ErrContradicted)
	require.Equal(t, 1, done)
	require.Equal(t, kept, w.Checkpoint(logName))
}

func TestAddRefuses(t *testing.T) {
	l, w, _ := watched(t)
	l.grow(t, 3)
	kept := w.Checkpoint(logName)
	signed, err := l.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	practice, err := l.reader.Checkpoint(t.Context(), elm)
	require.NoError(t, err)
	stranger := newLog(t)
	stranger.restart(t)
	stranger.grow(t, 3)
	foreign, err := stranger.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)

	_, err = w.Add(t.Context(), 3, nil, signed)
	require.NoError(t, err, "the same once more is cosigned anew")
	for name, c := range map[string]struct {
		old    int64
		proof  []tlog.Hash
		signed string
		want   error
	}{
		"another size":            {2, nil, signed, nil},
		"no size":                 {0, nil, signed, nil},
		"a size beyond":           {4, nil, signed, witness.ErrInvalid},
		"more than is kept":       {4, nil, head(t, l.signer, 5), nil},
		"a negative size":         {-1, nil, signed, witness.ErrInvalid},
		"a proof of too much":     {3, make([]tlog.Hash, 1), signed, notary.ErrContradicted},
		"a stranger's key":        {3, nil, foreign, witness.ErrUnsigned},
		"a practice's checkpoint": {3, nil, practice, witness.ErrUnknown},
		"nothing":                 {3, nil, "", witness.ErrUnknown},
		"a text":                  {3, nil, logName + "\nx\n", witness.ErrUnsigned},
	} {
		_, err := w.Add(t.Context(), c.old, c.proof, c.signed)
		if c.want == nil {
			var moved *witness.ConflictError
			require.ErrorAs(t, err, &moved, name)
			require.EqualValues(t, 3, moved.Size)
			require.Contains(t, err.Error(), "3")
		} else {
			require.ErrorIs(t, err, c.want, name)
		}
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	_, err = w.Add(ended, 3, nil, signed)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, kept, w.Checkpoint(logName))
	_, err = witness.New(nil, []note.Verifier{l.key}, nil)
	require.ErrorIs(t, err, witness.ErrInvalid)
}

// head is a checkpoint of a tree of one size, as a notary signs it, of a log that has the signer's name.
func head(t *testing.T, by note.Signer, size int64) string {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", by.Name(), size, tlog.Hash{1})}, by)
	require.NoError(t, err)
	return string(signed)
}

// TestAbsurdSize is shown to a witness by one of the logs that it knows: it answers, and goes on.
func TestAbsurdSize(t *testing.T) {
	l := newLog(t)
	w, _ := newWitness(t, l.key, nil)
	sign := func(size int64) string { return head(t, l.signer, size) }
	_, err := w.Add(t.Context(), 0, nil, sign(1))
	require.NoError(t, err)
	for _, size := range []int64{math.MaxInt64, 1<<62 + 1} {
		answer := make(chan error, 1)
		go func() {
			_, err := w.Add(t.Context(), 1, []tlog.Hash{{2}, {3}}, sign(size))
			answer <- err
		}()
		select {
		case err := <-answer:
			require.ErrorIs(t, err, witness.ErrUnsigned)
		case <-time.After(20 * time.Second):
			t.Fatal("it hangs, and holds its lock")
		}
	}
	_, err = w.Add(t.Context(), 1, nil, sign(1))
	require.NoError(t, err)
}
