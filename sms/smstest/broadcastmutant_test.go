package smstest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

// casts is a good store of broadcasts with one thing done wrong. A nil function does it right.
type casts struct {
	*smsmem.Broadcasts
	entries    *auditmem.Store
	apply      func(context.Context, broadcast.Change) (bool, error)
	ledger     func(context.Context, broadcast.Key) ([]broadcast.Fact, error)
	facts      func(context.Context, broadcast.Query) (broadcast.Page, error)
	recipients func(ctx context.Context, k broadcast.Key, stage broadcast.Stage, after int64, limit int) ([]broadcast.Recipient, error)
	move       func(context.Context, broadcast.Key, ...broadcast.Move) ([]bool, error)
	tally      func(context.Context, broadcast.Key) (broadcast.Tally, error)
	open       func(context.Context, broadcast.Key, int) ([]broadcast.Key, error)
}

func (s *casts) Apply(ctx context.Context, c broadcast.Change) (bool, error) {
	if s.apply == nil {
		return s.Broadcasts.Apply(ctx, c)
	}
	return s.apply(ctx, c)
}

func (s *casts) Ledger(ctx context.Context, k broadcast.Key) ([]broadcast.Fact, error) {
	if s.ledger == nil {
		return s.Broadcasts.Ledger(ctx, k)
	}
	return s.ledger(ctx, k)
}

func (s *casts) Facts(ctx context.Context, q broadcast.Query) (broadcast.Page, error) {
	if s.facts == nil {
		return s.Broadcasts.Facts(ctx, q)
	}
	return s.facts(ctx, q)
}

func (s *casts) Recipients(ctx context.Context, k broadcast.Key, stage broadcast.Stage, after int64, limit int) ([]broadcast.Recipient, error) {
	if s.recipients == nil {
		return s.Broadcasts.Recipients(ctx, k, stage, after, limit)
	}
	return s.recipients(ctx, k, stage, after, limit)
}

func (s *casts) Move(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
	if s.move == nil {
		return s.Broadcasts.Move(ctx, k, moves...)
	}
	return s.move(ctx, k, moves...)
}

func (s *casts) Tally(ctx context.Context, k broadcast.Key) (broadcast.Tally, error) {
	if s.tally == nil {
		return s.Broadcasts.Tally(ctx, k)
	}
	return s.tally(ctx, k)
}

func (s *casts) Open(ctx context.Context, after broadcast.Key, limit int) ([]broadcast.Key, error) {
	if s.open == nil {
		return s.Broadcasts.Open(ctx, after, limit)
	}
	return s.open(ctx, after, limit)
}

func acting(f func(*broadcast.Change)) func(*casts) {
	return func(s *casts) {
		s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
			c.Recipients, c.Leaves, c.Fact = slices.Clone(c.Recipients), slices.Clone(c.Leaves), c.Fact.Clone()
			f(&c)
			return s.Broadcasts.Apply(ctx, c)
		}
	}
}

func including(f func([]broadcast.Recipient) []broadcast.Recipient) func(*casts) {
	return acting(func(c *broadcast.Change) { c.Recipients = f(c.Recipients) })
}

func moving(f func(*broadcast.Move)) func(*casts) {
	return func(s *casts) {
		s.move = func(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
			moves = slices.Clone(moves)
			for i := range moves {
				f(&moves[i])
			}
			return s.Broadcasts.Move(ctx, k, moves...)
		}
	}
}

func broadcastMutants() []struct {
	name, caughtBy string
	breaks         func(*casts)
} {
	return []struct {
		name, caughtBy string
		breaks         func(*casts)
	}{
		{"forgets the detail", "every field of a fact survives", acting(func(c *broadcast.Change) { c.Fact.Plan.Audience.Detail = "" })},
		{"forgets the entry", "every field of a fact survives", func(s *casts) { s.Broadcasts = smsmem.NewBroadcasts(auditmem.New()) }},
		{"forgets the authorization", "every field of a recipient survives", including(func(r []broadcast.Recipient) []broadcast.Recipient {
			for i := range r {
				r[i].Authorization = ""
			}
			return r
		})},
		{"says that whoever there is not was moved", "what is not there is empty", func(s *casts) {
			s.move = func(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
				done, err := s.Broadcasts.Move(ctx, k, moves...)
				for i := range done {
					done[i] = true
				}
				return done, err
			}
		}},
		{"writes an entry for a repeated act", "a repeated act changes nothing and leaves no second entry", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				written, err := s.Broadcasts.Apply(ctx, c)
				if err == nil && !written {
					err = s.entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}
		}},
		{"tells a stale act before a repeated one", "a repeated act changes nothing and leaves no second entry", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				facts, _ := s.Broadcasts.Ledger(ctx, c.Fact.Key())
				if len(facts) != c.Seen {
					return false, broadcast.ErrStale
				}
				return s.Broadcasts.Apply(ctx, c)
			}
		}},
		{"writes whatever was seen", "a stale act writes nothing", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				facts, _ := s.Broadcasts.Ledger(ctx, c.Fact.Key())
				c.Seen = max(len(facts), min(c.Seen, 0))
				return s.Broadcasts.Apply(ctx, c)
			}
		}},
		{"keeps the act when its entry is refused", "a refused entry takes the act and its recipients with it", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				written, err := s.Broadcasts.Apply(ctx, c)
				if len(c.Leaves) > 1 && err != nil {
					c.Leaves = c.Leaves[:1]
					_, again := s.Broadcasts.Apply(ctx, c)
					return false, errors.Join(err, again)
				}
				return written, err
			}
		}},
		{"counts all broadcasts' recipients", "practices and broadcasts do not see each other", func(s *casts) {
			s.tally = func(ctx context.Context, k broadcast.Key) (broadcast.Tally, error) {
				counts, err := s.Broadcasts.Tally(ctx, k)
				k.Broadcast = "autumn"
				more, _ := s.Broadcasts.Tally(ctx, k)
				for stage, reasons := range more {
					counts[stage][""] += reasons[""]
				}
				return counts, err
			}
		}},
		{"folds the case of ids", "ids of broadcasts are exact", acting(func(c *broadcast.Change) {
			c.Fact.ID, c.Fact.Broadcast = strings.ToLower(c.Fact.ID), strings.ToLower(c.Fact.Broadcast)
		})},
		{"shares plans", "what is returned of a broadcast is not shared", func(s *casts) {
			kept := map[broadcast.Key][]broadcast.Fact{}
			s.ledger = func(ctx context.Context, k broadcast.Key) ([]broadcast.Fact, error) {
				if len(kept[k]) == 0 {
					kept[k], _ = s.Broadcasts.Ledger(ctx, k)
				}
				return kept[k], ctx.Err()
			}
		}},
		{"takes any page for the first", "drafts come page by page", func(s *casts) {
			s.facts = func(ctx context.Context, q broadcast.Query) (broadcast.Page, error) {
				q.After = ""
				return s.Broadcasts.Facts(ctx, q)
			}
		}},
		{"leaves a sibling out", "a number is one recipient, and shared by those who share it", including(func(r []broadcast.Recipient) []broadcast.Recipient {
			return slices.DeleteFunc(r, func(one broadcast.Recipient) bool { return one.Patient == "p-9" })
		})},
		{"leaves those who are redirected where they were", "those who are redirected come in the place of others, all of them or none", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				waits, _ := s.Broadcasts.Recipients(ctx, c.Fact.Key(), broadcast.Waiting, 0, 10)
				if c.Fact.Kind == broadcast.Redirected && len(waits) == len(c.Instead) {
					c.Fact.Kind, c.Instead = broadcast.Included, nil
				}
				return s.Broadcasts.Apply(ctx, c)
			}
		}},
		{"redirects those whom it finds", "those who are redirected come in the place of others, all of them or none", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				waits, _ := s.Broadcasts.Recipients(ctx, c.Fact.Key(), broadcast.Waiting, 0, 10)
				c.Instead = slices.DeleteFunc(slices.Clone(c.Instead), func(place int64) bool {
					return !slices.ContainsFunc(waits, func(r broadcast.Recipient) bool { return r.Place == place })
				})
				return s.Broadcasts.Apply(ctx, c)
			}
		}},
		{"leaves whoever was refused refused", "those who are redirected come in the place of others, all of them or none", acting(func(c *broadcast.Change) {
			c.Recipients = slices.DeleteFunc(c.Recipients, func(r broadcast.Recipient) bool { return c.Fact.Kind == broadcast.Redirected && r.Patient == "p-9" })
		})},
		{"turns recipients round", "recipients come in the order of their places", including(func(r []broadcast.Recipient) []broadcast.Recipient {
			slices.Reverse(r)
			return r
		})},
		{"never takes a turn", "a recipient moves on from where it is, once", moving(func(m *broadcast.Move) { m.Again = false })},
		{"forgets why somebody was refused", "a recipient moves on from where it is, once", moving(func(m *broadcast.Move) { m.Reason = "" })},
		{"forgets reasons", "recipients are counted by stage and reason", func(s *casts) {
			s.tally = func(ctx context.Context, k broadcast.Key) (broadcast.Tally, error) {
				counts, err := s.Broadcasts.Tally(ctx, k)
				for stage, reasons := range counts {
					n := 0
					for _, count := range reasons {
						n += count
					}
					counts[stage] = map[string]int{"": n}
				}
				return counts, err
			}
		}},
		{"forgets the paused", "a worker finds the broadcasts that it has to see to", func(s *casts) {
			s.open = func(ctx context.Context, after broadcast.Key, limit int) ([]broadcast.Key, error) {
				open, err := s.Broadcasts.Open(ctx, after, limit)
				return slices.DeleteFunc(open, func(k broadcast.Key) bool { return k.Broadcast == "paused" }), err
			}
		}},
		{"forgets those in review", "a worker finds the broadcasts of which somebody is in review", func(s *casts) {
			s.open = func(ctx context.Context, after broadcast.Key, limit int) ([]broadcast.Key, error) {
				open, err := s.Broadcasts.Open(ctx, after, limit)
				return slices.DeleteFunc(open, func(k broadcast.Key) bool {
					facts, _ := s.Broadcasts.Ledger(ctx, k)
					return !facts[len(facts)-1].Kind.Works()
				}), err
			}
		}},
		{"finds a broadcast once for each who is in review", "a worker finds the broadcasts of which somebody is in review", func(s *casts) {
			s.open = func(ctx context.Context, after broadcast.Key, limit int) (all []broadcast.Key, err error) {
				open, err := s.Broadcasts.Open(ctx, after, limit)
				for _, k := range open {
					reviewed, _ := s.Broadcasts.Recipients(ctx, k, broadcast.Review, 0, 10)
					all = append(all, slices.Repeat([]broadcast.Key{k}, max(1, len(reviewed)))...)
				}
				return all, err
			}
		}},
		{"keeps what it is given twice", "what no store of broadcasts can keep is refused", including(func(r []broadcast.Recipient) []broadcast.Recipient {
			return slices.CompactFunc(r, func(a, b broadcast.Recipient) bool { return a.Number == b.Number })
		})},
		{"works on when it is told to stop", "a cancelled context writes no broadcast", func(s *casts) {
			s.move = func(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
				return s.Broadcasts.Move(context.WithoutCancel(ctx), k, moves...)
			}
		}},
		{"writes both of two", "of concurrent acts on one broadcast one is written", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				for {
					written, err := s.Broadcasts.Apply(ctx, c)
					if !errors.Is(err, broadcast.ErrStale) {
						return written, err
					}
					facts, _ := s.Broadcasts.Ledger(ctx, c.Fact.Key())
					c.Seen = len(facts)
				}
			}
		}},
		{"says of every move that it was made", "of concurrent moves of a recipient one is made", func(s *casts) {
			s.move = func(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
				done, err := s.Broadcasts.Move(ctx, k, moves...)
				for i := range done {
					done[i] = true
				}
				return done, err
			}
		}},
		{"says what it was given", "errors of broadcasts carry no number and no words", func(s *casts) {
			s.apply = func(ctx context.Context, c broadcast.Change) (bool, error) {
				written, err := s.Broadcasts.Apply(ctx, c)
				if err != nil && len(c.Recipients) > 0 {
					err = errors.Join(err, errors.New(c.Recipients[0].Number))
				}
				return written, err
			}
		}},
	}
}

func TestMutantsOfBroadcastsAreCaught(t *testing.T) {
	cases := map[string]smstest.BroadcastCase{}
	for _, c := range smstest.BroadcastCases() {
		cases[c.Name] = c
	}
	catches := map[string]bool{}
	for _, m := range broadcastMutants() {
		t.Run(m.name, func(t *testing.T) {
			c, ok := cases[m.caughtBy]
			require.True(t, ok, "there is no case %q", m.caughtBy)
			catches[m.caughtBy] = true
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			require.Error(t, checkBroadcasts(ctx, c, m.breaks))
			require.NoError(t, checkBroadcasts(ctx, c, func(*casts) {}), "the good store fails too")
		})
	}
	for name := range cases {
		require.True(t, catches[name], "no mutant shows what the case %q is good for", name)
	}
}

func checkBroadcasts(ctx context.Context, c smstest.BroadcastCase, breaks func(*casts)) error {
	entries := auditmem.New()
	s := &casts{Broadcasts: smsmem.NewBroadcasts(entries), entries: entries}
	breaks(s)
	return c.Check(ctx, smstest.BroadcastHarness{Store: s, Queue: s, Entries: entries})
}
