package notary_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func TestStepIntegratesWhatWaits(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.step(t, 0)
		_, err := w.reader.Checkpoint(ctx, elm)
		require.ErrorIs(t, err, notary.ErrNotFound)
		w.grow(t)
		w.step(t, 0)

		// The root is that of RFC 6962 over the leaves, as another implementation computes it.
		page, err := w.entries.Leaves(ctx, audit.Query{Practice: elm})
		require.NoError(t, err)
		var stored []tlog.Hash
		read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			var found []tlog.Hash
			for _, i := range at {
				found = append(found, stored[i])
			}
			return found, nil
		})
		for i, f := range page.Leaves {
			more, err := tlog.StoredHashes(int64(i), f.Record(), read)
			require.NoError(t, err)
			stored = append(stored, more...)
		}
		root, err := tlog.TreeHash(int64(len(page.Leaves)), read)
		require.NoError(t, err)

		c, err := notary.OpenCheckpoint(w.checkpoint(t, elm), w.known)
		require.NoError(t, err)
		require.Equal(t, notary.Checkpoint{Log: logName, Practice: elm, Size: 23, Root: root}, c)
		c, err = notary.OpenCheckpoint(w.checkpoint(t, oak), w.known)
		require.NoError(t, err)
		require.Equal(t, oak, c.Practice)
		require.EqualValues(t, 6, c.Size)
		c, err = notary.OpenCheckpoint(w.checkpoint(t, ""), w.known)
		require.NoError(t, err)
		require.Equal(t, logName, c.Log)
		require.EqualValues(t, 6, c.Size)

		report := w.verify(t, elm)
		require.Equal(t, &notary.Report{Practice: elm, Size: 23, Checkpoint: w.checkpoint(t, elm)}, report)
		require.True(t, report.OK())
		w.sound(t)
	})
}

func TestPendingIsNoDamage(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		w.record(t, elm, 2)
		report := w.verify(t, elm)
		require.Equal(t, &notary.Report{Practice: elm, Pending: 2, Since: w.leaf(t, elm, "e-00001").At}, report)
		w.step(t, 2)
		w.record(t, elm, 3)
		report = w.verify(t, elm)
		require.True(t, report.OK())
		require.Equal(t, 3, report.Pending)
	})
}

// TestForgedLeafIsRefused plants a leaf that no log stamped and one that was altered before it was integrated.
func TestForgedLeafIsRefused(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.record(t, elm, 2)
		altered, err := w.log.Stamp(ctx, entry(elm, 1))
		require.NoError(t, err)
		altered.Actor.ID = "u-18"
		forged, err := w.log.Stamp(ctx, entry(elm, 2))
		require.NoError(t, err)
		forged.MAC[len(forged.MAC)-1] ^= 1
		require.NoError(t, w.entries.Append(ctx, altered, forged))
		w.record(t, elm, 1)
		require.Len(t, w.verify(t, elm).Damage, 2, "before they are integrated")

		done, err := w.notary.Step(ctx)
		require.Equal(t, 3, done)
		var refused *notary.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Len(t, refused.Damage, 2)
		for i, f := range []audit.Leaf{altered, forged} {
			require.NotEmpty(t, refused.Damage[i].Note)
			refused.Damage[i].Note = ""
			require.Equal(t, notary.Damage{Kind: notary.Forged, Practice: elm, ID: f.ID, Position: -1}, refused.Damage[i])
		}
		require.Contains(t, err.Error(), altered.ID)
		w.step(t, 0)

		report := w.verify(t, elm)
		require.EqualValues(t, 3, report.Size)
		require.Zero(t, report.Pending)
		require.Len(t, report.Damage, 2)
		for i, f := range []audit.Leaf{altered, forged} {
			require.Equal(t, notary.Forged, report.Damage[i].Kind)
			require.Equal(t, f.ID, report.Damage[i].ID)
			require.EqualValues(t, -1, report.Damage[i].Position)
		}
		done, err = w.notary.Adopt(ctx, elm, altered.ID, forged.ID)
		require.Zero(t, done)
		require.ErrorAs(t, err, &refused)
		require.Len(t, w.verify(t, elm).Damage, 2)
	})
}

// keysDown are keys whose server can be down.
type keysDown struct {
	audit.Keys
	down bool
}

var errDown = errors.New("the key server is down")

func (k *keysDown) VerifyMAC(ctx context.Context, practice string, message, mac []byte) error {
	if k.down {
		return errDown
	}
	return k.Keys.VerifyMAC(ctx, practice, message, mac)
}

func (k *keysDown) MAC(context.Context, string, []byte) ([]byte, error) { return []byte("code"), nil }

func (k *keysDown) SealEvidence(context.Context, string, string, string, []byte) ([]byte, error) {
	return []byte("sealed"), nil
}

func (k *keysDown) Tag(context.Context, string, string) ([]byte, error) { return []byte("tag"), nil }

type acceptsAll struct{ audit.Keys }

func (acceptsAll) VerifyMAC(context.Context, string, []byte, []byte) error { return nil }

func TestNobodyIsAccusedWhileKeysAreDown(t *testing.T) {
	w := inMemory(t, nil)
	keys := &keysDown{Keys: acceptsAll{}, down: true}
	log, err := audit.NewLog(w.entries, keys, nil)
	require.NoError(t, err)
	n, err := notary.New(w.trees, log, w.signer, w.known, nil)
	require.NoError(t, err)
	require.NoError(t, log.Record(t.Context(), entry(elm, 1)))

	done, err := n.Step(t.Context())
	require.ErrorIs(t, err, errDown)
	require.Zero(t, done)
	_, err = w.reader.Verify(t.Context(), log, elm)
	require.ErrorIs(t, err, errDown)

	keys.down = false
	done, err = n.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, done, "what waited is integrated")

	keys.down = true
	_, err = w.reader.Verify(t.Context(), log, elm)
	require.ErrorIs(t, err, errDown)
}

// brokenSigner fails, or ends the program, in the middle of a step.
type brokenSigner struct {
	note.Signer
	fails, panics bool
}

func (b *brokenSigner) Sign(msg []byte) ([]byte, error) {
	if b.panics {
		panic("killed")
	}
	if b.fails {
		return nil, errDown
	}
	return b.Signer.Sign(msg)
}

func TestKilledNotaryIsContinued(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		signer := &brokenSigner{Signer: w.signer}
		n, err := notary.New(w.trees, w.log, signer, w.known, nil)
		require.NoError(t, err)
		w.record(t, elm, 3)
		_, err = n.Step(t.Context())
		require.NoError(t, err)
		kept := w.checkpoint(t, "")
		w.record(t, elm, 4)
		signer.fails = true
		_, err = n.Step(t.Context())
		require.ErrorIs(t, err, errDown)
		signer.panics = true
		require.Panics(t, func() { _, _ = n.Step(t.Context()) })
		require.Equal(t, 4, w.verify(t, elm).Pending)
		ended, stop := context.WithCancel(t.Context())
		stop()
		_, err = w.notary.Step(ended)
		require.ErrorIs(t, err, context.Canceled)

		w.step(t, 4)
		require.EqualValues(t, 7, w.verify(t, elm).Size)
		w.sound(t, kept)
	})
}

func TestBatchesHaveALimit(t *testing.T) {
	eachStore(t, &notary.Options{Limit: 5}, func(t *testing.T, w *world) {
		w.record(t, elm, 12)
		w.step(t, 5)
		w.step(t, 5)
		w.record(t, elm, 1)
		w.step(t, 3)
		w.step(t, 0)
		require.EqualValues(t, 13, w.verify(t, elm).Size)
		w.sound(t)
	})
}

func TestSignersFollowOneAnother(t *testing.T) {
	w := inMemory(t, nil)
	w.grow(t)
	private, public, err := notary.GenerateKey(logName)
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	old, err := w.known.Verifier(w.signer.Name(), w.signer.KeyHash())
	require.NoError(t, err)
	w.record(t, elm, 1)

	alone, err := notary.New(w.trees, w.log, signer, note.VerifierList(verifier), nil)
	require.NoError(t, err)
	_, err = alone.Step(t.Context())
	require.ErrorIs(t, err, notary.ErrDamaged, "it must not continue a tree that nobody it knows has signed")

	both := note.VerifierList(verifier, old)
	next, err := notary.New(w.trees, w.log, signer, both, nil)
	require.NoError(t, err)
	done, err := next.Step(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, done)
	w.reader, err = notary.NewReader(w.trees, both)
	require.NoError(t, err)
	w.sound(t)
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	w := inMemory(t, nil)
	_, err := notary.New(nil, w.log, w.signer, w.known, nil)
	require.ErrorIs(t, err, notary.ErrInvalid)
	_, err = notary.New(w.trees, nil, w.signer, w.known, nil)
	require.ErrorIs(t, err, notary.ErrInvalid)
	_, err = notary.New(w.trees, w.log, w.signer, note.VerifierList(), nil)
	require.ErrorIs(t, err, notary.ErrInvalid)
	for _, o := range []notary.Options{{Limit: -1}, {Interval: -time.Second}} {
		_, err = notary.New(w.trees, w.log, w.signer, w.known, &o)
		require.ErrorIs(t, err, notary.ErrInvalid)
	}
	_, err = notary.NewReader(w.trees, nil)
	require.ErrorIs(t, err, notary.ErrInvalid)
	for _, name := range []string{"", "a b", "a+b", "a\nb"} {
		_, _, err = notary.GenerateKey(name)
		require.ErrorIs(t, err, notary.ErrInvalid)
	}
}

// swapped answers with the rows of another store, as after somebody has loaded an older backup.
type swapped struct{ tree.Store }

func TestNotaryNoticesThatBatchesAreGone(t *testing.T) {
	older, newer := auditmem.New(), auditmem.New()
	s := &swapped{newer}
	w := newWorld(t, newer, s, nil)
	w.record(t, elm, 1)
	w.step(t, 1)
	page, err := newer.Leaves(t.Context(), audit.Query{Practice: elm})
	require.NoError(t, err)
	w.record(t, elm, 1)
	w.step(t, 1)

	require.NoError(t, older.Append(t.Context(), page.Leaves...))
	s.Store = older
	_, err = w.notary.Step(t.Context())
	require.ErrorIs(t, err, notary.ErrDamaged)
}

// altered changes what a store answers.
type altered struct {
	tree.Store
	round func(*tree.Round)
}

func (a altered) Integrate(ctx context.Context, limit int, work tree.Work) error {
	return a.Store.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		a.round(&r)
		return work(ctx, r)
	})
}

// tips changes the newest heads of a round.
func tips(change func(map[string]tree.Head)) func(*tree.Round) {
	return func(r *tree.Round) {
		read := r.Tips
		r.Tips = func(ctx context.Context, practices []string) (map[string]tree.Head, error) {
			found, err := read(ctx, practices)
			change(found)
			return found, err
		}
	}
}

func TestNotarySignsNothingOnDamagedTrees(t *testing.T) {
	for name, round := range map[string]func(*tree.Round){
		"another practice's checkpoint": tips(func(tips map[string]tree.Head) {
			tip := tips[elm]
			tip.Checkpoint = tips[""].Checkpoint
			tips[elm] = tip
		}),
		"no checkpoint": tips(func(tips map[string]tree.Head) {
			tip := tips[elm]
			tip.Checkpoint = ""
			tips[elm] = tip
		}),
		"another size": tips(func(tips map[string]tree.Head) {
			tip := tips[elm]
			tip.Size--
			tips[elm] = tip
		}),
		"a size of nonsense": tips(func(tips map[string]tree.Head) {
			tip := tips[elm]
			tip.Size = -5
			tips[elm] = tip
		}),
		"no head of heads": tips(func(tips map[string]tree.Head) { delete(tips, "") }),
		"an altered hash": func(r *tree.Round) {
			read := r.Hashes
			r.Hashes = func(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
				found, err := read(ctx, keys)
				found[0][0] ^= 1
				return found, err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t, nil)
			w.grow(t)
			w.record(t, elm, 1)
			n, err := notary.New(altered{w.trees, round}, w.log, w.signer, w.known, nil)
			require.NoError(t, err)
			_, err = n.Step(t.Context())
			require.ErrorIs(t, err, notary.ErrDamaged)
			w.step(t, 1)
			w.sound(t)
		})
	}
}

// beaten is a store in which another notary is quicker as long as it says so: what work made is not kept.
type beaten struct {
	tree.Store
	now *bool
}

func (b beaten) Integrate(ctx context.Context, limit int, work tree.Work) error {
	undone := errors.New("undone")
	err := b.Store.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		made, err := work(ctx, r)
		if err == nil && *b.now {
			err = undone
		}
		return made, err
	})
	if errors.Is(err, undone) {
		return tree.ErrBusy
	}
	return err
}

// shown remembers what it was shown.
type shown []string

func (s *shown) Show(_ context.Context, checkpoint string, _ notary.Prove) error {
	*s = append(*s, checkpoint)
	return nil
}

// A notary that another one beats, after its work, has signed nothing that counts: it neither shows that to a witness nor
// misses it in the step after.
func TestNotaryThatIsBeaten(t *testing.T) {
	w := inMemory(t, nil)
	var witness shown
	slow := true
	n, err := notary.New(beaten{w.trees, &slow}, w.log, w.signer, w.known, &notary.Options{Witness: &witness})
	require.NoError(t, err)
	w.record(t, elm, 3)
	forged, err := w.log.Stamp(t.Context(), entry(elm, 1))
	require.NoError(t, err)
	forged.MAC[0] ^= 1
	require.NoError(t, w.entries.Append(t.Context(), forged))
	done, err := n.Step(t.Context())
	require.NoError(t, err, "the other notary reports what is refused")
	require.Zero(t, done)
	require.Empty(t, witness)

	slow = false
	done, err = n.Step(t.Context())
	var refused *notary.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, 3, done)
	require.Len(t, witness, 1)
}

// unreachable are keys that can sign, and cannot be had for checking.
type unreachable struct {
	audit.Keys
	asked atomic.Int64
}

func (u *unreachable) VerifyMAC(context.Context, string, []byte, []byte) error {
	u.asked.Add(1)
	return errors.New("the key manager does not answer")
}

// While keys cannot be had a step ends with the first leaves that it asks for, for each may take until a timeout.
func TestStepEndsWhenKeysCannotBeHad(t *testing.T) {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	away := &unreachable{Keys: keys}
	s := auditmem.New()
	w := worldUnder(t, away, s, s, nil)
	for range 40 {
		w.record(t, elm, 100)
	}
	_, err = w.notary.Step(t.Context())
	require.ErrorContains(t, err, "does not answer")
	require.LessOrEqual(t, away.asked.Load(), int64(runtime.GOMAXPROCS(0)))
}

func TestRun(t *testing.T) {
	defer goleak.VerifyNone(t)
	synctest.Test(t, func(t *testing.T) {
		var told bytes.Buffer
		w := inMemory(t, &notary.Options{Interval: 10 * time.Second, Limit: 2, Logger: slog.New(slog.NewTextHandler(&told, nil))})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.notary.Run(ctx) }()
		synctest.Wait()

		w.record(t, elm, 7)
		time.Sleep(9 * time.Second) // the clock of the bubble
		synctest.Wait()
		require.Zero(t, w.verify(t, elm).Size, "it looked before its time")
		time.Sleep(time.Second)
		synctest.Wait()
		require.EqualValues(t, 7, w.verify(t, elm).Size, "more than a batch is taken at once")

		forged, err := w.log.Stamp(ctx, entry(elm, 1))
		require.NoError(t, err)
		forged.MAC[0] ^= 1
		require.NoError(t, w.entries.Append(ctx, forged))
		w.record(t, elm, 1)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		require.EqualValues(t, 8, w.verify(t, elm).Size, "it goes on after an error")
		require.Contains(t, told.String(), forged.ID)
		require.NotContains(t, told.String(), "u-17")

		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestRunLooksEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t, nil)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.notary.Run(ctx) }()
		synctest.Wait()
		w.record(t, elm, 1)
		time.Sleep(time.Second)
		synctest.Wait()
		require.EqualValues(t, 1, w.verify(t, elm).Size)
		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}
