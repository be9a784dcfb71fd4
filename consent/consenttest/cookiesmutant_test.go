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
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/consent/cookie"
)

// brokenCookies is a good store with one thing done wrong. A nil function does it right.
type brokenCookies struct {
	cookie.Store
	apply   func(context.Context, cookie.Change) (bool, error)
	choice  func(context.Context, cookie.Key) (cookie.Choice, error)
	choices func(context.Context, cookie.Query) (cookie.Page, error)
}

func (m brokenCookies) Apply(ctx context.Context, c cookie.Change) (bool, error) {
	if m.apply == nil {
		return m.Store.Apply(ctx, c)
	}
	return m.apply(ctx, c)
}

func (m brokenCookies) Choice(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
	if m.choice == nil {
		return m.Store.Choice(ctx, k)
	}
	return m.choice(ctx, k)
}

func (m brokenCookies) Choices(ctx context.Context, q cookie.Query) (cookie.Page, error) {
	if m.choices == nil {
		return m.Store.Choices(ctx, q)
	}
	return m.choices(ctx, q)
}

// changingCookies returns a store that changes what it is given before it keeps it.
func changingCookies(good cookie.Store, change func(*cookie.Change)) cookie.Store {
	return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
		if err := c.Validate(); err != nil {
			return false, err
		}
		c.Choice, c.Leaves = c.Choice.Clone(), slices.Clone(c.Leaves)
		change(&c)
		return good.Apply(ctx, c)
	}}
}

// readingCookies returns a store that changes the pages that it returns.
func readingCookies(good cookie.Store, change func(*cookie.Page)) cookie.Store {
	return brokenCookies{Store: good, choices: func(ctx context.Context, q cookie.Query) (cookie.Page, error) {
		p, err := good.Choices(ctx, q)
		change(&p)
		return p, err
	}}
}

func cookieMutants() []mutant[cookie.Store] {
	type store = cookie.Store
	return []mutant[cookie.Store]{
		{"keeps the choice when its entry is refused", "a refused entry takes the choice with it", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
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
		{"forgets the entry", "choices come back by time, then id", func(store, *auditmem.Store) store {
			return consentmem.NewCookies(auditmem.New())
		}},
		{"keeps the first entry of several", "every entry of a change is kept", func(good store, _ *auditmem.Store) store {
			return changingCookies(good, func(c *cookie.Change) { c.Leaves = c.Leaves[:1] })
		}},
		{"writes an entry for a replay", "a repeated choice changes nothing and leaves no second entry", func(good store, entries *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if err == nil && !written {
					err = entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}}
		}},
		{"says that a replay was written", "a repeated choice changes nothing and leaves no second entry", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				_, err := good.Apply(ctx, c)
				return err == nil, err
			}}
		}},
		{"takes an id for one within a visitor", "an id belongs to the practice, not to the visitor", func(good store, _ *auditmem.Store) store {
			return changingCookies(good, func(c *cookie.Change) { c.Choice.ID = c.Choice.Visitor + c.Choice.ID })
		}},
		{"takes an id for one over all practices", "an id belongs to the practice, not to the visitor", func(good store, _ *auditmem.Store) store {
			used := map[string]bool{}
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				if used[c.Choice.ID] {
					return false, nil
				}
				used[c.Choice.ID] = true
				return good.Apply(ctx, c)
			}}
		}},
		{"reads the choices of all practices", "practices do not see each other", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, choices: func(ctx context.Context, q cookie.Query) (cookie.Page, error) {
				p, err := good.Choices(ctx, q)
				q.Practice = "oak-street"
				other, err2 := good.Choices(ctx, q)
				p.Choices = append(p.Choices, other.Choices...)
				return p, errors.Join(err, err2)
			}}
		}},
		{"finds a choice by its id alone", "practices do not see each other", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, choice: func(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
				c, err := good.Choice(ctx, k)
				if errors.Is(err, cookie.ErrNotFound) {
					k.Practice = "oak-street"
					return good.Choice(ctx, k)
				}
				return c, err
			}}
		}},
		{"folds the case of practices", "practices, visitors and ids are exact", func(good store, _ *auditmem.Store) store {
			return changingCookies(good, func(c *cookie.Change) {
				c.Choice.Practice = strings.ToLower(c.Choice.Practice)
				c.Leaves[0].Practice = c.Choice.Practice
			})
		}},
		{"folds the case of visitors", "practices, visitors and ids are exact", func(good store, _ *auditmem.Store) store {
			return changingCookies(good, func(c *cookie.Change) { c.Choice.Visitor = strings.ToLower(c.Choice.Visitor) })
		}},
		{"trims ids", "practices, visitors and ids are exact", func(good store, _ *auditmem.Store) store {
			return changingCookies(good, func(c *cookie.Change) { c.Choice.ID = strings.TrimSpace(c.Choice.ID) })
		}},
		{"shares what it was given", "what is given and returned is not shared", func(good store, _ *auditmem.Store) store {
			given := map[cookie.Key][]cookie.Category{}
			return brokenCookies{
				Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
					given[c.Choice.Key()] = c.Choice.Allowed
					return good.Apply(ctx, c)
				}, choice: func(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
					c, err := good.Choice(ctx, k)
					c.Allowed = given[k]
					return c, err
				},
			}
		}},
		{"shares what it returns", "what is given and returned is not shared", func(good store, _ *auditmem.Store) store {
			var last cookie.Page
			return brokenCookies{Store: good, choices: func(ctx context.Context, q cookie.Query) (cookie.Page, error) {
				p, err := good.Choices(ctx, q)
				if len(p.Choices) == len(last.Choices) {
					return last, err
				}
				last = p
				return p, err
			}}
		}},
		{"sorts by id", "choices come back by time, then id", func(good store, _ *auditmem.Store) store {
			return readingCookies(good, func(p *cookie.Page) {
				slices.SortFunc(p.Choices, func(a, b cookie.Choice) int { return strings.Compare(a.ID, b.ID) })
			})
		}},
		{"begins every page anew", "pages continue where they ended", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, choices: func(ctx context.Context, q cookie.Query) (cookie.Page, error) {
				q.After = ""
				p, err := good.Choices(ctx, q)
				p.Next = ""
				return p, err
			}}
		}},
		{"continues after a moment, whatever the id", "pages continue where they ended", func(good store, _ *auditmem.Store) store {
			return readingCookies(good, func(p *cookie.Page) {
				if moment, _, more := strings.Cut(p.Next, "."); more {
					p.Next = moment + ".~"
				}
			})
		}},
		{"reads what no page gave as a first page", "pages continue where they ended", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, choices: func(ctx context.Context, q cookie.Query) (cookie.Page, error) {
				p, err := good.Choices(ctx, q)
				if errors.Is(err, cookie.ErrInvalid) && q.After != "" {
					q.After = ""
					return good.Choices(ctx, q)
				}
				return p, err
			}}
		}},
		{"returns times in another zone", "every field survives", func(good store, _ *auditmem.Store) store {
			return readingCookies(good, func(p *cookie.Page) {
				for i := range p.Choices {
					p.Choices[i].At = p.Choices[i].At.In(time.FixedZone("CST", -6*3600))
				}
			})
		}},
		{"says ErrNoRows of absence", "a visitor who never chose has no choices", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, choice: func(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
				c, err := good.Choice(ctx, k)
				if errors.Is(err, cookie.ErrNotFound) {
					err = sql.ErrNoRows
				}
				return c, err
			}}
		}},
		{"does not look at what it is given", "what no store can keep is refused", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				c.Choice.Wording = strings.ReplaceAll(c.Choice.Wording, "\x00", "")
				return good.Apply(ctx, c)
			}}
		}},
		{"ignores a cancelled context", "a cancelled context writes nothing", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				return good.Apply(context.WithoutCancel(ctx), c)
			}}
		}},
		{"loses what two write at once", "concurrent writers lose nothing", func(good store, _ *auditmem.Store) store {
			second := second()
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				if second() {
					return true, nil
				}
				return good.Apply(ctx, c)
			}}
		}},
		{"quotes the row", "errors carry no visitor and no wording", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("%w: %s", err, c.Leaves[0].Bytes)
				}
				return written, err
			}}
		}},
		{"names the visitor", "errors carry no visitor and no wording", func(good store, _ *auditmem.Store) store {
			return brokenCookies{Store: good, apply: func(ctx context.Context, c cookie.Change) (bool, error) {
				written, err := good.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("choice of %s: %w", c.Choice.Visitor, err)
				}
				return written, err
			}}
		}},
	}
}

// checkCookies runs the case of that name on what breaks makes of a good store.
func checkCookies(t *testing.T, name string, breaks func(cookie.Store, *auditmem.Store) cookie.Store) error {
	t.Helper()
	cases := consenttest.CookieCases()
	at := slices.IndexFunc(cases, func(c consenttest.CookieCase) bool { return c.Name == name })
	require.GreaterOrEqual(t, at, 0, "no case is called %q", name)
	entries := auditmem.New()
	store := breaks(consentmem.NewCookies(entries), entries)
	return cases[at].Check(t.Context(), consenttest.CookieHarness{Store: store, Entries: entries})
}

func TestTheSuiteCatchesBrokenStoresOfChoices(t *testing.T) {
	catches(t, cookieMutants(), checkCookies)
}

func TestTheSuiteCatchesALostFieldOfAChoice(t *testing.T) {
	eachField[cookie.Choice](t, func(t *testing.T, field []int) {
		require.Error(t, checkCookies(t, "every field survives", func(good cookie.Store, _ *auditmem.Store) cookie.Store {
			return readingCookies(good, func(p *cookie.Page) {
				for i := range p.Choices {
					reflect.ValueOf(&p.Choices[i]).Elem().FieldByIndex(field).SetZero()
				}
			})
		}))
	})
}

func TestTheSuitePassesTheGoodStoreOfChoices(t *testing.T) { passes(t, cookieNames(), checkCookies) }

func TestEveryCaseOfChoicesCatchesSomething(t *testing.T) {
	allCatch(t, cookieNames(), cookieMutants())
}

func cookieNames() []string {
	var names []string
	for _, c := range consenttest.CookieCases() {
		names = append(names, c.Name)
	}
	return names
}
