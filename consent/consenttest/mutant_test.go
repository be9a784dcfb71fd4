package consenttest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
)

// wrapped is a good store with one thing done wrong. A nil function does it right.
type wrapped struct {
	consent.Store
	apply    func(context.Context, consent.Change) (bool, error)
	standing func(context.Context, consent.Key) ([]consent.Fact, error)
	many     func(context.Context, []consent.Key) ([][]consent.Fact, error)
	ledger   func(context.Context, consent.Key) ([]consent.Fact, error)
	settings func(context.Context, string) (consent.Settings, error)
	facts    func(context.Context, consent.Query) (consent.Page, error)
	numbers  func(context.Context, string, string) ([]string, error)
	ledgers  func(context.Context, consent.LedgerQuery) (consent.LedgerPage, error)
	fact     func(context.Context, string, string) (consent.Fact, bool, error)
	wordings func(context.Context, string) ([]consent.Wording, error)
}

func (m wrapped) Wordings(ctx context.Context, practice string) ([]consent.Wording, error) {
	if m.wordings == nil {
		return m.Store.Wordings(ctx, practice)
	}
	return m.wordings(ctx, practice)
}

func (m wrapped) Fact(ctx context.Context, practice, id string) (consent.Fact, bool, error) {
	if m.fact == nil {
		return m.Store.Fact(ctx, practice, id)
	}
	return m.fact(ctx, practice, id)
}

func (m wrapped) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if m.apply == nil {
		return m.Store.Apply(ctx, c)
	}
	return m.apply(ctx, c)
}

func (m wrapped) Ledger(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	if m.ledger == nil {
		return m.Store.Ledger(ctx, k)
	}
	return m.ledger(ctx, k)
}

func (m wrapped) Standing(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	if m.standing == nil {
		return m.Store.Standing(ctx, k)
	}
	return m.standing(ctx, k)
}

func (m wrapped) Standings(ctx context.Context, keys []consent.Key) ([][]consent.Fact, error) {
	if m.many == nil {
		return m.Store.Standings(ctx, keys)
	}
	return m.many(ctx, keys)
}

func (m wrapped) Settings(ctx context.Context, id string) (consent.Settings, error) {
	if m.settings == nil {
		return m.Store.Settings(ctx, id)
	}
	return m.settings(ctx, id)
}

func (m wrapped) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	if m.facts == nil {
		return m.Store.Facts(ctx, q)
	}
	return m.facts(ctx, q)
}

func (m wrapped) Ledgers(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
	if m.ledgers == nil {
		return m.Store.Ledgers(ctx, q)
	}
	return m.ledgers(ctx, q)
}

func (m wrapped) Numbers(ctx context.Context, practice, patient string) ([]string, error) {
	if m.numbers == nil {
		return m.Store.Numbers(ctx, practice, patient)
	}
	return m.numbers(ctx, practice, patient)
}

func mutants() []mutant[consent.Store] {
	type store = consent.Store
	return []mutant[consent.Store]{
		{"keeps the fact when its entry is refused", "a refused entry takes the fact with it", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					c.Leaves = slices.Clone(c.Leaves)
					c.Leaves[0].ID += "'"
					_, again := good.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			}}
		}},
		{"forgets the entry", "facts come back as written, in order", func(_ store, _ *auditmem.Store) store {
			return consentmem.New(auditmem.New())
		}},
		{"keeps the first entry of several", "every entry of a change is kept", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) { c.Leaves = c.Leaves[:min(1, len(c.Leaves))] })
		}},
		{"writes an entry for a replay", "a repeated fact changes nothing and leaves no second entry", func(good store, entries *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err == nil && !written {
					err = entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}}
		}},
		{"says that a replay was written", "a repeated fact changes nothing and leaves no second entry", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				_, err := good.Apply(ctx, c)
				return err == nil, err
			}}
		}},
		{"takes a replay for a stale change", "a repeated fact changes nothing and leaves no second entry", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				facts, err := good.Ledger(ctx, keyOf(c))
				if err == nil && c.Seen != consent.Any && c.Seen != len(facts) {
					return false, consent.ErrStale
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"folds the case of practices", "numbers and ids are exact", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil {
					c.Fact.Practice = strings.ToLower(c.Fact.Practice)
					c.Leaves[0].Practice = c.Fact.Practice
				}
			})
		}},
		{"folds the case of ids", "numbers and ids are exact", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil {
					c.Fact.ID = strings.ToLower(c.Fact.ID)
				}
			})
		}},
		{"trims ids", "numbers and ids are exact", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil {
					c.Fact.ID = strings.TrimSpace(c.Fact.ID)
				}
			})
		}},
		{"folds the case of practices' settings", "settings belong to one practice", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, settings: func(ctx context.Context, id string) (consent.Settings, error) {
				p, err := good.Settings(ctx, strings.ToLower(id))
				p.Practice = id
				return p, err
			}}
		}},
		{"shares what it was given", "what is returned is not shared", func(good store, _ *auditmem.Store) store {
			given := map[string][]string{}
			return wrapped{
				Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
					if c.Fact != nil {
						given[c.Fact.ID] = c.Fact.About
					}
					return good.Apply(ctx, c)
				}, facts: func(ctx context.Context, q consent.Query) (consent.Page, error) {
					page, err := good.Facts(ctx, q)
					for i := range page.Facts {
						page.Facts[i].About = slices.Clone(given[page.Facts[i].ID])
					}
					return page, err
				},
			}
		}},
		{"shares what it returns", "what is returned is not shared", func(good store, _ *auditmem.Store) store {
			var returned *consent.Page
			return wrapped{Store: good, facts: func(ctx context.Context, q consent.Query) (consent.Page, error) {
				if returned == nil {
					page, err := good.Facts(ctx, q)
					returned = &page
					return page, err
				}
				return *returned, nil
			}}
		}},
		{"lends what it writes on", "what is lent stays as it is", func(good store, _ *auditmem.Store) store {
			facts := make([]consent.Fact, 0, 8)
			return wrapped{
				Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
					if c.Fact != nil {
						facts = append(facts, *c.Fact)
					}
					return good.Apply(ctx, c)
				}, ledger: func(context.Context, consent.Key) ([]consent.Fact, error) { return facts, nil },
			}
		}},
		{"does not know what was erased", "what stands is the ledger, evidence aside", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, standing: func(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
				facts, err := good.Standing(ctx, k)
				facts = slices.Clone(facts)
				for i := range facts {
					facts[i].Erased = false
				}
				return facts, err
			}}
		}},
		{"answers in another order", "what stands in many ledgers is what stands in each", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, many: func(ctx context.Context, keys []consent.Key) ([][]consent.Fact, error) {
				ledgers, err := good.Standings(ctx, keys)
				slices.Reverse(ledgers[:max(0, len(ledgers)-1)])
				return ledgers, err
			}}
		}},
		{"answers for the number of any practice", "what stands in many ledgers is what stands in each", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, many: func(ctx context.Context, keys []consent.Key) ([][]consent.Fact, error) {
				keys = slices.Clone(keys)
				for i := range keys {
					keys[i].Practice = "elm-street"
				}
				return good.Standings(ctx, keys)
			}}
		}},
		{"forgets the last page", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, facts: func(ctx context.Context, q consent.Query) (consent.Page, error) {
				page, err := good.Facts(ctx, q)
				page.Next = ""
				return page, err
			}}
		}},
		{"lists facts of every kind", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, facts: func(ctx context.Context, q consent.Query) (consent.Page, error) {
				page, err := good.Facts(ctx, q)
				q.Kind = consent.Granted
				other, err2 := good.Facts(ctx, q)
				page.Facts = append(page.Facts, other.Facts...)
				return page, errors.Join(err, err2)
			}}
		}},
		{"takes any page for the first", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, facts: func(ctx context.Context, q consent.Query) (consent.Page, error) {
				q.After = ""
				return good.Facts(ctx, q)
			}}
		}},
		{"replaces a wording", "wordings are added, and none changes", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, wordings: func(ctx context.Context, practice string) ([]consent.Wording, error) {
				wordings, err := good.Wordings(ctx, practice)
				if len(wordings) > 1 {
					wordings[1].Text = "Another text."
				}
				return wordings, err
			}}
		}},
		{"finds a fact by any case", "a fact is found by its id", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, fact: func(ctx context.Context, practice, id string) (consent.Fact, bool, error) {
				return good.Fact(ctx, practice, strings.ToLower(id))
			}}
		}},
		{"finds patients by any case", "a patient's numbers are found", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, numbers: func(ctx context.Context, practice, patient string) ([]string, error) {
				return good.Numbers(ctx, practice, strings.ToLower(patient))
			}}
		}},
		{"lists a number for each of its facts", "a patient's numbers are found", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, numbers: func(ctx context.Context, practice, patient string) ([]string, error) {
				numbers, err := good.Numbers(ctx, practice, patient)
				return append(numbers, numbers...), err
			}}
		}},
		{"leaves the last of a page's ledgers out", "a practice's ledgers come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledgers: func(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
				page, err := good.Ledgers(ctx, q)
				if page.Next != "" && len(page.Ledgers) > 1 {
					page.Ledgers = page.Ledgers[:len(page.Ledgers)-1]
				}
				return page, err
			}}
		}},
		{"gives ledgers without evidence", "a practice's ledgers come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledgers: func(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
				page, err := good.Ledgers(ctx, q)
				for i, facts := range page.Ledgers {
					page.Ledgers[i] = slices.Clone(facts)
					for j := range facts {
						page.Ledgers[i][j].Evidence = consent.Evidence{}
					}
				}
				return page, err
			}}
		}},
		{"gives all practices' ledgers", "a practice's ledgers come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledgers: func(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
				page, err := good.Ledgers(ctx, q)
				if page.Next == "" && err == nil {
					more, _ := good.Ledgers(ctx, consent.LedgerQuery{Practice: "oak-street"})
					page.Ledgers = append(page.Ledgers, more.Ledgers...)
				}
				return page, err
			}}
		}},
		{"goes on after a number", "a practice's ledgers come page by page", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledgers: func(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
				page, err := good.Ledgers(ctx, q)
				if page.Next != "" {
					page.Next = page.Ledgers[len(page.Ledgers)-1][0].Number
				}
				return page, err
			}}
		}},
		{"drops what was erased", "an erased patient's evidence is gone, and the facts stay", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				return slices.DeleteFunc(facts, func(f consent.Fact) bool { return f.Erased })
			})
		}},
		{"keeps evidence of everybody under one key", "an erased patient's evidence is gone, and the facts stay", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				for i := range facts {
					if facts[i].Patient == "p-2" {
						facts[i].Evidence, facts[i].Erased = consent.Evidence{}, true
					}
				}
				return facts
			})
		}},
		{"drops the duty when settings change", "every field of the settings survives, and the duty beside them", func(good store, _ *auditmem.Store) store {
			configured := false
			return wrapped{
				Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
					configured = configured || c.Settings != nil
					return good.Apply(ctx, c)
				}, settings: func(ctx context.Context, id string) (consent.Settings, error) {
					set, err := good.Settings(ctx, id)
					if configured {
						set.Duty = consent.Duty{}
					}
					return set, err
				},
			}
		}},
		{"reads the ledgers of all practices", "practices do not see each other", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledger: func(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
				facts, err := good.Ledger(ctx, k)
				other, err2 := good.Ledger(ctx, consent.Key{Practice: "oak-street", Number: k.Number})
				if k.Practice != "oak-street" {
					facts = append(facts, other...)
				}
				return facts, errors.Join(err, err2)
			}}
		}},
		{"takes an id for one over all practices", "an id belongs to the practice, not to the number", func(good store, _ *auditmem.Store) store {
			used := map[string]bool{}
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if c.Fact != nil && used[c.Fact.ID] {
					return false, nil
				}
				written, err := good.Apply(ctx, c)
				if written && c.Fact != nil {
					used[c.Fact.ID] = true
				}
				return written, err
			}}
		}},
		{"takes an id for one within a number", "an id belongs to the practice, not to the number", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil {
					c.Fact.ID = c.Fact.Number + c.Fact.ID
				}
			})
		}},
		{"keeps one practice's settings for all", "settings belong to one practice", func(good store, _ *auditmem.Store) store {
			var last consent.Settings
			return wrapped{
				Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
					if c.Settings != nil {
						last = *c.Settings
					}
					return good.Apply(ctx, c)
				}, settings: func(ctx context.Context, id string) (consent.Settings, error) {
					if _, err := good.Settings(ctx, id); err != nil || last.Practice == "" {
						return good.Settings(ctx, id)
					}
					return consent.Settings{Practice: id, DoubleOptIn: last.DoubleOptIn}, nil
				},
			}
		}},
		{"keeps the first settings", "settings are replaced, with their entry", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if c.Settings != nil {
					if old, err := good.Settings(ctx, c.Settings.Practice); err == nil && old.DoubleOptIn != "" {
						c.Settings = &old
					}
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"ignores Seen", "a stale change writes nothing", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) { c.Seen = consent.Any })
		}},
		{"does not count stops as seen", "a stale change writes nothing", func(good store, _ *auditmem.Store) store {
			stops := 0
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if c.Seen == consent.Any {
					written, err := good.Apply(ctx, c)
					if written && c.Fact != nil {
						stops++
					}
					return written, err
				}
				c.Seen += stops
				return good.Apply(ctx, c)
			}}
		}},
		{"holds a stop to an empty ledger", "a change on any length is never stale", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil && c.Seen == consent.Any {
					c.Seen = 0
				}
			})
		}},
		{"looks at Seen before it locks", "concurrent decisions on one ledger exclude each other", func(good store, _ *auditmem.Store) store {
			second := second()
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				facts, err := good.Ledger(ctx, c.Fact.Key())
				if err != nil || len(facts) != c.Seen {
					return false, errors.Join(err, consent.ErrStale)
				}
				second()
				c.Seen = consent.Any
				return good.Apply(ctx, c)
			}}
		}},
		{"loses what two write at once", "concurrent writers lose nothing", func(good store, _ *auditmem.Store) store {
			second := second()
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if second() {
					return true, nil
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"takes its second writer for a replay", "stops beside decisions lose nothing", func(good store, _ *auditmem.Store) store {
			second := second()
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if c.Seen == consent.Any && second() {
					return false, nil
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"sorts by time", "a long ledger comes back whole", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				slices.SortStableFunc(facts, func(a, b consent.Fact) int { return a.At.Compare(b.At) })
				return facts
			})
		}},
		{"sorts by id", "facts come back as written, in order", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				slices.SortStableFunc(facts, func(a, b consent.Fact) int { return strings.Compare(a.ID, b.ID) })
				return facts
			})
		}},
		{"reads one page", "a long ledger comes back whole", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact { return facts[:min(100, len(facts))] })
		}},
		{"returns times in another zone", "every field survives", func(good store, _ *auditmem.Store) store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				for i := range facts {
					facts[i].At = facts[i].At.In(time.FixedZone("CST", -6*3600))
				}
				return facts
			})
		}},
		{"keeps times at milliseconds", "every field survives", func(good store, _ *auditmem.Store) store {
			return changing(good, func(c *consent.Change) {
				if c.Fact != nil {
					c.Fact.At = c.Fact.At.Truncate(time.Millisecond)
				}
			})
		}},
		{"swallows errors of a write", "a refused entry takes the fact with it", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, consent.ErrStale) {
					return written, err
				}
				return written, nil
			}}
		}},
		{"says ErrNoRows of absence", "a number without facts is empty", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, ledger: func(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
				facts, err := good.Ledger(ctx, k)
				if err == nil && len(facts) == 0 {
					err = sql.ErrNoRows
				}
				return facts, err
			}}
		}},
		{"forgets whose settings are absent", "a number without facts is empty", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, settings: func(ctx context.Context, id string) (consent.Settings, error) {
				p, err := good.Settings(ctx, id)
				if p.DoubleOptIn == "" {
					p.Practice = ""
				}
				return p, err
			}}
		}},
		{"does not look at what it is given", "what no store can keep is refused", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				if c.Fact != nil {
					f := c.Fact.Clone()
					f.Evidence.Words = strings.ReplaceAll(f.Evidence.Words, "\x00", "")
					c.Fact = &f
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"ignores a cancelled context", "a cancelled context writes nothing", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				return good.Apply(context.WithoutCancel(ctx), c)
			}}
		}},
		{"names what it could not write", "errors carry no number and no words", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("fact of %s: %w", c.Fact.Number, err)
				}
				return written, err
			}}
		}},
		{"quotes the row", "errors carry no number and no words", func(good store, _ *auditmem.Store) store {
			return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("%w: %s", err, c.Leaves[0].Bytes)
				}
				return written, err
			}}
		}},
	}
}

// second returns a function whose first call waits for the second one, so that two writers are inside at once. It
// reports whether a call is the second.
func second() func() bool {
	var calls atomic.Int64
	arrived := make(chan struct{})
	return func() bool {
		n := calls.Add(1)
		switch n {
		case 1:
			<-arrived
		case 2:
			close(arrived)
		}
		return n == 2
	}
}

// changing returns a store that changes what it is given before it keeps it.
func changing(good consent.Store, change func(*consent.Change)) consent.Store {
	return wrapped{Store: good, apply: func(ctx context.Context, c consent.Change) (bool, error) {
		if err := c.Validate(); err != nil {
			return false, err
		}
		if c.Fact != nil {
			f := c.Fact.Clone()
			c.Fact = &f
		}
		c.Leaves = slices.Clone(c.Leaves)
		change(&c)
		return good.Apply(ctx, c)
	}}
}

// reading returns a store that changes what it kept before it returns it.
func reading(good consent.Store, change func([]consent.Fact) []consent.Fact) consent.Store {
	return wrapped{Store: good, ledger: func(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
		facts, err := good.Ledger(ctx, k)
		return change(slices.Clone(facts)), err
	}}
}

func keyOf(c consent.Change) consent.Key {
	if c.Fact == nil {
		return consent.Key{}
	}
	return c.Fact.Key()
}

// check runs the case of that name on what breaks makes of a good store.
func check(t *testing.T, name string, breaks func(consent.Store, *auditmem.Store) consent.Store) error {
	t.Helper()
	cases := consenttest.Cases()
	at := slices.IndexFunc(cases, func(c consenttest.Case) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "no case is called %q", name)
	entries := auditmem.New()
	good := consentmem.New(entries)
	return cases[at].Check(t.Context(), consenttest.Harness{Store: breaks(good, entries), Entries: entries, Shred: good.Shred})
}

func TestTheSuiteCatchesBrokenStores(t *testing.T) { catches(t, mutants(), check) }

func TestTheSuiteCatchesALostField(t *testing.T) {
	eachField[consent.Fact](t, func(t *testing.T, field []int) {
		name := "every field survives"
		if reflect.TypeFor[consent.Fact]().FieldByIndex(field).Name == "Erased" {
			name = "an erased patient's evidence is gone, and the facts stay"
		}
		require.Error(t, check(t, name, func(good consent.Store, _ *auditmem.Store) consent.Store {
			return reading(good, func(facts []consent.Fact) []consent.Fact {
				for i := range facts {
					reflect.ValueOf(&facts[i]).Elem().FieldByIndex(field).SetZero()
				}
				return facts
			})
		}))
	})
}

func TestTheSuiteCatchesALostSetting(t *testing.T) {
	eachField[consent.Settings](t, func(t *testing.T, field []int) {
		require.Error(t, check(t, "every field of the settings survives, and the duty beside them", func(good consent.Store, _ *auditmem.Store) consent.Store {
			return wrapped{Store: good, settings: func(ctx context.Context, id string) (consent.Settings, error) {
				set, err := good.Settings(ctx, id)
				reflect.ValueOf(&set).Elem().FieldByIndex(field).SetZero()
				return set, err
			}}
		}))
	})
}

func TestTheSuiteCatchesALostPartOfAWording(t *testing.T) {
	eachField[consent.Wording](t, func(t *testing.T, field []int) {
		require.Error(t, check(t, "wordings are added, and none changes", func(good consent.Store, _ *auditmem.Store) consent.Store {
			return wrapped{Store: good, wordings: func(ctx context.Context, practice string) ([]consent.Wording, error) {
				wordings, err := good.Wordings(ctx, practice)
				for i := range wordings {
					reflect.ValueOf(&wordings[i]).Elem().FieldByIndex(field).SetZero()
				}
				return wordings, err
			}}
		}))
	})
}

func TestTheSuitePassesTheGoodStore(t *testing.T) { passes(t, names(), check) }

func TestEveryCaseCatchesSomething(t *testing.T) { allCatch(t, names(), mutants()) }

func names() []string {
	var names []string
	for _, c := range consenttest.Cases() {
		names = append(names, c.Name)
	}
	return names
}
