package sms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// A patient whose keys were destroyed since the audience was chosen gets no text, and holds up nobody else's.
func TestAPatientWhoseKeysWereDestroyedHoldsUpNoBroadcast(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(5, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		c.shred(people[1].Patient)
		c.shred(people[2].Patient)
		c.channels[people[2].Patient] = "" // who had asked to be texted nowhere
		c.work()
		c.once(append(people[:1:1], people[3:]...))
		require.Equal(t, broadcast.Progress{
			Status: broadcast.Done, Gathered: true, Audience: 5, Sent: 3, Refused: map[string]int{"patient": 1, "elsewhere": 1},
		}, c.progress(k))
	})
}
