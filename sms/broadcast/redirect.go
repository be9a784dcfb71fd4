package broadcast

import (
	"context"

	"github.com/enamel-go/enamel/sms"
)

// redirect puts those whose patients asked for other numbers than they were gathered or queued with into the audience by these,
// each number once, in the place of what they were: so nobody else's text to one of them is a second one. Where the broadcast was
// paused, or somebody else moved one of them, they wait, and are found again when their texts are to be queued.
func (r *round) redirect(ctx context.Context) error {
	c := Change{Fact: Fact{Kind: Redirected}}
	asked := r.asked
	r.asked = nil // who stays is found again among those who wait
	for _, one := range asked {
		to, texted, err := r.service.reached(ctx, r.key.Practice, one)
		switch {
		case err != nil:
			r.hold(err)
		case !texted: // it is refused when it is to be queued
		case to.Number == one.Number:
			r.hold(sms.ErrRedirected)
		default:
			to.Place, to.Turn, to.Stage, to.Reason = 0, 0, Waiting, ""
			c.Recipients, c.Instead = append(c.Recipients, to), append(c.Instead, one.Place)
		}
	}
	if len(c.Instead) == 0 {
		return nil
	}
	c.Recipients, c.Fact.Count = merged(c.Recipients), len(c.Instead)
	return r.write(ctx, "redirect", c)
}
