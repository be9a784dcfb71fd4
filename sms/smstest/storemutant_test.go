package smstest_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

func storeMutants() []mutant {
	return []mutant{
		{"forgets the subject", "every field of a text survives", changingTexts(func(t *sms.Text) { t.Subject = "" })},
		{"forgets whom else a text is about", "every field of a text survives", changingTexts(func(t *sms.Text) { t.Subjects = t.Subjects[:min(1, len(t.Subjects))] })},
		{"makes texts due at once", "every field of a text survives", reading(func(t *sms.Tracked) { t.Due = t.Created })},
		{"forgets the entry", "every field of a text survives", changing(func(c *sms.Change) { c.Leaves = nil })},
		{"takes a HELP for free words", "messages come newest first", asking(func(q *sms.Query) { q.Free = false })},
		{"says nothing of absence", "what is not there is not found", func(s *store) {
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				if errors.Is(err, sms.ErrNotFound) {
					err = nil
				}
				return t, err
			}
		}},
		{"invents senders", "what is not there is not found", func(s *store) {
			s.sender = func(ctx context.Context, practice, number string) (sms.Sender, error) {
				o, err := s.Store.Sender(ctx, practice, number)
				if errors.Is(err, sms.ErrNotFound) {
					err = nil
				}
				return o, err
			}
		}},
		{"writes an entry for a replay", "a repeated text changes nothing and leaves no second entry", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if err == nil && !written {
					err = s.entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}
		}},
		{"says that a replay was written", "a repeated text changes nothing and leaves no second entry", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				_, err := s.Store.Apply(ctx, c)
				return err == nil, err
			}
		}},
		{"queues the texts one by one", "several texts are queued together or not at all", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				rest := c
				for _, t := range c.Texts {
					rest.Texts = []sms.Text{t}
					if written, err := s.Store.Apply(ctx, rest); err != nil || !written {
						return false, err
					}
					rest = sms.Change{}
				}
				if len(c.Texts) == 0 {
					return s.Store.Apply(ctx, c)
				}
				return true, nil
			}
		}},
		{"queues one of two with one id", "several texts are queued together or not at all", changing(func(c *sms.Change) {
			c.Texts = slices.CompactFunc(c.Texts, func(a, b sms.Text) bool { return a.ID == b.ID })
		})},
		{"reads all practices' texts", "practices do not see each other", func(s *store) {
			s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) {
				page, err := s.Store.Texts(ctx, q)
				q.Practice = "oak-street"
				more, err2 := s.Store.Texts(ctx, q)
				page.Texts = append(page.Texts, more.Texts...)
				return page, errors.Join(err, err2)
			}
		}},
		{"stops a number at all practices", "practices do not see each other", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if c.Stop != nil && written {
					elsewhere := *c.Stop
					elsewhere.Practice = "oak-street"
					_, err = s.Store.Apply(ctx, sms.Change{Stop: &elsewhere})
				}
				return written, err
			}
		}},
		{"folds the case of practices", "ids are exact", changingTexts(func(t *sms.Text) { t.Practice = strings.ToLower(t.Practice) })},
		{"trims ids", "ids are exact", changingTexts(func(t *sms.Text) { t.ID = strings.TrimSpace(t.ID) })},
		{"sorts by a language's rules", "ids are exact", paging(func(p *sms.Page) {
			slices.SortFunc(p.Texts, func(a, b sms.Tracked) int { return strings.Compare(strings.ToLower(b.ID), strings.ToLower(a.ID)) })
		})},
		{"loses the text behind a page", "pages are whole, stable and newest first", func(s *store) {
			s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) {
				q.Limit++
				p, err := s.Store.Texts(ctx, q)
				if q.Limit > 1 && len(p.Texts) == q.Limit {
					p.Texts = p.Texts[:q.Limit-1]
				}
				return p, err
			}
		}},
		{"turns pages by the creation alone", "pages are whole, stable and newest first", paging(func(p *sms.Page) {
			if at, _, ok := strings.Cut(p.Next, "."); ok {
				p.Next = at + ".000"
			}
		})},
		{"has pages of 50", "pages are whole, stable and newest first", asking(func(q *sms.Query) {
			if q.Limit == 0 {
				q.Limit = 50
			}
		})},
		{"ignores the number", "pages can be asked for a number and a state", asking(func(q *sms.Query) { q.Number = "" })},
		{"ignores the state", "pages can be asked for a number and a state", asking(func(q *sms.Query) { q.States = nil })},
		{"heeds the first state alone", "pages can be asked for a number and a state", asking(func(q *sms.Query) {
			q.States = q.States[:min(len(q.States), 1)]
		})},
		{"ignores the category", "pages can be asked for a category", asking(func(q *sms.Query) { q.Category = "" })},
		{"folds the case of categories", "pages can be asked for a category", asking(func(q *sms.Query) {
			q.Category = consent.Category(strings.ToLower(string(q.Category)))
		})},
		{"asks for a category or a state", "pages can be asked for a category", asking(func(q *sms.Query) {
			if q.Category != "" {
				q.States = nil
			}
		})},
		{"looks for a category on a page that is cut already", "pages can be asked for a category", func(s *store) {
			s.texts = func(ctx context.Context, q sms.Query) (sms.Page, error) {
				category := q.Category
				q.Category = ""
				p, err := s.Store.Texts(ctx, q)
				p.Texts = slices.DeleteFunc(p.Texts, func(t sms.Tracked) bool { return category != "" && t.Category != category })
				return p, err
			}
		}},
		{"ignores the ids", "pages can be asked for texts by their ids", asking(func(q *sms.Query) { q.IDs = nil })},
		{"asks for ids or a state", "pages can be asked for texts by their ids", asking(func(q *sms.Query) {
			if len(q.IDs) > 0 {
				q.States = nil
			}
		})},
		{"finds no more than a page's ids", "pages can be asked for texts by their ids", asking(func(q *sms.Query) {
			q.IDs = q.IDs[:min(len(q.IDs), 100)]
		})},
		{"takes any id", "what cannot be kept is refused", asking(func(q *sms.Query) {
			q.IDs = slices.DeleteFunc(slices.Clone(q.IDs), func(id string) bool { return id == "" || id == "\x00" })
		})},
		{"asks messages for the ids of texts", "messages come newest first", func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				if len(q.IDs) > 0 {
					return nil, nil
				}
				return s.Store.Received(ctx, q)
			}
		}},
		{"keeps times at nanoseconds", "times are kept in UTC at microseconds", func(s *store) {
			given := map[sms.Key]time.Time{}
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				for _, t := range c.Texts {
					given[t.Key()] = t.Created.UTC()
				}
				return s.Store.Apply(ctx, c)
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.Created = given[k]
				return t, err
			}
		}},
		{"returns local times", "times are kept in UTC at microseconds", reading(func(t *sms.Tracked) {
			t.NotBefore = t.NotBefore.In(time.FixedZone("CST", -6*3600))
		})},
		{"shares what it returns", "what is returned is not shared", func(s *store) {
			returned := map[sms.Key]sms.Tracked{}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				if t, ok := returned[k]; ok {
					return t, nil
				}
				t, err := s.Store.Text(ctx, k)
				returned[k] = t
				return t, err
			}
		}},
		{"shares what it was given", "what is returned is not shared", func(s *store) {
			var given sms.Decision
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Cancel != nil {
					given = c.Cancel.Decision
				}
				return s.Store.Apply(ctx, c)
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.Decision = given
				return t, err
			}
		}},
		{"drops what Postgres cannot hold", "what cannot be kept is refused", changingTexts(func(t *sms.Text) {
			t.Body = strings.ReplaceAll(t.Body, "\x00", "?")
		})},
		{"takes any category", "what cannot be kept is refused", asking(func(q *sms.Query) {
			q.Category = consent.Category(strings.ReplaceAll(string(q.Category), "\x00", ""))
		})},
		{"takes any moment", "what cannot be kept is refused", asking(func(q *sms.Query) {
			if year := q.Claimed.Year(); year < 1 || year > 9999 {
				q.Claimed = time.Time{}
			}
		})},
		{"takes any limit", "what cannot be kept is refused", asking(func(q *sms.Query) { q.Limit = min(max(q.Limit, 1), 1000) })},
		{"forgets the keyword", "every field of a message survives", changingMessage(func(m *sms.Received) { m.Keyword = "" })},
		{"keeps a repeated message's stop", "a repeated message takes the rest of its change with it", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if err == nil && !written && c.Stop != nil {
					_, err = s.Store.Apply(ctx, sms.Change{Stop: c.Stop})
				}
				return written, err
			}
		}},
		{"takes the ids of all providers for one's", "a repeated message takes the rest of its change with it", func(s *store) {
			known := map[string]bool{}
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Received != nil && known[c.Received.ID] {
					return false, nil
				}
				written, err := s.Store.Apply(ctx, c)
				if written && c.Received != nil {
					known[c.Received.ID] = true
				}
				return written, err
			}
		}},
		{"knows messages of whichever provider", "a message is known by its key, whatever became of it", knowing(func(k sms.MessageKey, m sms.Received) bool {
			return m.ID == k.ID
		})},
		{"knows messages by ids of any case", "a message is known by its key, whatever became of it", knowing(func(k sms.MessageKey, m sms.Received) bool {
			return m.Provider == k.Provider && strings.EqualFold(m.ID, k.ID)
		})},
		{"knows no message whose content is gone", "a message is known by its key, whatever became of it", knowing(func(k sms.MessageKey, m sms.Received) bool {
			return m.Key() == k && m.Content != sms.ContentDeleted
		})},
		{"knows messages of every practice", "a message is known by its key, whatever became of it", func(s *store) {
			s.known = func(ctx context.Context, k sms.MessageKey) (bool, error) {
				k.Practice = "elm-street"
				return s.Store.Known(ctx, k)
			}
		}},
		{"returns messages oldest first", "messages come newest first", func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				m, err := s.Store.Received(ctx, q)
				slices.Reverse(m)
				return m, err
			}
		}},
		{"takes any page of messages for the first", "messages come behind any of them", receiving(func(q *sms.Query) { q.After = "" })},
		{"skips what came in at the instant that a page ends with", "messages come behind any of them", receiving(func(q *sms.Query) {
			if micros, _, more := strings.Cut(q.After, "."); more {
				at, _ := strconv.ParseInt(micros, 10, 64)
				q.After, q.Before = "", time.UnixMicro(at)
			}
		})},
		{"takes messages of one id for one", "messages come behind any of them", func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				m, err := s.Store.Received(ctx, q)
				_, last, _ := strings.Cut(q.After, "/")
				return slices.DeleteFunc(m, func(r sms.Received) bool { return r.ID == last }), err
			}
		}},
		{"asks messages for a category", "messages come newest first", func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				if q.Category != "" {
					return nil, nil
				}
				return s.Store.Received(ctx, q)
			}
		}},
		{"asks messages who claimed them", "messages come newest first", func(s *store) {
			s.received = func(ctx context.Context, q sms.Query) ([]sms.Received, error) {
				if !q.Claimed.IsZero() {
					return nil, nil
				}
				return s.Store.Received(ctx, q)
			}
		}},
		{"stops answers too", "a stop refuses what is queued to its number, but no answers", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if c.Stop != nil && written {
					page, _ := s.Store.Texts(ctx, sms.Query{Practice: c.Stop.Practice, Number: c.Stop.Number, States: []sms.State{sms.Queued}})
					for _, t := range page.Texts {
						_, _ = s.Store.Apply(ctx, sms.Change{Cancel: &sms.Cancel{Key: t.Key(), Decision: c.Stop.Decision}})
					}
				}
				return written, err
			}
		}},
		{"stops without a decision", "a stop refuses what is queued to its number, but no answers", changing(func(c *sms.Change) {
			if c.Stop != nil {
				c.Stop = &sms.Stop{Practice: c.Stop.Practice, Number: c.Stop.Number}
			}
		})},
		{"stops before it looks", "a message, its stop and its answer are one change", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Stop != nil {
					if _, err := s.Store.Apply(ctx, sms.Change{Stop: c.Stop}); err != nil {
						return false, err
					}
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"cancels twice", "a cancelled text was queued", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Cancel != nil, err
			}
		}},
		{"cancels without a reason", "a cancelled text was queued", changing(func(c *sms.Change) {
			if c.Cancel != nil {
				c.Cancel = &sms.Cancel{Key: c.Cancel.Key}
			}
		})},
		{"keeps the last status", "receipts never take a text back", func(s *store) {
			var last sms.Status
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Receipt != nil {
					last = c.Receipt.Status
				}
				return s.Store.Apply(ctx, c)
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.Delivery = last
				return t, err
			}
		}},
		{"takes every receipt for news", "receipts never take a text back", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Receipt != nil, err
			}
		}},
		{"forgets a receipt's code", "a receipt's first code stays", changing(func(c *sms.Change) {
			if c.Receipt != nil {
				r := *c.Receipt
				r.Code = ""
				c.Receipt = &r
			}
		})},
		{"keeps a receipt whatever its text was", "a receipt is kept where its text is as it was seen", changing(func(c *sms.Change) {
			if c.Receipt != nil && c.Receipt.Seen != nil {
				r := *c.Receipt
				c.Receipt, r.Seen = &r, nil
			}
		})},
		{"looks at the state of what was seen alone", "a receipt is kept where its text is as it was seen", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if r := c.Receipt; r != nil && r.Seen != nil {
					if t, err := s.Store.Text(ctx, r.Key); err == nil {
						heard := *r
						heard.Seen = &sms.Seen{State: r.Seen.State, Delivery: t.Delivery}
						c.Receipt = &heard
					}
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"keeps the provider's last id", "a receipt's first code stays", func(s *store) {
			id := ""
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Receipt != nil && c.Receipt.ProviderID != "" {
					id = c.Receipt.ProviderID
				}
				return s.Store.Apply(ctx, c)
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.ProviderID = id
				return t, err
			}
		}},
		{"forgets how often a sender texts", "every field of a sender survives", changing(func(c *sms.Change) {
			if c.Sender != nil {
				o := *c.Sender
				o.Frequency = ""
				c.Sender = &o
			}
		})},
		{"keeps the first of a sender", "every field of a sender survives", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Sender != nil {
					if old, err := s.Store.Sender(ctx, c.Sender.Practice, c.Sender.Number); err == nil {
						c.Sender = &old
					}
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"takes the smallest number for the default", "a practice's oldest number is its default", func(s *store) {
			s.sender = func(ctx context.Context, practice, number string) (sms.Sender, error) {
				if o, err := s.Store.Sender(ctx, practice, "+12125550100"); err == nil && number == "" {
					return o, nil
				}
				return s.Store.Sender(ctx, practice, number)
			}
		}},
		{"gives a number to whoever comes last", "a number belongs to one practice", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if c.Sender != nil && errors.Is(err, sms.ErrInvalid) {
					return true, nil
				}
				return written, err
			}
		}},
		{"routes by the end of a number", "a number belongs to one practice", func(s *store) {
			s.route = func(ctx context.Context, number string) (string, error) {
				return s.Store.Route(ctx, number+strings.Repeat("9", max(0, 12-len(number))))
			}
		}},
		{"keeps a change whose entry is refused", "a refused entry takes the change with it", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					c.Leaves = slices.Clone(c.Leaves)
					renamed(c.Leaves)
					_, again := s.Store.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			}
		}},
		{"swallows errors of a write", "a refused entry takes the change with it", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, _ := s.Store.Apply(ctx, c)
				return written, nil
			}
		}},
		{"keeps the first entry of several", "every entry of a change is kept", changing(func(c *sms.Change) {
			c.Leaves = c.Leaves[:min(1, len(c.Leaves))]
		})},
		{"wants an entry", "a change without entries writes none", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if len(c.Leaves) == 0 {
					return false, sms.ErrInvalid
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"writes without a caller", "a cancelled context writes nothing", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(context.WithoutCancel(ctx), c)
				return written, errors.Join(err, ctx.Err())
			}
		}},
		{"looks for an id before it locks", "of concurrent texts with one id one is queued", func(s *store) {
			second := make(chan struct{})
			first := make(chan struct{}, 1)
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				_, err := s.Store.Text(ctx, c.Texts[0].Key())
				select {
				case first <- struct{}{}:
					<-second // let another one look before the first writes
				default:
					select {
					case second <- struct{}{}:
					default:
					}
				}
				_, failed := s.Store.Apply(ctx, c)
				return errors.Is(err, sms.ErrNotFound) && failed == nil, failed
			}
		}},
		{"tells whom it refused", "errors carry no number and no words", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				if err != nil && len(c.Texts) > 0 {
					err = errors.Join(err, errors.New("to "+c.Texts[0].To))
				}
				return written, err
			}
		}},
	}
}
