package notary_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
)

var errGone = errors.New("the key manager refuses the key")

// lossy are keys of which those of some practices cannot be had for checking.
type lossy struct {
	audit.Keys
	mu    sync.Mutex
	gone  map[string]bool
	asked map[string]int // how often one was refused
}

func (l *lossy) VerifyMAC(ctx context.Context, practice string, message, mac []byte) error {
	l.mu.Lock()
	gone := l.gone[practice]
	if gone {
		l.asked[practice]++
	}
	l.mu.Unlock()
	if gone {
		return errGone
	}
	return l.Keys.VerifyMAC(ctx, practice, message, mac)
}

// refused returns how often a practice's was refused.
func (l *lossy) refused(practice string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[practice]
}

func (l *lossy) lose(practices ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = map[string]bool{}
	for _, p := range practices {
		l.gone[p] = true
	}
}

// lossyWorld is a world whose notary's keys can be lost, and whose clock is set. Whoever verifies has all keys.
type lossyWorld struct {
	*world
	keys *lossy
	now  time.Time
	o    notary.Options
}

func newLossyWorld(t *testing.T, entries audit.Store, trees tree.Store, limit int) *lossyWorld {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	w := &lossyWorld{world: worldUnder(t, keys, entries, trees, nil), now: time.Now()}
	w.keys = &lossy{Keys: keys, gone: map[string]bool{}, asked: map[string]int{}}
	w.o = notary.Options{Limit: limit, Now: func() time.Time { return w.now }}
	w.restart(t)
	return w
}

func lossyOnPostgres(t *testing.T, limit int) (*lossyWorld, *pgtest.Database) {
	t.Helper()
	d := layout.New(t)
	at := &auditpg.Options{Schema: d.Schema()}
	return newLossyWorld(t, auditpg.New(d.Pool(2), at), auditpg.NewTrees(d.Pool(2), at), limit), d
}

func eachLossyStore(t *testing.T, limit int, test func(t *testing.T, w *lossyWorld)) {
	t.Run("memory", func(t *testing.T) {
		s := auditmem.New()
		test(t, newLossyWorld(t, s, s, limit))
	})
	t.Run("postgres", func(t *testing.T) {
		w, _ := lossyOnPostgres(t, limit)
		test(t, w)
	})
}

// restart puts a new notary in place of the one there is.
func (w *lossyWorld) restart(t *testing.T) {
	log, err := audit.NewLog(w.entries, w.keys, nil)
	require.NoError(t, err)
	w.notary, err = notary.New(w.trees, log, w.signer, w.known, &w.o)
	require.NoError(t, err)
}

// setsAside steps and requires that n leaves are integrated, and that these practices are named as waiting.
func (w *lossyWorld) setsAside(t *testing.T, n int, practices ...string) {
	t.Helper()
	done, err := w.notary.Step(t.Context())
	var aside *notary.AsideError
	require.ErrorAs(t, err, &aside)
	require.ErrorIs(t, err, errGone)
	require.Equal(t, practices, aside.Practices)
	require.Equal(t, n, done)
	for _, p := range practices {
		require.Contains(t, err.Error(), p)
	}
}

func (w *lossyWorld) waiting(t *testing.T) []string {
	t.Helper()
	waiting, err := w.trees.Waiting(t.Context())
	require.NoError(t, err)
	return waiting
}

func (w *lossyWorld) order(t *testing.T, practice string) []string {
	t.Helper()
	heads, err := w.trees.Heads(t.Context(), tree.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var order []string
	for _, h := range heads {
		for _, m := range h.Marks {
			order = append(order, m.ID)
		}
	}
	return order
}

// A practice whose key cannot be had waits while the others are integrated, and loses nothing.
func TestPracticeWithoutItsKeyHoldsNobodyUp(t *testing.T) {
	eachLossyStore(t, 0, func(t *testing.T, w *lossyWorld) {
		w.keys.lose(oak)
		w.record(t, elm, 2)
		w.record(t, oak, 2) // e-00003 and e-00004
		w.setsAside(t, 2, oak)
		require.Equal(t, []string{oak}, w.waiting(t))
		require.Equal(t, &notary.Report{Practice: elm, Size: 2, Checkpoint: w.checkpoint(t, elm)}, w.verify(t, elm))
		require.Equal(t, &notary.Report{Practice: oak, Pending: 2, Since: w.leaf(t, oak, "e-00003").At}, w.verify(t, oak))

		// Its leaves are set aside without asking, for a minute.
		asked := w.keys.asked[oak]
		w.record(t, oak, 1)
		w.record(t, elm, 1)
		w.step(t, 1)
		w.record(t, oak, 1)
		w.step(t, 0)
		require.Equal(t, asked, w.keys.asked[oak])
		require.Equal(t, 4, w.verify(t, oak).Pending)
		w.now = w.now.Add(time.Minute)
		w.record(t, elm, 1)
		w.setsAside(t, 1, oak)
		require.Equal(t, asked+1, w.keys.asked[oak])
		w.step(t, 0)

		w.keys.lose()
		w.record(t, oak, 1)
		w.step(t, 0) // it is not its turn yet
		w.now = w.now.Add(time.Minute)
		w.record(t, oak, 1)
		w.record(t, elm, 1)
		w.step(t, 7)
		require.Equal(t, []string{"e-00003", "e-00004", "e-00005", "e-00007", "e-00009", "e-00010"}, w.order(t, oak))
		require.Empty(t, w.waiting(t))
		w.record(t, oak, 1)
		w.step(t, 1)
		w.sound(t)
		require.Zero(t, w.verify(t, oak).Pending)
	})
}

// refusing is a key manager that refuses one practice's key.
type refusing struct {
	crypto.KeyManager
	practice string
}

func (r refusing) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	if bytes.Contains(bind, []byte(r.practice)) {
		return nil, fmt.Errorf("%w: its root key is disabled", crypto.ErrDenied)
	}
	return r.KeyManager.Unwrap(ctx, w, bind)
}

// A key manager that refuses one practice is told apart from one that is away, through the keyring.
func TestKeyManagerThatRefusesAPractice(t *testing.T) {
	store, manager, s := cryptomem.New(), crypto.NewEphemeral(), auditmem.New()
	keys, err := crypto.NewKeyring(store, manager, nil)
	require.NoError(t, err)
	w := worldUnder(t, keys, s, s, nil)
	w.record(t, oak, 2)
	w.record(t, elm, 2)
	keys, err = crypto.NewKeyring(store, refusing{manager, oak}, nil) // its cache is empty
	require.NoError(t, err)
	log, err := audit.NewLog(s, keys, nil)
	require.NoError(t, err)
	n, err := notary.New(s, log, w.signer, w.known, nil)
	require.NoError(t, err)
	done, err := n.Step(t.Context())
	require.ErrorIs(t, err, crypto.ErrDenied)
	require.ErrorContains(t, err, "notary: entries of practice "+oak+" are set aside and not proven; restore the key, or the right to use it")
	require.Equal(t, 2, done)
	_, err = w.reader.Verify(t.Context(), log, oak)
	require.ErrorIs(t, err, crypto.ErrDenied)
	require.ErrorContains(t, err, oak)
	require.Equal(t, 2, w.verify(t, oak).Pending)
	w.step(t, 2)
	w.sound(t)
}

// While no key can be had at all nothing is set aside: everything waits.
func TestNothingIsSetAsideWithoutAnyKey(t *testing.T) {
	eachLossyStore(t, 0, func(t *testing.T, w *lossyWorld) {
		w.keys.lose(oak, elm)
		w.record(t, elm, 2)
		w.record(t, oak, 2)
		for range 2 {
			done, err := w.notary.Step(t.Context())
			require.ErrorIs(t, err, errGone)
			require.Zero(t, done)
			require.ErrorContains(t, err, "nothing was integrated; restore the keys, or the right to use them: ")
			require.ErrorContains(t, err, "the key of practice "+elm+", "+oak+" cannot be had: ")
		}
		require.Empty(t, w.waiting(t))
		w.keys.lose()
		w.step(t, 4)
		w.sound(t)
	})
}

// Whoever is restarted, or takes over, goes on with what another notary has set aside.
func TestAnotherNotaryTakesUpWhatWasSetAside(t *testing.T) {
	eachLossyStore(t, 2, func(t *testing.T, w *lossyWorld) {
		w.keys.lose(oak)
		for range 3 {
			w.record(t, oak, 1)
			w.record(t, elm, 1)
		}
		w.setsAside(t, 1, oak)
		w.step(t, 1)
		w.step(t, 1)
		w.restart(t)
		w.setsAside(t, 0, oak)
		w.keys.lose()
		w.restart(t)
		w.step(t, 2)
		w.step(t, 1)
		w.sound(t)
		require.Equal(t, []string{"e-00001", "e-00003", "e-00005"}, w.order(t, oak))
	})
}

// A practice alone that has more leaves than a batch stands in nobody's way, as long as the key of another can be had.
func TestManyLeavesWithoutAKeyHoldNobodyUp(t *testing.T) {
	eachLossyStore(t, 5, func(t *testing.T, w *lossyWorld) {
		w.record(t, elm, 1)
		w.step(t, 1)
		w.keys.lose(oak)
		w.record(t, oak, 12)
		w.record(t, elm, 1)
		done, err := w.notary.Step(t.Context())
		require.ErrorIs(t, err, errGone)
		require.Zero(t, done)
		w.step(t, 0)
		w.step(t, 0)
		w.step(t, 1)
		require.Equal(t, 12, w.verify(t, oak).Pending)
		w.keys.lose()
		w.now = w.now.Add(time.Minute)
		for _, n := range []int{5, 5, 2} {
			w.step(t, n)
		}
		w.sound(t)
	})
}

// A batch finds out about a few practices at a time, for each may take until a timeout.
func TestManyPracticesWithoutKeys(t *testing.T) {
	eachLossyStore(t, 0, func(t *testing.T, w *lossyWorld) {
		w.record(t, elm, 1)
		var gone []string
		for i := range 15 {
			gone = append(gone, fmt.Sprint("p-", i))
			w.record(t, gone[i], 2)
		}
		w.keys.lose(gone...)
		_, err := w.notary.Step(t.Context())
		require.ErrorIs(t, err, errGone)
		require.LessOrEqual(t, len(w.keys.asked), 12)
		require.Empty(t, w.waiting(t))
		done, err := w.notary.Step(t.Context())
		require.ErrorIs(t, err, errGone)
		require.Equal(t, 1, done)
		require.Len(t, w.waiting(t), 15)
		w.keys.lose()
		w.now = w.now.Add(time.Minute)
		w.step(t, 30)
		require.Empty(t, w.waiting(t))
		w.sound(t)
	})
}

// What is forged is found when it is taken up, and an entry that somebody adopts meanwhile is integrated once.
func TestForgedLeafThatWasSetAside(t *testing.T) {
	eachLossyStore(t, 0, func(t *testing.T, w *lossyWorld) {
		w.keys.lose(oak)
		w.record(t, elm, 1)
		forged, err := w.log.Stamp(t.Context(), entry(oak, 1))
		require.NoError(t, err)
		forged.MAC[len(forged.MAC)-1] ^= 1
		w.record(t, oak, 2)
		require.NoError(t, w.entries.Append(t.Context(), forged))
		w.setsAside(t, 1, oak)
		require.Equal(t, 2, w.verify(t, oak).Pending)
		require.Equal(t, notary.Forged, w.verify(t, oak).Damage[0].Kind)
		_, err = w.notary.Adopt(t.Context(), oak, "e-00004")
		require.ErrorIs(t, err, errGone)
		require.Equal(t, 2, w.verify(t, oak).Pending)

		w.keys.lose()
		done, err := w.notary.Adopt(t.Context(), oak, "e-00004")
		require.NoError(t, err)
		require.Equal(t, 1, done)
		w.now = w.now.Add(time.Minute)
		done, err = w.notary.Step(t.Context())
		var refused *notary.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, forged.ID, refused.Damage[0].ID)
		require.Equal(t, 1, done)
		w.step(t, 0)
		require.Empty(t, w.waiting(t))
		report := w.verify(t, oak)
		require.EqualValues(t, 2, report.Size)
		require.Zero(t, report.Pending)
		require.Len(t, report.Damage, 1)
		require.Equal(t, notary.Forged, report.Damage[0].Kind)
	})
}

// TestNothingSetAsideIsLost records, loses keys and gets them back at random, and steps: in the end each entry stands once in its
// tree.
func TestNothingSetAsideIsLost(t *testing.T) {
	eachLossyStore(t, 7, func(t *testing.T, w *lossyWorld) {
		random := rand.New(rand.NewPCG(7, 11))
		practices := []string{elm, oak, "ash"}
		recorded := map[string]int{}
		for range 60 {
			for range random.IntN(4) {
				p, n := practices[random.IntN(3)], 1+random.IntN(3)
				w.record(t, p, n)
				recorded[p] += n
			}
			switch random.IntN(6) {
			case 0:
				w.keys.lose()
			case 1, 2:
				w.keys.lose(practices[random.IntN(3)])
			case 3:
				w.restart(t)
			case 4:
				w.now = w.now.Add(time.Minute)
			}
			if _, err := w.notary.Step(t.Context()); err != nil {
				require.ErrorIs(t, err, errGone)
			}
			p := practices[random.IntN(3)]
			report := w.verify(t, p)
			require.Empty(t, report.Damage)
			require.EqualValues(t, recorded[p], report.Size+int64(report.Pending))
		}
		w.keys.lose()
		w.restart(t)
		for {
			done, err := w.notary.Step(t.Context())
			require.NoError(t, err)
			if done == 0 {
				break
			}
		}
		for _, p := range practices {
			require.EqualValues(t, recorded[p], w.verify(t, p).Size)
		}
		w.sound(t)
		require.Empty(t, w.waiting(t))
	})
}

// Whoever writes into the record of what was set aside hides no row: each is still counted as waiting, or reported, and
// other practices do not wait for it.
func TestRecordOfWhatIsSetAsideIsNoHidingPlace(t *testing.T) {
	for name, c := range map[string]struct {
		sql     string
		pending int
		damage  []notary.Kind
		left    int // what the next step takes up
	}{
		"nothing":             {"SELECT", 2, nil, 2},
		"it is deleted":       {"DELETE FROM ?0.audit_aside", 0, []notary.Kind{notary.BackDated, notary.BackDated}, 0},
		"it cannot be read":   {`UPDATE ?0.audit_aside SET ids = '\x07'`, 0, []notary.Kind{notary.BackDated, notary.BackDated}, 0},
		"it is taken for old": {"INSERT INTO ?0.audit_aside (practice, number, through) SELECT practice, 2, 1 FROM ?0.audit_aside", 0, []notary.Kind{notary.BackDated, notary.BackDated}, 0},
		"it names what is integrated": {
			`INSERT INTO ?0.audit_aside (practice, number, ids) SELECT 'elm-street', number, ids FROM ?0.audit_head WHERE practice = 'elm-street' AND number = 1`, 2, nil, 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, d := lossyOnPostgres(t, 0)
			w.keys.lose(oak)
			w.record(t, elm, 1)
			w.record(t, oak, 2)
			w.setsAside(t, 1, oak)
			w.record(t, elm, 1)
			w.step(t, 1)
			w.keys.lose()
			_, err := d.Pool(1).NewRaw(c.sql, bun.Ident(d.Schema())).Exec(t.Context())
			require.NoError(t, err)
			report := w.verify(t, oak)
			require.Equal(t, c.pending, report.Pending)
			var kinds []notary.Kind
			for _, d := range report.Damage {
				kinds = append(kinds, d.Kind)
			}
			require.Equal(t, c.damage, kinds)
			require.True(t, w.verify(t, elm).OK())
			w.restart(t)
			w.record(t, elm, 1)
			done := 0
			for range 4 {
				n, err := w.notary.Step(t.Context())
				require.NoError(t, err)
				done += n
			}
			require.Equal(t, 1+c.left, done)
			require.Len(t, w.verify(t, oak).Damage, len(c.damage))
			require.True(t, w.verify(t, elm).OK())
		})
	}
}

// TestVerifyWhileKeysComeAndGo finds nothing in an undamaged log while leaves are set aside and taken up.
func TestVerifyWhileKeysComeAndGo(t *testing.T) {
	w, _ := lossyOnPostgres(t, 9)
	var clock atomic.Int64
	w.o.Interval, w.o.Now = time.Millisecond, func() time.Time { return w.now.Add(time.Duration(clock.Add(1)) * time.Minute) }
	w.restart(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; i < 1000 && ctx.Err() == nil; i++ {
			_ = w.log.Record(ctx, entry([]string{elm, oak}[i%2], i))
			if w.keys.lose(); i%4 < 2 {
				w.keys.lose(oak)
			}
		}
	})
	group.Go(func() { _ = w.notary.Run(ctx) })
	for i := 0; i < 10 || w.keys.refused(oak) == 0 || len(w.order(t, oak)) == 0; i++ {
		require.Empty(t, w.verify(t, oak).Damage)
	}
	stop()
	group.Wait()
}

// Run waits longer and longer while nothing can be integrated, and goes on at its pace while only a practice waits.
func TestRunWhileKeysAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := auditmem.New()
		w := newLossyWorld(t, s, s, 0)
		w.o.Now, w.o.Interval = time.Now, time.Second
		w.restart(t)
		w.keys.lose(elm, oak)
		w.record(t, elm, 1)
		w.record(t, oak, 1)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.notary.Run(ctx) }()
		time.Sleep(10 * time.Minute) // the clock of the bubble
		synctest.Wait()
		require.LessOrEqual(t, w.keys.asked[oak], 16)
		require.EqualValues(t, 0, w.verify(t, elm).Size)

		gone := []string{oak}
		for i := range 50 { // more than a batch sets aside
			gone = append(gone, fmt.Sprint("p-", i))
		}
		w.keys.lose(gone...)
		time.Sleep(time.Minute + time.Second/2) // between two steps
		synctest.Wait()
		w.record(t, elm, 1)
		for _, p := range gone[1:] {
			w.record(t, p, 1)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for i := range 10 {
			w.record(t, elm, 1)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			require.EqualValues(t, i+3, w.verify(t, elm).Size)
		}
		w.keys.lose()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		require.EqualValues(t, 1, w.verify(t, oak).Size)
		stop()
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}
