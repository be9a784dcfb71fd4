package notary_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/audit/witness"
)

// cut is a store in which somebody deletes elm's newest batch, the third of grow: its head and its leaves. The tree of
// heads stays as it is, but perhaps for the name at elm's mark.
type cut struct {
	tree.Store
	done    bool
	renamed string // what elm's mark of that batch is called; "" leaves it
}

const cutBatch = 3

func (c *cut) gone(practice string, number int64) bool {
	return c.done && practice == elm && number == cutBatch
}

func (c *cut) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	all := q
	all.Limit = 1000
	heads, err := c.Store.Heads(ctx, all)
	heads = slices.DeleteFunc(heads, func(h tree.Head) bool {
		return c.gone(h.Practice, h.Number) || h.Practice == "" && q.ID != "" && c.renamed != "" && c.gone(q.ID, h.Number)
	})
	for i := range heads {
		for k, m := range heads[i].Marks {
			if q.Practice == "" && c.renamed != "" && c.gone(m.ID, heads[i].Number) {
				heads[i].Marks[k].ID = c.renamed
			}
		}
	}
	return heads[:min(len(heads), q.Limit)], err
}

func (c *cut) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	rows, err := c.Store.Rows(ctx, practice, ids)
	return slices.DeleteFunc(rows, func(r tree.Row) bool {
		return c.done && practice == elm && r.Leaf.ID > "e-00015" && r.Leaf.ID < "e-00028"
	}), err
}

func (c *cut) Integrate(ctx context.Context, limit int, work tree.Work) error {
	return c.Store.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		tips, mentions := r.Tips, r.Mentions
		r.Tips = func(ctx context.Context, practices []string) (map[string]tree.Head, error) {
			found, err := tips(ctx, practices)
			if before, _ := c.Heads(ctx, tree.Query{Practice: elm, Newest: true, Brief: true, Limit: 1}); len(before) == 1 {
				found[elm] = before[0]
			}
			return found, err
		}
		r.Mentions = func(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
			found, err := mentions(ctx, practices)
			if c.renamed != "" && c.gone(elm, found[elm].Number) {
				found[elm] = tree.Mention{Number: 2, Position: 2}
			}
			return found, err
		}
		return work(ctx, r)
	})
}

// eachCut runs a test on a log of both stores whose newest batch of elm cut deletes; renamed is what it then calls the mark.
func eachCut(t *testing.T, renamed string, test func(t *testing.T, w *world, cut func())) {
	t.Run("memory", func(t *testing.T) {
		w := inMemory(t, nil)
		c := &cut{Store: w.trees, renamed: renamed}
		w.trees = c
		var err error
		w.notary, err = notary.New(c, w.log, w.signer, w.known, nil)
		require.NoError(t, err)
		w.reader, err = notary.NewReader(c, w.known)
		require.NoError(t, err)
		w.grow(t)
		test(t, w, func() { c.done = true })
	})
	t.Run("postgres", func(t *testing.T) {
		x := newDamaged(t)
		test(t, x.world, func() {
			x.damage(t, `DELETE FROM {s}.audit_entry WHERE practice = 'elm-street' AND id > 'e-00015';
				DELETE FROM {s}.audit_head WHERE practice = 'elm-street' AND number = 3`)
			if renamed != "" {
				x.damage(t, `UPDATE {s}.audit_head SET lowest = least('`+renamed+`', 'oak avenue/2'), highest = greatest('`+renamed+`', 'oak avenue/2'),
					ids = '\x00'::bytea || set_byte('\x00', 0, length('`+renamed+`')) || '`+renamed+`'::bytea || '\x0c'::bytea || 'oak avenue/2'::bytea
					WHERE practice = '' AND number = 3`)
			}
		})
	})
}

// restarted is a notary that remembers nothing.
func (w *world) restarted(t *testing.T, o *notary.Options) *notary.Notary {
	t.Helper()
	n, err := notary.New(w.trees, w.log, w.signer, w.known, o)
	require.NoError(t, err)
	return n
}

// TestCutOfOnePractice is done by somebody who writes to the database and has no key. Neither a notary that was running
// nor one that is started goes on, and whoever verifies or exports the practice's log finds it.
func TestCutOfOnePractice(t *testing.T) {
	eachCut(t, "", func(t *testing.T, w *world, cut func()) {
		kept := w.checkpoint(t, "")
		w.sound(t, kept)
		cut()
		require.Equal(t, []string{"cut 11"}, found(w.verify(t, elm, kept)))
		_, err := w.reader.Export(t.Context(), &bytes.Buffer{}, elm, &notary.ExportOptions{Kept: []string{kept}})
		require.ErrorIs(t, err, notary.ErrDamaged)
		require.Empty(t, w.verify(t, oak, kept).Damage)

		w.record(t, elm, 1)
		for _, n := range []*notary.Notary{w.notary, w.restarted(t, nil)} {
			_, err := n.Step(t.Context())
			require.ErrorIs(t, err, notary.ErrDamaged, "it would sign over what is gone")
		}
	})
}

// TestCutOfOnePracticeUnderAnotherName also alters the name at the mark that the tree of heads has of what is gone.
func TestCutOfOnePracticeUnderAnotherName(t *testing.T) {
	for name, renamed := range map[string]string{"of no practice": "alm-street", "of another practice": oak} {
		t.Run(name, func(t *testing.T) {
			eachCut(t, renamed, func(t *testing.T, w *world, cut func()) {
				kept := w.checkpoint(t, "")
				cut()
				require.Equal(t, []string{"unsound 11"}, found(w.verify(t, elm, kept)))
				_, err := w.reader.Export(t.Context(), &bytes.Buffer{}, elm, &notary.ExportOptions{Kept: []string{kept}})
				require.ErrorIs(t, err, notary.ErrDamaged)

				w.record(t, elm, 1)
				_, err = w.notary.Step(t.Context())
				require.ErrorIs(t, err, notary.ErrDamaged, "it has signed what is gone")
			})
		})
	}
}

// TestCutThatANotarySignedOver is what a notary did that knew nothing of the batch: the mark had another name, and has its
// own again.
func TestCutThatANotarySignedOver(t *testing.T) {
	w := inMemory(t, nil)
	c := &cut{Store: w.trees, renamed: "alm-street"}
	w.trees = c
	var err error
	w.reader, err = notary.NewReader(c, w.known)
	require.NoError(t, err)
	w.grow(t)
	kept := w.checkpoint(t, elm)
	c.done = true
	w.record(t, elm, 1)
	w.notary = w.restarted(t, nil)
	w.step(t, 1)
	require.Empty(t, w.verify(t, elm).Damage, "its tree alone does not")
	require.Equal(t, []string{"cut 12"}, found(w.verify(t, elm, kept)))
	require.NotEmpty(t, w.verify(t, "").Damage, "the tree of heads tells of it")

	c.renamed = ""
	require.Equal(t, []string{"cut 11"}, found(w.verify(t, elm)))
	_, err = w.reader.Export(t.Context(), &bytes.Buffer{}, elm, nil)
	require.ErrorIs(t, err, notary.ErrDamaged)
}

// TestCutOfOnePracticeUnderAWitness leaves what the witness keeps as it is, for it knows of the tree of heads alone.
func TestCutOfOnePracticeUnderAWitness(t *testing.T) {
	eachCut(t, "", func(t *testing.T, w *world, cut func()) {
		private, _, err := witness.GenerateKey("witness.example.org/w1")
		require.NoError(t, err)
		cosigner, err := witness.NewCosigner(private, nil)
		require.NoError(t, err)
		key, err := note.NewVerifier(w.public)
		require.NoError(t, err)
		shown, err := witness.New(cosigner, []note.Verifier{key}, nil)
		require.NoError(t, err)
		n := w.restarted(t, &notary.Options{Witness: shown})
		_, err = n.Step(t.Context()) // which shows the newest head
		require.NoError(t, err)
		kept := shown.Checkpoint(logName)
		require.NotEmpty(t, kept)
		cut()
		w.record(t, elm, 1)
		_, err = n.Step(t.Context())
		require.ErrorIs(t, err, notary.ErrDamaged)
		require.Equal(t, kept, shown.Checkpoint(logName), "the witness was shown nothing new")
		require.NotEmpty(t, w.verify(t, elm, kept).Damage)
	})
}

// TestWholeTreeOfOnePracticeCut leaves nothing of a practice but what the tree of heads has of it.
func TestWholeTreeOfOnePracticeCut(t *testing.T) {
	x := newDamaged(t)
	x.exec(t, `DELETE FROM {s}.audit_entry WHERE practice = 'elm-street'`)
	x.exec(t, `DELETE FROM {s}.audit_head WHERE practice = 'elm-street'`)
	require.Equal(t, []string{"cut 0"}, found(x.verify(t, elm)))
	x.exec(t, `UPDATE {s}.audit_head SET ids = set_byte(ids, 2, ascii('a')), lowest = 'alm-street' WHERE practice = ''`)
	require.Equal(t, []string{"unsound 0"}, found(x.verify(t, elm)))
	require.Empty(t, x.verify(t, oak).Damage)
	x.record(t, elm, 1)
	_, err := x.notary.Step(t.Context())
	require.ErrorIs(t, err, notary.ErrDamaged)
}

// TestCutUnderAnotherNumber passes the head before off as the newest one.
func TestCutUnderAnotherNumber(t *testing.T) {
	x := newDamaged(t)
	x.exec(t, `DELETE FROM {s}.audit_entry WHERE practice = 'elm-street' AND id > 'e-00015'`)
	x.exec(t, `DELETE FROM {s}.audit_head WHERE practice = 'elm-street' AND number = 3`)
	x.exec(t, `UPDATE {s}.audit_head SET number = 3 WHERE practice = 'elm-street' AND number = 2`)
	require.NotEmpty(t, x.verify(t, elm).Damage)
	_, err := x.reader.Export(t.Context(), &bytes.Buffer{}, elm, nil)
	require.ErrorIs(t, err, notary.ErrDamaged)
	x.record(t, elm, 1)
	_, err = x.restarted(t, nil).Step(t.Context())
	require.ErrorIs(t, err, notary.ErrDamaged)
}

// TestUnreadableMarksStopTheNotary has nobody take for new whom such a mark may name.
func TestUnreadableMarksStopTheNotary(t *testing.T) {
	x := newDamaged(t)
	x.exec(t, `DELETE FROM {s}.audit_entry WHERE practice = 'elm-street'`)
	x.exec(t, `DELETE FROM {s}.audit_head WHERE practice = 'elm-street'`)
	x.exec(t, `UPDATE {s}.audit_head SET ids = '' WHERE practice = ''`)
	require.NotEmpty(t, x.verify(t, elm).Damage)
	x.record(t, elm, 1)
	_, err := x.restarted(t, nil).Step(t.Context())
	require.ErrorIs(t, err, notary.ErrDamaged)
}
