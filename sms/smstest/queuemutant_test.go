package smstest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms"
)

// asKind lets the store take answers to stops for another kind, whose rules they then follow.
func asKind(kind sms.Kind) func(*store) {
	return func(s *store) {
		changingTexts(func(t *sms.Text) {
			if t.Kind == sms.StopAnswer {
				t.Kind = kind
			}
		})(s)
	}
}

func queueMutants() []mutant {
	const (
		claimedAfter = "pages can be asked for what was claimed after a moment"
		lastCode     = "a code is the last attempt's, until the delivery has one"
		toldOf       = "what was told of is nobody's to review"
	)
	return []mutant{
		{"claims in the order of ids", "texts are claimed by priority, due time and id", claiming(func(texts []sms.Tracked) []sms.Tracked {
			slices.SortFunc(texts, func(a, b sms.Tracked) int { return strings.Compare(a.ID, b.ID) })
			return texts
		})},
		{"claims more than it may", "texts are claimed by priority, due time and id", working(func(c *sms.Claim) { c.Limit += 4 })},
		{"forgets the attempts", "a claimed text comes whole", claiming(func(texts []sms.Tracked) []sms.Tracked {
			for i := range texts {
				texts[i].Attempts = 0
			}
			return texts
		})},
		{"returns a text as it was before the claim", "a claimed text comes whole", claiming(func(texts []sms.Tracked) []sms.Tracked {
			for i := range texts {
				texts[i].State = sms.Queued
			}
			return texts
		})},
		{"ignores when a text was claimed", claimedAfter, asking(func(q *sms.Query) { q.Claimed = time.Time{} })},
		{"takes what was claimed at a moment for after it", claimedAfter, asking(func(q *sms.Query) {
			if !q.Claimed.IsZero() {
				q.Claimed = q.Claimed.Add(-time.Microsecond)
			}
		})},
		{"takes a moment for the next microsecond", claimedAfter, asking(func(q *sms.Query) {
			q.Claimed = q.Claimed.Add(time.Microsecond - time.Nanosecond)
		})},
		{"takes what was never claimed for claimed last", claimedAfter, picking(func(q *sms.Query) func(sms.Tracked) bool {
			after := q.Claimed
			q.Claimed = time.Time{}
			return func(t sms.Tracked) bool { return t.Claimed.IsZero() || t.Claimed.After(after) }
		})},
		{"asks for a category or a claim", claimedAfter, asking(func(q *sms.Query) {
			if q.Category != "" {
				q.Claimed = time.Time{}
			}
		})},
		{"asks the first page alone", claimedAfter, asking(func(q *sms.Query) {
			if q.After != "" {
				q.Category, q.Claimed = "", time.Time{}
			}
		})},
		{"takes what was settled for never claimed", claimedAfter, picking(func(q *sms.Query) func(sms.Tracked) bool {
			claimed := !q.Claimed.IsZero()
			return func(t sms.Tracked) bool { return !claimed || t.State.Unsettled() || t.State == sms.Sent }
		})},
		{"keeps when a text was claimed first", claimedAfter, func(s *store) {
			first := map[sms.Key]time.Time{}
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Claim(ctx, c)
				for _, t := range texts {
					if first[t.Key()].IsZero() {
						first[t.Key()] = t.Claimed
					}
				}
				return texts, err
			}
			picking(func(q *sms.Query) func(sms.Tracked) bool {
				after := q.Claimed
				return func(t sms.Tracked) bool { return after.IsZero() || first[t.Key()].After(after) }
			})(s)
		}},
		{"claims a text again", "a claimed text is nobody else's", func(s *store) {
			var last []sms.Tracked
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Claim(ctx, c)
				if len(texts) == 0 {
					return last, err
				}
				last = texts
				return texts, err
			}
		}},
		{"claims for one practice", "claims cross practices", claiming(func(texts []sms.Tracked) []sms.Tracked {
			return slices.DeleteFunc(texts, func(t sms.Tracked) bool { return t.Practice != "elm-street" })
		})},
		{"settles a text of any practice", "claims cross practices", settling(func(v *sms.Settlement) { v.Key.Practice = "oak-street" })},
		{"claims ahead of time", "what is not due is not claimed", working(func(c *sms.Claim) { c.Now = c.Now.Add(time.Second) })},
		{"claims late", "what is not due is not claimed", working(func(c *sms.Claim) { c.Now = c.Now.Add(-time.Microsecond) })},
		{"cancels what is on its way", "a claimed text is neither cancelled nor stopped", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Cancel != nil, err
			}
		}},
		{"stops what is on its way", "a claimed text is neither cancelled nor stopped", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if c.Stop != nil {
					page, _ := s.Store.Texts(ctx, sms.Query{Practice: c.Stop.Practice, States: []sms.State{sms.Sending}})
					for _, t := range page.Texts {
						_, _ = s.Store.Settle(ctx, sms.Settlement{Key: t.Key(), Worker: "w", State: sms.Refused})
					}
				}
				return s.Store.Apply(ctx, c)
			}
		}},
		{"answers a stop at once", "the answer to a stop waits for unsettled texts to its number", asKind(sms.HelpAnswer)},
		{"takes review for settled", "the answer to a stop waits for unsettled texts to its number", settling(func(v *sms.Settlement) {
			if v.State == sms.Review {
				v.State = sms.Failed
			}
		})},
		{"lets answers to stops wait for everybody", "the answer to a stop waits for no other number or practice", func(s *store) {
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				for _, practice := range []string{"elm-street", "oak-street"} {
					page, err := s.Store.Texts(ctx, sms.Query{Practice: practice, States: []sms.State{sms.Sending}})
					if err != nil || len(page.Texts) > 0 {
						return nil, err
					}
				}
				return s.Store.Claim(ctx, c)
			}
		}},
		{"waits a microsecond less", "the answer to a stop loses patience", working(func(c *sms.Claim) { c.Now = c.Now.Add(time.Microsecond) })},
		{"never loses patience", "the answer to a stop loses patience", working(func(c *sms.Claim) { c.Now = c.Now.Add(-time.Second) })},
		{"marks nothing", "the answer to a stop loses patience", reading(func(t *sms.Tracked) { t.InFlight = false })},
		{"marks whatever there is", "the answer to a stop loses patience", reading(func(t *sms.Tracked) { t.InFlight = true })},
		{"claims an answer to a stop beside others", "the answer to a stop is claimed alone", func(s *store) {
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Claim(ctx, c)
				more, err2 := s.Store.Claim(ctx, c)
				return append(texts, more...), errors.Join(err, err2)
			}
		}},
		{"claims other texts among the answers", "answers alone are claimed where nothing else may be", working(func(c *sms.Claim) { c.Answers = false })},
		{"claims two answers to stops", "two answers to stops of one number do not leave together", asKind(sms.StartAnswer)},
		{"forgets what takes a text's place", "what takes a text's place is queued with its settlement, or not at all", settling(func(v *sms.Settlement) { v.Next = nil })},
		{"queues what takes a text's place by itself", "what takes a text's place is queued with its settlement, or not at all", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				for _, t := range v.Next {
					_, _ = s.Store.Apply(ctx, sms.Change{Texts: []sms.Text{t}})
				}
				v.Next = nil
				return single(s.Store.Settle(ctx, v))
			}
		}},
		{"forgets the class", "a settled text is as it was settled", settling(func(v *sms.Settlement) { v.Class = "" })},
		{"forgets the mark", "a settled text is as it was settled", reading(func(t *sms.Tracked) { t.InFlight = t.InFlight && t.State.Unsettled() })},
		{"forgets what took its place", "a settled text is as it was settled", settling(func(v *sms.Settlement) { v.Decision.Next = nil })},
		{"forgets until when", "a settled text is as it was settled", settling(func(v *sms.Settlement) { v.Decision.Until = time.Time{} })},
		{"empties what a settlement does not say", "a settlement keeps what it does not say", func(s *store) {
			code := ""
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				code = v.Code
				return single(s.Store.Settle(ctx, v))
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.Code = code
				return t, err
			}
		}},
		{"keeps the first decision", "a settlement keeps what it does not say", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				if t, err := s.Store.Text(ctx, v.Key); err == nil && t.Decision.Verdict != "" {
					v.Decision = t.Decision
				}
				return single(s.Store.Settle(ctx, v))
			}
		}},
		{"keeps the code of an attempt before", lastCode, func(s *store) {
			codes := map[sms.Key]sms.Progress{}
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				if v.State == sms.Queued {
					codes[v.Key] = sms.Progress{Code: v.Code, Class: v.Class}
				}
				return single(s.Store.Settle(ctx, v))
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				if t.Code == "" {
					t.Code, t.Class = codes[k].Code, codes[k].Class
				}
				return t, err
			}
		}},
		{"puts back with the code", lastCode, func(s *store) {
			codes := map[sms.Key]string{}
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				codes[v.Key] = v.Code
				return single(s.Store.Settle(ctx, v))
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				if t.State == sms.Queued {
					t.Code = codes[k]
				}
				return t, err
			}
		}},
		{"forgets what was told when the answer comes", lastCode, func(s *store) {
			sent := map[sms.Key]string{}
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				if t, err := s.Store.Text(ctx, v.Key); err == nil && v.State == sms.Sent && v.Code == "" {
					sent[v.Key] = t.Code
				}
				return single(s.Store.Settle(ctx, v))
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				if told, ok := sent[k]; ok && t.Code == told {
					t.Code, t.Class = "", ""
				}
				return t, err
			}
		}},
		{"takes a failure's code from a receipt", lastCode, func(s *store) {
			failed := map[sms.Key]sms.Delivered{}
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				if r := c.Receipt; r != nil {
					if t, err := s.Store.Text(ctx, r.Key); err == nil && t.State == sms.Failed {
						failed[r.Key] = *r
					}
				}
				return s.Store.Apply(ctx, c)
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				if r, ok := failed[k]; ok {
					t.Code, t.Class = r.Code, r.Class
				}
				return t, err
			}
		}},
		{"has a person look at what was told of", toldOf, func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				done, err := s.Store.Settle(ctx, v...)
				for i := range done {
					done[i] = done[i] || v[i].State == sms.Review
				}
				return done, err
			}
		}},
		{"takes a delivery back", "a settlement never takes a delivery back", reading(func(t *sms.Tracked) {
			if t.State == sms.Sent {
				t.Delivery = sms.StatusAccepted
			}
		})},
		{"counts claims", "attempts are counted", settling(func(v *sms.Settlement) {
			if v.Tried.IsZero() {
				v.Tried = time.Unix(0, 0)
			}
		})},
		{"keeps the last try", "attempts are counted", func(s *store) {
			var last time.Time
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				last = v.Tried
				return single(s.Store.Settle(ctx, v))
			}
			s.text = func(ctx context.Context, k sms.Key) (sms.Tracked, error) {
				t, err := s.Store.Text(ctx, k)
				t.FirstTry = last
				return t, err
			}
		}},
		{"lets anybody settle", "only the text's last worker settles it, once", settling(func(v *sms.Settlement) { v.Worker = "w" })},
		{"records what it did not settle", "only the text's last worker settles it, once", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				done, err := single(s.Store.Settle(ctx, v))
				if err == nil && !done {
					err = s.entries.Append(ctx, v.Leaves...)
				}
				return done, err
			}
		}},
		{"keeps the first entry of a settlement", "every entry of a settlement is kept", settling(func(v *sms.Settlement) {
			v.Leaves = v.Leaves[:min(1, len(v.Leaves))]
		})},
		{"wants an entry for a settlement", "a settlement without entries writes none", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				if len(v.Leaves) == 0 {
					return false, sms.ErrInvalid
				}
				return single(s.Store.Settle(ctx, v))
			}
		}},
		{"settles without the entry that was refused", "a refused entry takes the settlement with it", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				done, err := single(s.Store.Settle(ctx, v))
				if errors.Is(err, audit.ErrConflict) {
					v.Leaves = nil
					_, again := single(s.Store.Settle(ctx, v))
					err = errors.Join(err, again)
				}
				return done, err
			}
		}},
		{"settles the first of many", "many texts are settled at once, each by itself", func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				if len(v) == 0 {
					return s.Store.Settle(ctx)
				}
				done, err := s.Store.Settle(ctx, v[0])
				return append(done, make([]bool, len(v)-1)...), err
			}
		}},
		{"settles all or none", "many texts are settled at once, each by itself", func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				for _, one := range v {
					if t, err := s.Store.Text(ctx, one.Key); err != nil || t.State != sms.Sending {
						return make([]bool, len(v)), nil
					}
				}
				return s.Store.Settle(ctx, v...)
			}
		}},
		{"gives every text the last one's state", "many texts are settled at once, each by itself", func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				for i := range v {
					v[i].State = v[len(v)-1].State
				}
				return s.Store.Settle(ctx, v...)
			}
		}},
		{"writes the entries of what was not settled", "many texts are settled at once, each by itself", func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				done, err := s.Store.Settle(ctx, v...)
				for i := range done {
					if !done[i] {
						err = errors.Join(err, s.entries.Append(ctx, v[i].Leaves...))
					}
				}
				return done, err
			}
		}},
		{"takes the last of two", "a text is not settled twice at once", func(s *store) {
			s.many = func(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
				return s.Store.Settle(ctx, v[len(v)-1])
			}
		}},
		{"makes what goes back due at once", "a text that goes back is claimed again when due", settling(func(v *sms.Settlement) { v.Due = time.Time{} })},
		{"skips the wait", "an expired lease is doubt, after a wait", doubting(func(c *sms.Claim) { c.Wait = 0 })},
		{"sends a text again when its lease expires", "an expired lease is doubt, after a wait", func(s *store) {
			s.doubt = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Doubt(ctx, c)
				for _, t := range texts {
					_, _ = s.Store.Settle(ctx, sms.Settlement{Key: t.Key(), Worker: c.Worker, State: sms.Queued})
				}
				return texts, err
			}
		}},
		{"doubts leases that run", "a lease that runs is nobody's doubt", working(func(c *sms.Claim) { c.Lease = time.Nanosecond })},
		{"settles doubt without its wait", "a lease that runs is nobody's doubt", settling(func(v *sms.Settlement) { v.Wait = 0 })},
		{"leases doubt to everybody", "doubtful texts are leased once, the longest waiting first", doubting(func(c *sms.Claim) {
			c.Lease, c.Wait = time.Nanosecond, 0
		})},
		{"leases the newest doubt first", "doubtful texts are leased once, the longest waiting first", func(s *store) {
			s.doubt = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Doubt(ctx, c)
				slices.Reverse(texts)
				return texts, err
			}
		}},
		{"takes a text from its worker with the lease", "a worker may settle after its lease, until another has the text", func(s *store) {
			expired := false
			s.doubt = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				expired = true
				return s.Store.Doubt(ctx, c)
			}
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				return !expired, nil
			}
		}},
		{"keeps the last decision alone", "every decision on a text is kept", func(s *store) {
			s.decisions = func(ctx context.Context, k sms.Key) ([]sms.Decision, error) {
				all, err := s.Store.Decisions(ctx, k)
				return all[max(0, len(all)-1):], err
			}
		}},
		{"lends its decisions", "every decision on a text is kept", func(s *store) {
			lent := map[string][]sms.Decision{}
			s.decisions = func(ctx context.Context, k sms.Key) ([]sms.Decision, error) {
				all, err := s.Store.Decisions(ctx, k)
				if len(all) < 2 {
					return all, err
				}
				if lent[k.ID] == nil {
					lent[k.ID] = all
				}
				return lent[k.ID], err
			}
		}},
		{"puts back what was sent", "what failed or was refused can be put back", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Requeue != nil, err
			}
		}},
		{"puts back what may have left", "what failed or was refused can be put back", settling(func(s *sms.Settlement) {
			if s.State == sms.Review {
				s.Class = ""
			}
		})},
		{"puts back at once", "what failed or was refused can be put back", changing(func(c *sms.Change) {
			if c.Requeue != nil {
				c.Requeue = &sms.Requeue{Key: c.Requeue.Key}
			}
		})},
		{"gives what was asked for", "an allowance gives what it has, once", func(s *store) {
			s.take = func(_ context.Context, _ sms.Allowance, want int) (int, error) { return want, nil }
		}},
		{"folds the case of keys", "an allowance gives what it has, once", taking(func(a *sms.Allowance) { a.Key = strings.ToLower(a.Key) })},
		{"never begins anew", "an allowance gives what it has, once", taking(func(a *sms.Allowance) { a.From = time.Unix(0, 0) })},
		{"takes what is no allowance", "what is no allowance is refused", taking(func(a *sms.Allowance) { a.Key += "x" })},
		{"reads before it takes", "of an allowance nobody gets what another one got", func(s *store) {
			var used, calls atomic.Int64
			second := make(chan struct{})
			s.take = func(_ context.Context, a sms.Allowance, want int) (int, error) {
				before := used.Load()
				switch calls.Add(1) { // the first and the second have read the same
				case 1:
					<-second
				case 2:
					close(second)
				}
				got := max(0, min(want, a.Count-int(before)))
				used.Store(before + int64(got))
				return got, nil
			}
		}},
		{"resolves what is not in review", "a person settles what is in review", func(s *store) {
			s.apply = func(ctx context.Context, c sms.Change) (bool, error) {
				written, err := s.Store.Apply(ctx, c)
				return written || c.Resolve != nil, err
			}
		}},
		{"forgets the decision with the review", "a person settles what is in review", reading(func(t *sms.Tracked) {
			if t.State == sms.Sent {
				t.Decision = sms.Decision{}
			}
		})},
		{"claims for nobody", "claims that cannot be met are refused", working(func(c *sms.Claim) { c.Worker += "w" })},
		{"settles back to sending", "claims that cannot be met are refused", settling(func(v *sms.Settlement) {
			if v.State == sms.Sending {
				v.State = sms.Doubtful
			}
		})},
		{"works without a caller", "a cancelled context claims and settles nothing", func(s *store) {
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Claim(context.WithoutCancel(ctx), c)
				return texts, errors.Join(err, ctx.Err())
			}
		}},
		{"picks before it locks", "of concurrent workers none gets another's text", func(s *store) {
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				page, err := s.Store.Texts(ctx, sms.Query{Practice: "elm-street", States: []sms.State{sms.Queued}, Limit: c.Limit})
				if err != nil {
					return nil, err
				}
				c.Limit = 1000
				_, err = s.Store.Claim(ctx, c)
				return page.Texts, err
			}
		}},
		{"stops what a worker has", "a stop beside claims gets each text or leaves it to its worker", func(s *store) {
			s.claim = func(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
				texts, err := s.Store.Claim(ctx, c)
				for _, t := range texts {
					_, _ = s.Store.Settle(ctx, sms.Settlement{Key: t.Key(), Worker: c.Worker, State: sms.Refused})
				}
				return texts, err
			}
		}},
		{"tells what it could not settle", "errors of the queue carry no number and no words", func(s *store) {
			s.settle = func(ctx context.Context, v sms.Settlement) (bool, error) {
				done, err := single(s.Store.Settle(ctx, v))
				if err != nil {
					err = errors.Join(err, errors.New(v.Decision.Reason))
				}
				return done, err
			}
		}},
	}
}
