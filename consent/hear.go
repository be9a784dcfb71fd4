package consent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/form"
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
	Withhold bool      // the words are understood and not kept: they may say something of somebody's health. [Withheld] is.
}

// Withheld stands in a ledger for words that are kept elsewhere, because they may say something of somebody's health.
const Withheld = "(kept apart)"

// Hear understands what somebody said in any words and records what follows from it: a stop revokes everything, what is
// narrowed revokes what is promotional, a stranger's word revokes everything and lets the number lapse, and what a person
// should look at is a doubt (47 CFR 64.1200(a)(10): no words and no channel are exclusive). See [keyword.Understand]. Where the
// words came to a sender that several practices share, it is recorded for each of them, as [Service.Revoke] does.
//
// Whatever else it says records nothing: START, HELP and the answer to a double opt-in are the caller's to act on. The same
// words again under the same id change nothing.
func (s *Service) Hear(ctx context.Context, by audit.Actor, said Said) (keyword.Understanding, error) {
	u := keyword.Understand(said.Evidence.Words)
	said.Evidence.Words = legible(said.Evidence.Words)
	if said.Withhold {
		said.Evidence.Words = Withheld
	}
	if said.ID == "" {
		said.ID = s.newID()
	}
	var err error
	switch u.Asks {
	case keyword.Stop:
		err = s.stop(ctx, by, said, "")
	case keyword.Narrow:
		err = s.stop(ctx, by, said, Promotional)
	case keyword.Stranger:
		if err = s.stop(ctx, by, said, ""); err == nil {
			err = s.estrange(ctx, by, said)
		}
	case keyword.Review:
		err = s.wonder(ctx, by, said)
	}
	return u, err
}

// stop revokes what the words end. Where something else has their id, a doubt that an earlier version took them for, say, it
// revokes under another: no id holds up a stop.
func (s *Service) stop(ctx context.Context, by audit.Actor, said Said, c Category) error {
	r := Revocation{
		ID: said.ID, Practice: said.Practice, Number: said.Number, Category: c, Channel: said.Channel, Sender: said.Sender,
		Evidence: said.Evidence, At: said.At,
	}
	_, err := s.Revoke(ctx, by, r)
	if errors.Is(err, ErrConflict) {
		r.ID = following("stop " + said.ID)
		_, err = s.Revoke(ctx, by, r)
	}
	return err
}

// wonder holds texts at every practice that the words came to: what may be a stop may be one to each of them.
func (s *Service) wonder(ctx context.Context, by audit.Actor, said Said) error {
	d := Doubt{
		ID: said.ID, Practice: said.Practice, Number: said.Number, Channel: said.Channel, Evidence: said.Evidence, At: said.At,
	}
	if _, err := s.Doubt(ctx, by, d); err != nil {
		return err
	}
	return s.others(ctx, d.Practice, said.Sender, d.ID, func(practice, id string) error {
		d.Practice, d.ID = practice, id
		_, err := s.Doubt(ctx, by, d)
		return err
	})
}

// estrange lets the number lapse at every practice that a stranger's word came to.
func (s *Service) estrange(ctx context.Context, by audit.Actor, said Said) error {
	l := Lapse{
		ID: following("lapse " + said.ID), Practice: said.Practice, Number: said.Number, Cause: WrongNumber, Evidence: said.Evidence, At: said.At,
	}
	if _, err := s.Lapse(ctx, by, l); err != nil {
		return err
	}
	return s.others(ctx, l.Practice, said.Sender, l.ID, func(practice, id string) error {
		l.Practice, l.ID = practice, id
		_, err := s.Lapse(ctx, by, l)
		return err
	})
}

// legible makes of what somebody said a text that can be kept: whatever bytes a network delivers, the words in them are not
// lost over a stray one, nor over a thread that a mail quotes.
func legible(words string) string {
	return form.Within(form.Legible(words), 16<<10) // as Evidence holds
}

// following is the id of a further fact that follows from one act.
func following(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}
