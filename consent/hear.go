package consent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/keyword"
)

// Said is what somebody said, by any channel.
type Said struct {
	ID       string // as in Grant
	Practice string
	Number   string // that it came from, or that it is about
	Channel  Channel
	Sender   string    // the number of ours that it came to, where it came by text
	Evidence Evidence  // Words is what was said, and Message, Document or Staff as the channel has them
	At       time.Time // when it was said. Defaults to now.
}

// Hear understands what somebody said in any words and records what follows from it: a stop revokes everything, what is
// narrowed revokes what is promotional, a stranger's word revokes everything and lets the number lapse, and what a person
// should look at is a doubt (47 CFR 64.1200(a)(10): no words and no channel are exclusive). See [keyword.Understand].
//
// Whatever else it says records nothing: START, HELP and the answer to a double opt-in are the caller's to act on. The same
// words again under the same id change nothing.
func (s *Service) Hear(ctx context.Context, by audit.Actor, said Said) (keyword.Understanding, error) {
	u := keyword.Understand(said.Evidence.Words)
	if said.ID == "" {
		said.ID = s.newID()
	}
	revocation := Revocation{
		ID: said.ID, Practice: said.Practice, Number: said.Number, Channel: said.Channel, Sender: said.Sender,
		Evidence: said.Evidence, At: said.At,
	}
	var err error
	switch u.Asks {
	case keyword.Stop:
		_, err = s.Revoke(ctx, by, revocation)
	case keyword.Narrow:
		revocation.Category = Promotional
		_, err = s.Revoke(ctx, by, revocation)
	case keyword.Stranger:
		if _, err = s.Revoke(ctx, by, revocation); err != nil {
			break
		}
		_, err = s.Lapse(ctx, by, Lapse{
			ID: following(said.ID), Practice: said.Practice, Number: said.Number, Cause: WrongNumber, Evidence: said.Evidence, At: said.At,
		})
	case keyword.Review:
		_, err = s.Doubt(ctx, by, Doubt{
			ID: said.ID, Practice: said.Practice, Number: said.Number, Channel: said.Channel, Evidence: said.Evidence, At: said.At,
		})
	}
	return u, err
}

// following is the id of the second fact that follows from one act.
func following(id string) string {
	sum := sha256.Sum256([]byte("lapse " + id))
	return hex.EncodeToString(sum[:16])
}
