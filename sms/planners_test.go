package sms_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// overtaken lets something happen before every call of a planner to its store.
type overtaken struct {
	sms.Store
	before func(ctx context.Context) error
}

func (o *overtaken) Text(ctx context.Context, k sms.Key) (sms.Tracked, error) {
	if err := o.before(ctx); err != nil {
		return sms.Tracked{}, err
	}
	return o.Store.Text(ctx, k)
}

func (o *overtaken) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	if err := o.before(ctx); err != nil {
		return sms.Page{}, err
	}
	return o.Store.Texts(ctx, q)
}

func (o *overtaken) Apply(ctx context.Context, c sms.Change) (bool, error) {
	if err := o.before(ctx); err != nil {
		return false, err
	}
	return o.Store.Apply(ctx, c)
}

// calendar says in which version appointments stand.
type calendar struct {
	mu       sync.Mutex
	versions map[string]string
}

func (c *calendar) stands(appointment, version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions[appointment] = version
}

func (c *calendar) Current(_ context.Context, _, appointment, version string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.versions[appointment] == version, nil
}

// heard is what one planner has heard of a calendar.
type heard struct {
	*calendar
	visit sms.Visit
}

func (h heard) Changed(context.Context, int) ([]sms.Visit, error)   { return []sms.Visit{h.visit}, nil }
func (heard) Planned(context.Context, string, string, string) error { return nil }
func of(number, id, version string, c *calendar, start time.Time) heard {
	v := visit(start)
	v.Number, v.Appointment, v.Version, v.Patient = number, id, version, "of "+id
	return heard{c, v}
}

// plans makes one planner plan what it has heard.
func (w *world) plans(ctx context.Context, store sms.Store, h heard) error {
	service, err := sms.New(store, w.consents, w.log, &sms.Options{Now: w.now.Now})
	if err != nil {
		return err
	}
	p, err := sms.NewPlanner(service, h, nil)
	if err == nil {
		_, err = p.Step(ctx)
	}
	return err
}

// tellsOnce returns what is wrong unless one queued text to a number tells all appointments as they stand, each once.
func (w *world) tellsOnce(ctx context.Context, number string, c *calendar) error {
	page, err := w.store.Texts(ctx, sms.Query{Practice: practice, Number: number, States: []sms.State{sms.Queued}})
	if err != nil {
		return err
	}
	told, texts := map[string]int{}, 0
	for _, t := range page.Texts {
		about := t.Subjects
		if len(about) == 0 {
			about = []sms.Subject{{Appointment: t.Subject, Version: t.Version}}
		}
		tells := 0
		for _, s := range about {
			if c.versions[s.Appointment] == s.Version {
				told[s.Appointment]++
				tells = 1
			}
		}
		texts += tells
	}
	for id := range c.versions {
		if told[id] != 1 || texts != 1 {
			return fmt.Errorf("%d texts, and %s is told %d times", texts, id, told[id])
		}
	}
	return nil
}

// plots are what two planners have to do at once, for a number whose day is planned in every course of events that there is.
var plots = map[string]struct {
	queued  string // the appointment that is planned already
	first   string // the appointment, and the version, that each plans
	second  string
	changes string // stands in version 2 when the second planner hears of it
}{
	"two children":                        {first: "a 1", second: "b 1"},
	"two more children":                   {queued: "c", first: "a 1", second: "b 1"},
	"the same child":                      {first: "a 1", second: "a 1"},
	"a child beside one":                  {queued: "c", first: "a 1", second: "a 1"},
	"one that moves as it is planned":     {queued: "c", first: "a 1", second: "a 2", changes: "a"},
	"one that is queued, and moves twice": {queued: "a", first: "a 2", second: "b 1"},
}

// Of planners that plan a family's day at once one writes, and the others join it, whatever overtakes whom, and whoever of them
// is cut off.
func TestPromise_M2_2_PlannersAtOnceMakeOneReminder(t *testing.T) {
	for name, plot := range plots {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var w *world
				played := 0
				courses, err := explore(func(choose func(n int) int) error {
					if played%50 == 0 { // a full store is slow
						w = inMemory(t)
					}
					played++
					number := fmt.Sprintf("+1615%07d", 2_000_000+played)
					c := &calendar{versions: map[string]string{}}
					hears := func(said string) heard {
						var id, version string
						fmt.Sscan(said, &id, &version)
						return of(number, id, version, c, noon.Add(48*time.Hour+time.Duration(id[0])*time.Minute))
					}
					if plot.queued != "" {
						c.stands(plot.queued, "1")
						if err := w.plans(t.Context(), w.store, hears(plot.queued+" 1")); err != nil {
							return err
						}
					}
					s := &stage{busy: map[*process]bool{}, bubble: true}
					var failed [2]error
					for i, said := range []string{plot.first, plot.second} {
						h := hears(said)
						begin := func() { c.stands(h.visit.Appointment, h.visit.Version) }
						if i == 0 || plot.changes == "" {
							begin()
						}
						s.begin(fmt.Sprint(i), func(ctx context.Context, p *process) {
							if i == 1 && plot.changes != "" {
								if failed[i] = p.wait(ctx, "moves"); failed[i] != nil {
									return
								}
								begin()
							}
							failed[i] = w.plans(ctx, &overtaken{w.store, func(ctx context.Context) error { return p.wait(ctx, "store") }}, h)
						})
					}
					crashes := 1
					for cues := s.cues(); len(cues) > 0; cues = s.cues() {
						turn := choose((1 + crashes) * len(cues))
						if turn < len(cues) {
							s.give(cues[turn], nil)
							continue
						}
						crashes--
						s.give(cues[turn-len(cues)], errCrash)
					}
					for i, said := range []string{plot.first, plot.second} {
						h := hears(said)
						if failed[i] != nil { // it is told again of what it has not planned
							if !errors.Is(failed[i], errCrash) {
								return failed[i]
							}
							c.stands(h.visit.Appointment, h.visit.Version)
							if plot.changes != "" {
								c.stands(plot.changes, "2")
							}
							if err := w.plans(t.Context(), w.store, h); err != nil {
								return err
							}
						}
					}
					return w.tellsOnce(t.Context(), number, c)
				})
				require.NoError(t, err)
				require.Greater(t, courses, 10, "hardly anything overtook anything")
				t.Logf("%d courses", courses)
			})
		})
	}
	// On Postgres one planner does all it has to at every point of the other one.
	t.Run("postgres", func(t *testing.T) {
		w, played := onPostgres(t), 0
		for _, name := range []string{"two children", "one that moves as it is planned"} {
			plot := plots[name]
			for at, more := 0, true; more; at++ {
				played++
				number := fmt.Sprintf("+1615%07d", 2_000_000+played)
				c := &calendar{versions: map[string]string{}}
				hears := func(said string) heard {
					var id, version string
					fmt.Sscan(said, &id, &version)
					c.stands(id, version)
					return of(number, id, version, c, noon.Add(48*time.Hour+time.Duration(id[0])*time.Minute))
				}
				if plot.queued != "" {
					require.NoError(t, w.plans(t.Context(), w.store, hears(plot.queued+" 1")))
				}
				first, calls := hears(plot.first), 0
				require.NoError(t, w.plans(t.Context(), &overtaken{w.store, func(ctx context.Context) error {
					if calls++; calls-1 == at {
						return w.plans(ctx, w.store, hears(plot.second))
					}
					return nil
				}}, first))
				if more = calls > at; !more {
					require.Greater(t, at, 2)
					break
				}
				require.NoError(t, w.tellsOnce(t.Context(), number, c), "%+v at %d", plot, at)
			}
		}
	})
}

// Planners that run beside each other, each with all there is to plan, queue one reminder for each number.
func TestPlannersSideBySide(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const families = 12
		charts := w.charts()
		three, number := chicago(t, 2026, 3, 5, 15), func(i int) string { return fmt.Sprintf("+121255502%02d", i) }
		for i := range families {
			w.enrol(charts, fmt.Sprintf("p-%d", i), number(i), "")
			for n := range 3 {
				_, err := charts.Book(t.Context(), staff, records.Booking{
					Practice: practice, Appointment: fmt.Sprintf("%d-%d", n, i), Patient: fmt.Sprintf("p-%d", i), Clinician: "dr-1",
					Start: three.Add(time.Duration(n) * time.Minute), Zone: "America/Chicago", Duration: time.Hour,
				})
				require.NoError(t, err)
			}
		}
		var group sync.WaitGroup
		for range 3 {
			p, err := sms.NewPlanner(w.texts, charts, nil)
			require.NoError(t, err)
			group.Go(func() {
				_, err := p.Step(t.Context())
				assert.NoError(t, err)
			})
		}
		group.Wait()
		for i := range families {
			page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, Number: number(i), States: []sms.State{sms.Queued}})
			require.NoError(t, err)
			require.Len(t, page.Texts, 1)
			require.Len(t, page.Texts[0].Subjects, 3)
		}
	})
}

// An appointment that moves within its day, and back as it was before, is told as it stands.
func TestAReminderFollowsAVersionThatComesAgain(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	c := &calendar{versions: map[string]string{}}
	for _, step := range []heard{
		of(patient, "b", "1", c, noon.Add(48*time.Hour)), of(patient, "a", "1", c, noon.Add(49*time.Hour)),
		of(patient, "a", "2", c, noon.Add(50*time.Hour)), of(patient, "a", "1", c, noon.Add(49*time.Hour)),
	} {
		c.stands(step.visit.Appointment, step.visit.Version)
		require.NoError(t, w.plans(t.Context(), w.store, step))
	}
	require.NoError(t, w.tellsOnce(t.Context(), patient, c))
}
