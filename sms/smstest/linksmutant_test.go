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
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

// links is a good store with one thing done wrong. A nil function does it right.
type links struct {
	*smsmem.Links
	entries *auditmem.Store
	apply   func(context.Context, link.Change) (bool, error)
	find    func(context.Context, string, string) (link.State, bool, error)
	of      func(context.Context, string, string) ([]link.State, error)
	read    func(*link.State)
}

func (s *links) Apply(ctx context.Context, c link.Change) (bool, error) {
	if s.apply == nil {
		return s.Links.Apply(ctx, c)
	}
	return s.apply(ctx, c)
}

func (s *links) Link(ctx context.Context, practice, id string) (link.State, bool, error) {
	l, found, err := s.Links.Link(ctx, practice, id)
	if s.read != nil {
		s.read(&l)
	}
	return l, found, err
}

func (s *links) Find(ctx context.Context, practice, token string) (link.State, bool, error) {
	if s.find == nil {
		return s.Links.Find(ctx, practice, token)
	}
	return s.find(ctx, practice, token)
}

func (s *links) Of(ctx context.Context, practice, patient string) ([]link.State, error) {
	if s.of == nil {
		return s.Links.Of(ctx, practice, patient)
	}
	return s.of(ctx, practice, patient)
}

type linkMutant struct {
	name, caughtBy string
	breaks         func(*links)
}

// linking changes what a store is given.
func linking(f func(*link.Change)) func(*links) {
	return func(s *links) {
		s.apply = func(ctx context.Context, c link.Change) (bool, error) {
			c.Leaves = slices.Clone(c.Leaves)
			f(&c)
			return s.Links.Apply(ctx, c)
		}
	}
}

// answering does something once a store has answered.
func answering(f func(ctx context.Context, s *links, c link.Change, written bool, err error) (bool, error)) func(*links) {
	return func(s *links) {
		s.apply = func(ctx context.Context, c link.Change) (bool, error) {
			written, err := s.Links.Apply(ctx, c)
			return f(ctx, s, c, written, err)
		}
	}
}

func linkMutants() []linkMutant {
	return []linkMutant{
		{"returns times in another zone", "every field of a link survives", func(s *links) {
			s.read = func(l *link.State) { l.Issued.Expires = l.Issued.Expires.In(time.FixedZone("CST", -6*3600)) }
		}},
		{"finds tokens by how they begin", "what was not issued is not found", func(s *links) {
			s.find = func(ctx context.Context, practice, token string) (link.State, bool, error) {
				if len(token) == 63 {
					token += "1"
				}
				return s.Links.Find(ctx, practice, token)
			}
		}},
		{"finds by id alone", "a link is found by its id and by its token", func(s *links) {
			s.find = s.Links.Link
		}},
		{
			"writes an entry for a replay", "a link that is issued again changes nothing",
			answering(func(ctx context.Context, s *links, c link.Change, written bool, err error) (bool, error) {
				if err == nil && !written && c.Fact.Kind == link.Issued {
					err = s.entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}),
		},
		{
			"says that it opened again", "a link ends once",
			answering(func(_ context.Context, _ *links, c link.Change, written bool, err error) (bool, error) {
				return written || c.Fact.Kind == link.Opened, err
			}),
		},
		{
			"refuses what was not issued with an error", "what was not issued does not end",
			answering(func(_ context.Context, _ *links, c link.Change, written bool, err error) (bool, error) {
				if c.Fact.Kind != link.Issued && !written && err == nil {
					err = link.ErrUnknown
				}
				return written, err
			}),
		},
		{
			"lets two links share a token", "two links do not share a token",
			answering(func(ctx context.Context, s *links, c link.Change, written bool, err error) (bool, error) {
				if errors.Is(err, link.ErrConflict) {
					c.Fact.Token = strings.Repeat("f", 64)
					return s.Links.Apply(ctx, c)
				}
				return written, err
			}),
		},
		{"keeps one table for all practices", "practices do not see each other's links", func(s *links) {
			s.find = func(ctx context.Context, practice, token string) (link.State, bool, error) {
				for _, p := range []string{practice, "oak-street"} {
					if l, found, err := s.Links.Find(ctx, p, token); found || err != nil {
						return l, found, err
					}
				}
				return link.State{}, false, nil
			}
		}},
		{"folds the case of patients", "practices, patients and ids of links are exact", func(s *links) {
			s.of = func(ctx context.Context, practice, patient string) ([]link.State, error) {
				all, err := s.Links.Of(ctx, practice, patient)
				if patient == "elm" {
					more, err := s.Links.Of(ctx, practice, "Elm")
					return append(all, more...), err
				}
				return all, err
			}
		}},
		{"sorts by id alone", "a patient's links come in order", func(s *links) {
			s.of = func(ctx context.Context, practice, patient string) ([]link.State, error) {
				all, err := s.Links.Of(ctx, practice, patient)
				slices.SortFunc(all, func(a, b link.State) int { return strings.Compare(a.Issued.ID, b.Issued.ID) })
				return all, err
			}
		}},
		{"leaves out what has ended", "a patient's links come in order", func(s *links) {
			s.of = func(ctx context.Context, practice, patient string) ([]link.State, error) {
				all, err := s.Links.Of(ctx, practice, patient)
				return slices.DeleteFunc(all, func(l link.State) bool { return l.Ended.Kind != "" }), err
			}
		}},
		{
			"keeps the fact of a refused entry", "a refused entry takes the fact of a link with it",
			answering(func(ctx context.Context, s *links, c link.Change, written bool, err error) (bool, error) {
				if errors.Is(err, audit.ErrConflict) {
					c.Leaves = slices.Clone(c.Leaves)
					renamed(c.Leaves)
					_, again := s.Links.Apply(ctx, c)
					err = errors.Join(err, again)
				}
				return written, err
			}),
		},
		{"keeps the first entry of several", "every entry of a link is kept", linking(func(c *link.Change) {
			c.Leaves = c.Leaves[:min(1, len(c.Leaves))]
		})},
		{"cuts what it cannot hold", "what no store of links can keep is refused", linking(func(c *link.Change) {
			c.Fact.Patient = strings.ReplaceAll(c.Fact.Patient, "\x00", "")
		})},
		{"ignores a cancelled context", "a cancelled context issues nothing", func(s *links) {
			s.apply = func(ctx context.Context, c link.Change) (bool, error) {
				return s.Links.Apply(context.WithoutCancel(ctx), c)
			}
		}},
		{
			"looks before it writes", "of concurrent presses one opens",
			answering(func(ctx context.Context, s *links, c link.Change, written bool, err error) (bool, error) {
				if c.Fact.Kind == link.Opened && !written && err == nil {
					return true, s.entries.Append(ctx, c.Leaves...)
				}
				return written, err
			}),
		},
		{
			"names what it could not write", "errors of links carry no secrets",
			answering(func(_ context.Context, _ *links, c link.Change, written bool, err error) (bool, error) {
				if errors.Is(err, audit.ErrConflict) {
					err = fmt.Errorf("link to %s: %w", c.Fact.Resource.ID, err)
				}
				return written, err
			}),
		},
	}
}

func checkLinks(ctx context.Context, c smstest.LinkCase, breaks func(*links)) error {
	entries := auditmem.New()
	s := &links{Links: smsmem.NewLinks(entries), entries: entries}
	breaks(s)
	return c.Check(ctx, smstest.LinkHarness{Store: s, Entries: entries})
}

func TestMutantsOfLinksAreCaught(t *testing.T) {
	cases := map[string]smstest.LinkCase{}
	for _, c := range smstest.LinkCases() {
		cases[c.Name] = c
	}
	catches := map[string]bool{}
	for _, m := range linkMutants() {
		t.Run(m.name, func(t *testing.T) {
			c, ok := cases[m.caughtBy]
			require.True(t, ok, "there is no case %q", m.caughtBy)
			catches[m.caughtBy] = true
			require.Error(t, checkLinks(t.Context(), c, m.breaks))
			require.NoError(t, checkLinks(t.Context(), c, func(*links) {}), "the good store fails too")
		})
	}
	for name := range cases {
		require.True(t, catches[name], "no mutant shows what the case %q is good for", name)
	}
}

// TestTheSuiteCatchesALostFieldOfALink has a store lose each field of what is on record, in turn.
func TestTheSuiteCatchesALostFieldOfALink(t *testing.T) {
	var c smstest.LinkCase
	for _, of := range smstest.LinkCases() {
		if of.Name == "every field of a link survives" {
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
		probe := link.State{}
		losesNothing := reflect.ValueOf(&probe).Elem().FieldByIndex(path)
		err := checkLinks(t.Context(), c, func(s *links) {
			s.read = func(l *link.State) { reflect.ValueOf(l).Elem().FieldByIndex(path).Set(losesNothing) }
		})
		if path[0] == 1 && path[1] >= 5 {
			return // what ends a link does not have it
		}
		require.Error(t, err, "the field %v", path)
	}
	lose(reflect.TypeFor[link.State](), nil)
	require.Greater(t, lost, 15)
}
