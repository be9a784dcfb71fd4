package smstest_test

import (
	"context"
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
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

// registrations is a good store with one thing done wrong. A nil function does it right.
type registrations struct {
	*smsmem.Registrations
	entries *auditmem.Store
	apply   func(context.Context, registration.Change) (bool, error)
	ledger  func(ctx context.Context, practice string) ([]registration.Fact, error)
	facts   func(context.Context, registration.Query) (registration.Page, error)
}

func (s *registrations) Apply(ctx context.Context, c registration.Change) (bool, error) {
	if s.apply == nil {
		return s.Registrations.Apply(ctx, c)
	}
	return s.apply(ctx, c)
}

func (s *registrations) Ledger(ctx context.Context, practice string) ([]registration.Fact, error) {
	if s.ledger == nil {
		return s.Registrations.Ledger(ctx, practice)
	}
	return s.ledger(ctx, practice)
}

func (s *registrations) Facts(ctx context.Context, q registration.Query) (registration.Page, error) {
	if s.facts == nil {
		return s.Registrations.Facts(ctx, q)
	}
	return s.facts(ctx, q)
}

type registrationMutant struct {
	name, caughtBy string
	breaks         func(*registrations)
}

// registering changes what a store is given.
func registering(f func(*registration.Change)) func(*registrations) {
	return func(s *registrations) {
		s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
			c.Fact, c.Leaves = c.Fact.Clone(), slices.Clone(c.Leaves)
			f(&c)
			return s.Registrations.Apply(ctx, c)
		}
	}
}

// recalling changes what a store returns of a ledger.
func recalling(f func([]registration.Fact) []registration.Fact) func(*registrations) {
	return func(s *registrations) {
		s.ledger = func(ctx context.Context, practice string) ([]registration.Fact, error) {
			facts, err := s.Registrations.Ledger(ctx, practice)
			return f(facts), err
		}
	}
}

// looking changes what a page is asked for.
func looking(f func(*registration.Query)) func(*registrations) {
	return func(s *registrations) {
		s.facts = func(ctx context.Context, q registration.Query) (registration.Page, error) {
			f(&q)
			return s.Registrations.Facts(ctx, q)
		}
	}
}

func registrationMutants() []registrationMutant {
	const pages = "facts come page by page, all or of one subject"
	return []registrationMutant{
		{"forgets the entry", "facts come back as written, in order", func(s *registrations) {
			s.Registrations = smsmem.NewRegistrations(auditmem.New())
		}},
		{"sorts by id", "facts come back as written, in order", recalling(func(facts []registration.Fact) []registration.Fact {
			slices.SortFunc(facts, func(a, b registration.Fact) int { return strings.Compare(a.ID, b.ID) })
			return facts
		})},
		{"returns times in another zone", "every field of a registration survives", recalling(func(facts []registration.Fact) []registration.Fact {
			for i := range facts {
				facts[i].At = facts[i].At.In(time.FixedZone("CST", -6*3600))
			}
			return facts
		})},
		{"says what it does not know", "a practice that registered nothing has no facts", func(s *registrations) {
			s.ledger = func(ctx context.Context, practice string) ([]registration.Fact, error) {
				facts, err := s.Registrations.Ledger(ctx, practice)
				if len(facts) == 0 {
					err = registration.ErrUnknown
				}
				return facts, err
			}
		}},
		{"writes an entry for a replay", "a repeated fact changes nothing and leaves no second entry", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				written, err := s.Registrations.Apply(ctx, c)
				if err == nil && !written {
					err = s.entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}
		}},
		{"takes a replay for a stale change", "a repeated fact changes nothing and leaves no second entry", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				facts, err := s.Registrations.Ledger(ctx, c.Fact.Practice)
				if err == nil && len(facts) != c.Seen {
					err = registration.ErrStale
				}
				if err != nil {
					return false, err
				}
				return s.Registrations.Apply(ctx, c)
			}
		}},
		{"reads the ledgers of all practices", "practices do not see each other's registrations", func(s *registrations) {
			s.ledger = func(ctx context.Context, practice string) ([]registration.Fact, error) {
				facts, err := s.Registrations.Ledger(ctx, practice)
				foreign, err2 := s.Registrations.Ledger(ctx, "oak-street")
				return append(facts, foreign...), errors.Join(err, err2)
			}
		}},
		{"takes an id for one over all practices", "practices do not see each other's registrations", func(s *registrations) {
			used := map[string]bool{}
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				if used[c.Fact.ID] {
					return false, nil
				}
				used[c.Fact.ID] = true
				return s.Registrations.Apply(ctx, c)
			}
		}},
		{"folds the case of practices", "practices, subjects and ids of registrations are exact", registering(func(c *registration.Change) {
			c.Fact.Practice = strings.ToLower(c.Fact.Practice)
			for i := range c.Leaves {
				c.Leaves[i].Practice = c.Fact.Practice
			}
		})},
		{"trims ids", "practices, subjects and ids of registrations are exact", registering(func(c *registration.Change) {
			c.Fact.ID = strings.TrimSpace(c.Fact.ID)
		})},
		{"folds the case of subjects", "practices, subjects and ids of registrations are exact", registering(func(c *registration.Change) {
			c.Fact.Subject.ID = strings.ToLower(c.Fact.Subject.ID)
		})},
		{"ignores what was seen", "a stale change writes nothing", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				facts, err := s.Registrations.Ledger(ctx, c.Fact.Practice)
				if err != nil {
					return false, err
				}
				c.Seen = len(facts)
				return s.Registrations.Apply(ctx, c)
			}
		}},
		{"keeps the fact when its entry is refused", "a refused entry takes the fact with it", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				written, err := s.Registrations.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					c.Leaves = slices.Clone(c.Leaves)
					renamed(c.Leaves)
					_, again := s.Registrations.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			}
		}},
		{"shares what it was given", "what is given and returned is not shared", func(s *registrations) {
			var given []registration.Fact
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				given = append(given, c.Fact)
				return s.Registrations.Apply(ctx, c)
			}
			s.ledger = func(context.Context, string) ([]registration.Fact, error) { return given, nil }
		}},
		{"shares what it returns", "what is given and returned is not shared", func(s *registrations) {
			var returned []registration.Fact
			s.ledger = func(ctx context.Context, practice string) ([]registration.Fact, error) {
				facts, err := s.Registrations.Ledger(ctx, practice)
				if returned == nil {
					returned = facts
				}
				return returned, err
			}
		}},
		{"keeps the first entry of several", "every entry of a fact is kept", registering(func(c *registration.Change) {
			c.Leaves = c.Leaves[:min(1, len(c.Leaves))]
		})},
		{"does not look at what it is given", "what no store can keep is refused", registering(func(c *registration.Change) {
			for i, s := range c.Fact.Content.Campaign.Samples {
				c.Fact.Content.Campaign.Samples[i] = strings.ReplaceAll(s, "\x00", "")
			}
		})},
		{"cuts times to what it can hold", "what no store can keep is refused", registering(func(c *registration.Change) {
			c.Fact.Notice.Until = c.Fact.Notice.Until.Truncate(time.Microsecond)
		})},
		{"ignores a cancelled context", "a cancelled context registers nothing", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				return s.Registrations.Apply(context.WithoutCancel(ctx), c)
			}
		}},
		{"writes what lost as well", "concurrent decisions on one ledger exclude each other", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				for {
					written, err := s.Registrations.Apply(ctx, c)
					if !errors.Is(err, registration.ErrStale) {
						return written, err
					}
					facts, err := s.Registrations.Ledger(ctx, c.Fact.Practice)
					if err != nil {
						return false, err
					}
					c.Seen = len(facts)
				}
			}
		}},
		{"reads one page", "a long ledger comes back whole", recalling(func(facts []registration.Fact) []registration.Fact {
			return facts[:min(100, len(facts))]
		})},
		{"begins every page anew", pages, func(s *registrations) {
			s.facts = func(ctx context.Context, q registration.Query) (registration.Page, error) {
				q.After = ""
				p, err := s.Registrations.Facts(ctx, q)
				p.Next = ""
				return p, err
			}
		}},
		{"reads all subjects", pages, looking(func(q *registration.Query) { q.Subject = registration.Subject{} })},
		{"reads what no page gave as a first page", pages, func(s *registrations) {
			s.facts = func(ctx context.Context, q registration.Query) (registration.Page, error) {
				p, err := s.Registrations.Facts(ctx, q)
				if errors.Is(err, registration.ErrAfter) {
					q.After = ""
					return s.Registrations.Facts(ctx, q)
				}
				return p, err
			}
		}},
		{"reads pages of any size", pages, looking(func(q *registration.Query) { q.Limit = min(max(q.Limit, 0), 1000) })},
		{"names what it could not write", "errors of registrations carry no secrets", func(s *registrations) {
			s.apply = func(ctx context.Context, c registration.Change) (bool, error) {
				written, err := s.Registrations.Apply(ctx, c)
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("brand %s: %w", c.Fact.Content.Brand.EIN, err)
				}
				return written, err
			}
		}},
	}
}

func checkRegistrations(ctx context.Context, c smstest.RegistrationCase, breaks func(*registrations)) error {
	entries := auditmem.New()
	s := &registrations{Registrations: smsmem.NewRegistrations(entries), entries: entries}
	breaks(s)
	return c.Check(ctx, smstest.RegistrationHarness{Store: s, Entries: entries})
}

func TestMutantsOfRegistrationsAreCaught(t *testing.T) {
	cases := map[string]smstest.RegistrationCase{}
	for _, c := range smstest.RegistrationCases() {
		cases[c.Name] = c
	}
	catches := map[string]bool{}
	for _, m := range registrationMutants() {
		t.Run(m.name, func(t *testing.T) {
			c, ok := cases[m.caughtBy]
			require.True(t, ok, "there is no case %q", m.caughtBy)
			catches[m.caughtBy] = true
			require.Error(t, checkRegistrations(t.Context(), c, m.breaks))
			require.NoError(t, checkRegistrations(t.Context(), c, func(*registrations) {}), "the good store fails too")
		})
	}
	for name := range cases {
		require.True(t, catches[name], "no mutant shows what the case %q is good for", name)
	}
}

// TestTheSuiteCatchesALostFieldOfARegistration has a store lose each field of a fact, in turn and however deep.
func TestTheSuiteCatchesALostFieldOfARegistration(t *testing.T) {
	var c smstest.RegistrationCase
	for _, of := range smstest.RegistrationCases() {
		if of.Name == "every field of a registration survives" {
			c = of
		}
	}
	lost := 0
	var lose func(t reflect.Type, path []int)
	lose = func(of reflect.Type, path []int) {
		if of.Kind() == reflect.Struct && of != reflect.TypeFor[time.Time]() {
			for i := range of.NumField() {
				lose(of.Field(i).Type, append(slices.Clone(path), i))
			}
			return
		}
		lost++
		err := checkRegistrations(t.Context(), c, recalling(func(facts []registration.Fact) []registration.Fact {
			for i := range facts {
				reflect.ValueOf(&facts[i]).Elem().FieldByIndex(path).SetZero()
			}
			return facts
		}))
		require.Error(t, err, "the field %v", path)
	}
	lose(reflect.TypeFor[registration.Fact](), nil)
	require.Greater(t, lost, 60)
}
