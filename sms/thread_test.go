package sms_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// However many texts and messages are of one instant, and however short the pages, each is on one page.
func TestAThreadOfOneInstantIsReadToTheEnd(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		for i := range 5 {
			w.enqueue(w.text(fmt.Sprint("x.", i)))
			w.receive(patient, fmt.Sprint("Thank you! ", i))
		}
		w.now.Add(time.Microsecond)
		w.enqueue(w.text("y"))
		w.receive(patient, "See you then!")
		q := sms.ThreadQuery{Practice: practice, Number: patient, Purpose: sms.ForConversation}
		all, err := w.texts.Thread(t.Context(), staff, q)
		require.NoError(t, err)
		require.Len(t, all.Items, 12)
		require.Empty(t, all.Next)
		for q.Limit = 1; q.Limit <= 12; q.Limit++ {
			var items []sms.Item
			pages := 0
			for q.After = ""; pages == 0 || q.After != ""; pages++ {
				page, err := w.texts.Thread(t.Context(), staff, q)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Items), q.Limit)
				items, q.After = append(items, page.Items...), page.Next
				if pages == 2 { // what is new moves nothing
					w.now.Add(time.Hour)
					w.enqueue(w.text(fmt.Sprint("new ", q.Limit)))
				}
			}
			require.Equal(t, (12+newer(all, items)+q.Limit-1)/q.Limit, pages)
			require.Equal(t, all.Items, items[newer(all, items):])
		}
	})
}

// newer returns how many items are newer than a whole thread.
func newer(all sms.Thread, items []sms.Item) (n int) {
	for _, i := range items {
		if i.At.After(all.Items[0].At) {
			n++
		}
	}
	return n
}
