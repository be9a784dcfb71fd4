package sms_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms"
)

// shred destroys the key that seals what the log says of a patient, which is the last that is destroyed.
func (w *world) shred(patient string) {
	w.t.Helper()
	require.NoError(w.t, w.keys.Shred(w.t.Context(), crypto.Subject{Practice: practice, Patient: patient, Class: crypto.Evidence}))
}

// A text about a patient whose keys were destroyed does not leave, whatever state it is found in, and is settled with an entry
// that names nobody.
func TestATextOfAPatientWhoseKeysWereDestroyedIsSettled(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		about := func(id string) sms.Key {
			x := w.text(id)
			x.Patient = "patient of " + id
			return w.enqueue(x)
		}
		ended := func(k sms.Key, state sms.State, outcome audit.Outcome) {
			t.Helper()
			require.Equal(t, state, w.tracked(k).State)
			page, err := w.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
			require.NoError(t, err)
			for _, leaf := range page.Leaves {
				if leaf.Action != "sms.text.send" || leaf.Outcome != outcome {
					continue
				}
				if e, err := w.log.Open(t.Context(), leaf); err == nil && e.Object.ID == k.ID {
					require.Empty(t, e.Patient)
					require.Empty(t, e.Details)
					require.NotEmpty(t, e.Reason)
					if outcome == audit.Done {
						require.Contains(t, []string{"The text is sent.", "The text is doubtful."}, e.Reason)
					}
					return
				}
			}
			t.Fatalf("text %s has no entry that can be read", k.ID)
		}

		queued := about("queued")
		w.shred("patient of queued")
		w.step(w.dispatcher())
		require.Empty(t, w.carrier.bodies(), "it left")
		ended(queued, sms.Refused, audit.Refused)
		require.Equal(t, "patient", w.tracked(queued).Decision.Rule)

		late := about("late")
		useless := w.text("stale")
		useless.Patient, useless.LastUseful = "patient of stale", w.now.Now().Add(time.Minute)
		stale := w.enqueue(useless)
		w.shred("patient of stale")
		w.carrier.answer = func(sms.Message) error {
			w.shred("patient of late")
			return nil
		}
		w.now.Add(2 * time.Minute)
		w.step(w.dispatcher())
		ended(late, sms.Sent, audit.Done)
		ended(stale, sms.Refused, audit.Refused)

		unsure := about("unsure")
		w.carrier.answer = func(sms.Message) error {
			w.shred("patient of unsure")
			return errors.New("lost")
		}
		w.step(w.dispatcher(atOnce))
		ended(unsure, sms.Sent, audit.Done)
	})
}

// A task about a patient whose keys were destroyed is finished like any other: the outcome stands with the task, and the log says
// why, of nobody.
func TestATaskOfAPatientWhoseKeysWereDestroyedIsFinished(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.remind(w.answers(), "a-1", "emma", patient, w.now.Now().Add(4*time.Hour))
		w.say("Can I come a little later?")
		task := w.open()[0]
		require.Equal(t, "emma", task.Patient)
		w.shred("emma")
		done, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled, Reason: "Called."})
		require.NoError(t, err)
		require.True(t, done)
		kept, err := w.store.Task(t.Context(), task.Key())
		require.NoError(t, err)
		require.Equal(t, sms.Handled, kept.Outcome)
		page, err := w.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		at := slices.IndexFunc(page.Leaves, func(f audit.Leaf) bool { return f.Action == "sms.task.finish" })
		require.NotEqual(t, -1, at)
		e, err := w.log.Open(t.Context(), page.Leaves[at])
		require.NoError(t, err)
		require.Equal(t, task.ID, e.Object.ID)
		require.Equal(t, "Called.", e.Reason)
		require.Empty(t, e.Patient)
		require.Empty(t, e.Details)
	})
}
