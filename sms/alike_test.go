package sms_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// oneByOne is a store whose pages hold one text each.
type oneByOne struct{ sms.Store }

func (s oneByOne) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	q.Limit = 1
	return s.Store.Texts(ctx, q)
}

// byWords lets the provider look by the words alone, as one does that knows no references of ours, among what arrived.
func (w *world) byWords(arrived func(sms.Message) bool) {
	w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
		w.carrier.mu.Lock()
		defer w.carrier.mu.Unlock()
		var found []string
		for i, s := range w.carrier.sent {
			if s.From == m.From && s.To == m.To && s.Body == m.Body && arrived(s) {
				found = append(found, fmt.Sprintf("SM%d", i+1))
			}
		}
		switch len(found) {
		case 0:
			return sms.Receipt{}, false, nil
		case 1:
			return sms.Receipt{ID: found[0], Status: sms.StatusDelivered}, true, nil
		}
		return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Unknown}
	}
}

// lose lets the answers about some texts be lost; the requests arrive or do not.
func (w *world) lose(ids ...string) {
	w.carrier.answer = func(m sms.Message) error {
		for _, id := range ids {
			if m.Reference == practice+"/"+id {
				return refusal(sms.Unknown)
			}
		}
		return nil
	}
}

// Of two texts with the same words one left and the other never arrived. That the provider finds one proves nothing of the
// other, which a person asks after.
func TestWhatIsFoundByItsWordsIsOneTextAlone(t *testing.T) {
	arrived := func(id string) func(sms.Message) bool {
		return func(m sms.Message) bool { return m.Reference == practice+"/"+id }
	}
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		settled := func(t *testing.T, want map[string]sms.State) {
			t.Helper()
			held := map[string]string{}
			for id, state := range want {
				got := w.tracked(sms.Key{Practice: practice, ID: id})
				require.Equal(t, state, got.State, id)
				require.Equal(t, state == sms.Sent, got.ProviderID != "", id)
				if got.ProviderID != "" {
					require.Empty(t, held[got.ProviderID], "%s is another text's too", id)
					held[got.ProviderID] = id
				}
			}
			w.kinds()
		}
		queued := func(ids ...string) {
			for _, id := range ids {
				x := w.text(id)
				x.Body = fmt.Sprintf("Elm Street Dental: see you on Thursday at 3:0%c PM.", id[0]) // the same words by the first letter
				w.enqueue(x)
			}
		}
		t.Run("the other one has it", func(t *testing.T) {
			queued("1-left", "1-lost")
			w.lose("1-lost")
			w.byWords(arrived("1-left"))
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"1-left": sms.Sent, "1-lost": sms.Review})
		})
		t.Run("the other one stands on another page", func(t *testing.T) {
			whole := w.store
			defer func() { w.store = whole }()
			w.store = oneByOne{whole}
			queued("0-left", "0-lost") // the newest is the one that is asked about
			w.lose("0-lost")
			w.byWords(arrived("0-left"))
			w.step(w.dispatcher(atOnce))
			w.store = whole
			settled(t, map[string]sms.State{"0-left": sms.Sent, "0-lost": sms.Review})
		})
		t.Run("both are in doubt", func(t *testing.T) {
			queued("2-arrived", "2-lost")
			w.lose("2-arrived", "2-lost")
			w.byWords(arrived("2-arrived"))
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"2-arrived": sms.Review, "2-lost": sms.Review})
		})
		t.Run("a person said that the other one was sent", func(t *testing.T) {
			queued("3-said")
			w.lose("3-said", "3-lost")
			w.carrier.find = lookup(sms.Unknown)
			w.step(w.dispatcher(atOnce))
			w.kinds()
			require.Equal(t, sms.Sent, w.tracked(sms.Key{Practice: practice, ID: "3-said"}).State)
			queued("3-lost")
			w.byWords(arrived("3-said"))
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Review, w.tracked(sms.Key{Practice: practice, ID: "3-lost"}).State)
			w.kinds()
		})
		t.Run("there are other words beside it", func(t *testing.T) {
			queued("4-alone", "5-alone")
			w.lose("4-alone", "5-alone")
			w.byWords(func(sms.Message) bool { return true })
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"4-alone": sms.Sent, "5-alone": sms.Sent})
		})
		t.Run("the other one's is known", func(t *testing.T) {
			queued("7-known")
			w.lose("7-lost")
			w.step(w.dispatcher())
			queued("7-lost")
			w.byWords(arrived("7-lost"))
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"7-known": sms.Sent, "7-lost": sms.Sent})
		})
		t.Run("a person said that the other one was not sent", func(t *testing.T) {
			queued("8-said")
			w.lose("8-said", "8-lost")
			w.carrier.find = lookup(sms.Unknown)
			w.step(w.dispatcher(atOnce))
			_, err := w.texts.Resolve(t.Context(), staff, sms.Key{Practice: practice, ID: "8-said"}, false, "she has none")
			require.NoError(t, err)
			queued("8-lost")
			w.byWords(arrived("8-said"))
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"8-said": sms.Failed, "8-lost": sms.Review})
		})
		t.Run("the other one was refused for good", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return refusal(sms.Filtered) }
			queued("9-filtered")
			w.step(w.dispatcher())
			queued("9-lost")
			w.lose("9-lost")
			w.byWords(arrived("9-lost"))
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"9-filtered": sms.Failed, "9-lost": sms.Sent})
		})
		t.Run("the provider knows references", func(t *testing.T) {
			queued("6-arrived", "6-lost")
			w.lose("6-arrived", "6-lost")
			w.carrier.find = nil
			w.step(w.dispatcher(atOnce))
			settled(t, map[string]sms.State{"6-arrived": sms.Sent, "6-lost": sms.Sent})
		})
	})
}
