package consenttest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
)

// ledgerStore is a store of facts in ledgers.
type ledgerStore[Key, Change, Fact, Query, Page any] interface {
	Apply(ctx context.Context, c Change) (bool, error)
	Ledger(ctx context.Context, k Key) ([]Fact, error)
	Facts(ctx context.Context, q Query) (Page, error)
}

// brokenLedgers is a good store with one thing done wrong. A nil function does it right.
type brokenLedgers[Key, Change, Fact, Query, Page any] struct {
	ledgerStore[Key, Change, Fact, Query, Page]
	apply  func(context.Context, Change) (bool, error)
	ledger func(context.Context, Key) ([]Fact, error)
	facts  func(context.Context, Query) (Page, error)
}

func (m brokenLedgers[Key, Change, Fact, Query, Page]) Apply(ctx context.Context, c Change) (bool, error) {
	if m.apply == nil {
		return m.ledgerStore.Apply(ctx, c)
	}
	return m.apply(ctx, c)
}

func (m brokenLedgers[Key, Change, Fact, Query, Page]) Ledger(ctx context.Context, k Key) ([]Fact, error) {
	if m.ledger == nil {
		return m.ledgerStore.Ledger(ctx, k)
	}
	return m.ledger(ctx, k)
}

func (m brokenLedgers[Key, Change, Fact, Query, Page]) Facts(ctx context.Context, q Query) (Page, error) {
	if m.facts == nil {
		return m.ledgerStore.Facts(ctx, q)
	}
	return m.facts(ctx, q)
}

// parts are what the facts and changes of every store of ledgers have.
type parts[Fact any] struct {
	fact         *Fact
	seen         *int
	leaves       *[]audit.Leaf
	id, practice *string
	at           *time.Time
	secret       *string // of what the suite plants
}

// ledgerMutants makes broken stores of one kind.
type ledgerMutants[Key comparable, Change, Fact, Query, Page any] struct {
	validate func(Change) error
	parts    func(*Change) parts[Fact]
	empty    func(*auditmem.Store) ledgerStore[Key, Change, Fact, Query, Page]
	change   func(Fact) Change // so that parts finds the fields of a fact that was read
	clone    func(Fact) Fact
	key      func(Fact) Key
	foreign  func(Key, string) Key // the same ledger at another practice
	stale    error
	query    func(*Query) (practice, after *string, limit *int)
	page     func(*Page) (facts *[]Fact, next *string)
	tidy     func(*Fact) // makes what cannot be kept fit to be kept
}

// idOf returns the id of a fact that was read.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) idOf(f Fact) string {
	c := m.change(f)
	return *m.parts(&c).id
}

// changing returns a store that changes what it is given before it keeps it.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) changing(good ledgerStore[Key, Change, Fact, Query, Page], change func(parts[Fact])) ledgerStore[Key, Change, Fact, Query, Page] {
	return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, apply: func(ctx context.Context, c Change) (bool, error) {
		if err := m.validate(c); err != nil {
			return false, err
		}
		p := m.parts(&c)
		*p.fact, *p.leaves = m.clone(*p.fact), slices.Clone(*p.leaves)
		change(p)
		return good.Apply(ctx, c)
	}}
}

// writing returns a store that writes in its own way.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) writing(good ledgerStore[Key, Change, Fact, Query, Page], apply func(context.Context, Change) (bool, error)) ledgerStore[Key, Change, Fact, Query, Page] {
	return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, apply: apply}
}

// reading returns a store that changes what it kept before it returns it.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) reading(good ledgerStore[Key, Change, Fact, Query, Page], change func([]Fact) []Fact) ledgerStore[Key, Change, Fact, Query, Page] {
	return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, ledger: func(ctx context.Context, k Key) ([]Fact, error) {
		facts, err := good.Ledger(ctx, k)
		return change(facts), err
	}}
}

// finding returns a store that reads pages in its own way.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) finding(good ledgerStore[Key, Change, Fact, Query, Page], facts func(context.Context, Query) (Page, error)) ledgerStore[Key, Change, Fact, Query, Page] {
	return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, facts: facts}
}

func (m ledgerMutants[Key, Change, Fact, Query, Page]) all() []mutant[ledgerStore[Key, Change, Fact, Query, Page]] {
	type store = ledgerStore[Key, Change, Fact, Query, Page]
	return []mutant[store]{
		{"keeps the fact when its entry is refused", "a refused entry takes the fact with it", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					p := m.parts(&c)
					*p.leaves = slices.Clone(*p.leaves)
					(*p.leaves)[0].ID += "'"
					_, again := good.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			})
		}},
		{"forgets the entry", "facts come back as written, in order", func(store, *auditmem.Store) store {
			return m.empty(auditmem.New())
		}},
		{"keeps the first entry of several", "every entry of a change is kept", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.leaves = (*p.leaves)[:1] })
		}},
		{"writes an entry for a replay", "a repeated fact changes nothing and leaves no second entry", func(good store, entries *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err == nil && !written {
					err = entries.Append(ctx, *m.parts(&c).leaves...)
				}
				return written, err
			})
		}},
		{"says that a replay was written", "a repeated fact changes nothing and leaves no second entry", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				_, err := good.Apply(ctx, c)
				return err == nil, err
			})
		}},
		{"takes a replay for a stale change", "a repeated fact changes nothing and leaves no second entry", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				p := m.parts(&c)
				seen, err := good.Ledger(ctx, m.key(*p.fact))
				if err == nil && *p.seen >= 0 && *p.seen != len(seen) {
					return false, m.stale
				}
				return good.Apply(ctx, c)
			})
		}},
		{"takes an id for one over all practices", "an id belongs to the practice, not to the ledger", func(good store, _ *auditmem.Store) store {
			used := map[string]bool{}
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				if id := *m.parts(&c).id; used[id] {
					return false, nil
				}
				used[*m.parts(&c).id] = true
				return good.Apply(ctx, c)
			})
		}},
		{"takes an id for one within a ledger", "an id belongs to the practice, not to the ledger", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.id = fmt.Sprintf("%.40v", m.key(*p.fact)) + *p.id })
		}},
		{"reads the ledgers of all practices", "practices do not see each other", func(good store, _ *auditmem.Store) store {
			return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, ledger: func(ctx context.Context, k Key) ([]Fact, error) {
				facts, err := good.Ledger(ctx, k)
				other, err2 := good.Ledger(ctx, m.foreign(k, "oak-street"))
				return append(facts, other...), errors.Join(err, err2)
			}}
		}},
		{"counts the facts of all practices", "practices do not see each other", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				other, err := good.Ledger(ctx, m.foreign(m.key(*m.parts(&c).fact), "oak-street"))
				if err == nil && *m.parts(&c).seen == 0 && len(other) > 0 {
					return false, m.stale
				}
				return good.Apply(ctx, c)
			})
		}},
		{"folds the case of practices", "practices, ledgers and ids are exact", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) {
				*p.practice = strings.ToLower(*p.practice)
				(*p.leaves)[0].Practice = *p.practice
			})
		}},
		{"folds the case of ids", "practices, ledgers and ids are exact", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.id = strings.ToLower(*p.id) })
		}},
		{"trims ids", "practices, ledgers and ids are exact", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.id = strings.TrimSpace(*p.id) })
		}},
		{"shares what it was given", "what is given and returned is not shared", func(good store, _ *auditmem.Store) store {
			given := map[string]Fact{}
			return brokenLedgers[Key, Change, Fact, Query, Page]{
				ledgerStore: good, apply: func(ctx context.Context, c Change) (bool, error) {
					p := m.parts(&c)
					given[*p.id] = *p.fact
					return good.Apply(ctx, c)
				}, ledger: func(ctx context.Context, k Key) ([]Fact, error) {
					facts, err := good.Ledger(ctx, k)
					for i := range facts {
						facts[i] = given[m.idOf(facts[i])]
					}
					return facts, err
				},
			}
		}},
		{"shares what it returns", "what is given and returned is not shared", func(good store, _ *auditmem.Store) store {
			returned := map[Key][]Fact{}
			return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, ledger: func(ctx context.Context, k Key) ([]Fact, error) {
				facts, err := good.Ledger(ctx, k)
				if len(facts) == len(returned[k]) {
					return returned[k], err
				}
				returned[k] = facts
				return facts, err
			}}
		}},
		{"ignores what was seen", "a stale change writes nothing", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.seen = -1 })
		}},
		{"holds every change to an empty ledger", "a change on any length is never stale", func(good store, _ *auditmem.Store) store {
			return m.changing(good, func(p parts[Fact]) { *p.seen = max(*p.seen, 0) })
		}},
		{"looks at what was seen before it locks", "concurrent decisions on one ledger exclude each other", func(good store, _ *auditmem.Store) store {
			second := second()
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				p := m.parts(&c)
				seen, err := good.Ledger(ctx, m.key(*p.fact))
				if err != nil || len(seen) != *p.seen {
					return false, errors.Join(err, m.stale)
				}
				second()
				*p.seen = -1
				return good.Apply(ctx, c)
			})
		}},
		{"loses what two write at once", "concurrent writers lose nothing", func(good store, _ *auditmem.Store) store {
			second := second()
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				if second() {
					return true, nil
				}
				return good.Apply(ctx, c)
			})
		}},
		{"sorts by id", "facts come back as written, in order", func(good store, _ *auditmem.Store) store {
			return m.reading(good, func(facts []Fact) []Fact {
				slices.SortStableFunc(facts, func(a, b Fact) int { return strings.Compare(m.idOf(a), m.idOf(b)) })
				return facts
			})
		}},
		{"reads one page", "a long ledger comes back whole", func(good store, _ *auditmem.Store) store {
			return m.reading(good, func(facts []Fact) []Fact { return facts[:min(100, len(facts))] })
		}},
		{"reads facts of every practice", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return m.finding(good, func(ctx context.Context, q Query) (Page, error) {
				p, err := good.Facts(ctx, q)
				practice, _, _ := m.query(&q)
				*practice = "oak-street"
				other, err2 := good.Facts(ctx, q)
				facts, _ := m.page(&p)
				more, _ := m.page(&other)
				*facts = append(*facts, *more...)
				return p, errors.Join(err, err2)
			})
		}},
		{"begins every page anew", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return m.finding(good, func(ctx context.Context, q Query) (Page, error) {
				_, after, _ := m.query(&q)
				*after = ""
				p, err := good.Facts(ctx, q)
				_, next := m.page(&p)
				*next = ""
				return p, err
			})
		}},
		{"reads what no page gave as a first page", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return m.finding(good, func(ctx context.Context, q Query) (Page, error) {
				p, err := good.Facts(ctx, q)
				if _, after, _ := m.query(&q); err != nil && *after != "" {
					*after = ""
					return good.Facts(ctx, q)
				}
				return p, err
			})
		}},
		{"reads pages of any size", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return m.finding(good, func(ctx context.Context, q Query) (Page, error) {
				_, _, limit := m.query(&q)
				*limit = min(max(*limit, 0), 1000)
				return good.Facts(ctx, q)
			})
		}},
		{"turns pages around", "facts of one kind come page by page", func(good store, _ *auditmem.Store) store {
			return m.finding(good, func(ctx context.Context, q Query) (Page, error) {
				p, err := good.Facts(ctx, q)
				facts, _ := m.page(&p)
				slices.Reverse(*facts)
				return p, err
			})
		}},
		{"returns times in another zone", "every field survives", func(good store, _ *auditmem.Store) store {
			return m.reading(good, func(facts []Fact) []Fact {
				for i := range facts {
					c := m.change(facts[i])
					p := m.parts(&c)
					*p.at = p.at.In(time.FixedZone("CST", -6*3600))
					facts[i] = *p.fact
				}
				return facts
			})
		}},
		{"says ErrNoRows of absence", "a ledger that nobody wrote to is empty", func(good store, _ *auditmem.Store) store {
			return brokenLedgers[Key, Change, Fact, Query, Page]{ledgerStore: good, ledger: func(ctx context.Context, k Key) ([]Fact, error) {
				facts, err := good.Ledger(ctx, k)
				if err == nil && len(facts) == 0 {
					err = sql.ErrNoRows
				}
				return facts, err
			}}
		}},
		{"does not look at what it is given", "what no store can keep is refused", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				p := m.parts(&c)
				*p.fact = m.clone(*p.fact)
				m.tidy(p.fact)
				return good.Apply(ctx, c)
			})
		}},
		{"ignores a cancelled context", "a cancelled context writes nothing", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				return good.Apply(context.WithoutCancel(ctx), c)
			})
		}},
		{"names what it could not write", "errors carry no secrets", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("fact of %s: %w", *m.parts(&c).secret, err)
				}
				return written, err
			})
		}},
		{"quotes the row", "errors carry no secrets", func(good store, _ *auditmem.Store) store {
			return m.writing(good, func(ctx context.Context, c Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("%w: %s", err, (*m.parts(&c).leaves)[0].Bytes)
				}
				return written, err
			})
		}},
	}
}

// losing has the suite catch each field of a fact that a store loses.
func (m ledgerMutants[Key, Change, Fact, Query, Page]) losing(t *testing.T, check checking[ledgerStore[Key, Change, Fact, Query, Page]]) {
	t.Helper()
	eachField[Fact](t, func(t *testing.T, field []int) {
		require.Error(t, check(t, "every field survives", func(good ledgerStore[Key, Change, Fact, Query, Page], _ *auditmem.Store) ledgerStore[Key, Change, Fact, Query, Page] {
			return m.reading(good, func(facts []Fact) []Fact {
				for i := range facts {
					reflect.ValueOf(&facts[i]).Elem().FieldByIndex(field).SetZero()
				}
				return facts
			})
		}))
	})
}
