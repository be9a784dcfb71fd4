package cookie_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/stage"
)

func yes() cookie.Choosing {
	return cookie.Choosing{
		ID: "c-1", Practice: practice, Visitor: "v-1", Allowed: []cookie.Category{cookie.Analytics},
		Wording: "May we count visits?", Language: "en", Shown: "ff00",
	}
}

func TestNewRefuses(t *testing.T) {
	b := onMemory(t)
	_, err := cookie.New(nil, b.Log, nil)
	require.ErrorIs(t, err, cookie.ErrInvalid)
	_, err = cookie.New(b.store, nil, nil)
	require.ErrorIs(t, err, cookie.ErrInvalid)
}

func TestTheSameChoiceTwiceIsOne(t *testing.T) {
	for name, act := range map[string]func(context.Context, bench) (cookie.Choice, error){
		"choose": func(ctx context.Context, b bench) (cookie.Choice, error) { return b.Choose(ctx, staff, yes()) },
		"withdraw": func(ctx context.Context, b bench) (cookie.Choice, error) {
			return b.Withdraw(ctx, staff, cookie.Withdrawal{ID: "w-1", Practice: practice, Visitor: "v-1", At: noon.Add(time.Hour)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			first, err := act(t.Context(), b)
			require.NoError(t, err)
			entries := b.Logged(t, practice)
			b.Clock.Pass(time.Minute)
			again, err := act(t.Context(), b)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(first, again))
			require.Len(t, b.given(t, "v-1"), 1)
			require.Empty(t, cmp.Diff(entries, b.Logged(t, practice)))
		})
	}
}

func TestAnIdUsedForAnotherChoiceIsAConflict(t *testing.T) {
	for name, change := range map[string]func(*cookie.Choosing){
		"another visitor":  func(c *cookie.Choosing) { c.Visitor = "v-2" },
		"another category": func(c *cookie.Choosing) { c.Allowed = []cookie.Category{cookie.Preference} },
		"a no":             func(c *cookie.Choosing) { c.Allowed = nil },
		"another wording":  func(c *cookie.Choosing) { c.Wording += " " },
		"another language": func(c *cookie.Choosing) { c.Language = "es" },
		"other cookies":    func(c *cookie.Choosing) { c.Shown = "ff01" },
		"another time":     func(c *cookie.Choosing) { c.At = noon.Add(-time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			_, err := b.Choose(t.Context(), staff, yes())
			require.NoError(t, err)
			other := yes()
			change(&other)
			b.Clock.Pass(time.Minute)
			got, err := b.Choose(t.Context(), staff, other)
			require.ErrorIs(t, err, cookie.ErrConflict)
			require.Zero(t, got)
			require.Len(t, append(b.given(t, "v-1"), b.given(t, "v-2")...), 1)
			entries := b.Logged(t, practice)
			require.Equal(t, audit.Refused, entries[len(entries)-1].Outcome)
		})
	}
	t.Run("another actor", func(t *testing.T) {
		b := onMemory(t)
		_, err := b.Choose(t.Context(), staff, yes())
		require.NoError(t, err)
		_, err = b.Choose(t.Context(), audit.Actor{Kind: audit.System, ID: "u-17"}, yes())
		require.ErrorIs(t, err, cookie.ErrConflict)
	})
	t.Run("a no with a signal", func(t *testing.T) {
		b := onMemory(t)
		no := yes()
		no.Allowed = nil
		_, err := b.Choose(t.Context(), staff, no)
		require.NoError(t, err)
		no.Signals.GlobalPrivacyControl = true
		_, err = b.Choose(t.Context(), staff, no)
		require.ErrorIs(t, err, cookie.ErrConflict)
	})
	t.Run("a withdrawal", func(t *testing.T) {
		b := onMemory(t)
		no := yes()
		no.Allowed, no.Wording, no.Language, no.Shown = nil, "", "", ""
		_, err := b.Choose(t.Context(), staff, no)
		require.NoError(t, err)
		_, err = b.Withdraw(t.Context(), staff, cookie.Withdrawal{ID: "c-1", Practice: practice, Visitor: "v-1"})
		require.ErrorIs(t, err, cookie.ErrConflict)
	})
}

func TestRefusalsAreRecordedAndChangeNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*cookie.Choosing)
		err   error
		says  string
	}{
		"no wording":    {func(c *cookie.Choosing) { c.Wording = " \n" }, cookie.ErrEvidence, "the notice that was shown"},
		"no language":   {func(c *cookie.Choosing) { c.Language = "" }, cookie.ErrEvidence, "its language"},
		"no cookies":    {func(c *cookie.Choosing) { c.Shown = "" }, cookie.ErrEvidence, "the cookies it named"},
		"a signal":      {func(c *cookie.Choosing) { c.Signals.DoNotTrack = true }, cookie.ErrSignal, "Do Not Track"},
		"the future":    {func(c *cookie.Choosing) { c.At = noon.Add(2 * time.Minute) }, cookie.ErrInvalid, "future"},
		"no visitor":    {func(c *cookie.Choosing) { c.Visitor = "" }, cookie.ErrInvalid, "the visitor is empty"},
		"a long id":     {func(c *cookie.Choosing) { c.ID = strings.Repeat("x", 65) }, cookie.ErrInvalid, "the id is longer"},
		"out of order":  {func(c *cookie.Choosing) { c.Allowed = []cookie.Category{cookie.Preference, cookie.Analytics} }, cookie.ErrInvalid, "each once"},
		"the necessary": {func(c *cookie.Choosing) { c.Allowed = append(c.Allowed, cookie.Session) }, cookie.ErrInvalid, "always on"},
	} {
		t.Run(name, func(t *testing.T) {
			b := onMemory(t)
			bad := yes()
			c.spoil(&bad)
			got, err := b.Choose(t.Context(), staff, bad)
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, c.says)
			require.Zero(t, got)
			require.Empty(t, b.given(t, "v-1"))
			entries := b.Logged(t, practice, "consent.cookie.choose")
			require.Len(t, entries, 1)
			require.Equal(t, audit.Refused, entries[0].Outcome)
			require.Equal(t, err.Error(), entries[0].Reason)
		})
	}

	b := onMemory(t)
	_, err := b.Choose(t.Context(), audit.Actor{}, yes())
	require.ErrorIs(t, err, cookie.ErrInvalid)
	_, err = b.Choices(t.Context(), audit.Actor{}, cookie.Query{Practice: practice, Visitor: "v-1"})
	require.ErrorIs(t, err, cookie.ErrInvalid)
	nowhere := yes()
	nowhere.Practice = ""
	_, err = b.Choose(t.Context(), staff, nowhere)
	require.ErrorIs(t, err, cookie.ErrInvalid)
	require.Empty(t, b.Logged(t, practice), "without an actor or a practice there is no entry either")

	for _, q := range []cookie.Query{{Practice: practice}, {Practice: practice, Visitor: "v-1", Limit: 1001}, {Practice: practice, Visitor: "v-1", After: "x"}} {
		_, err = b.Choices(t.Context(), staff, q)
		require.ErrorIs(t, err, cookie.ErrInvalid)
	}
	require.Len(t, b.Logged(t, practice, "consent.cookie.read"), 3)
}

func TestANoNeedsNothing(t *testing.T) {
	b := onMemory(t)
	c, err := b.Choose(t.Context(), staff, cookie.Choosing{
		Practice: practice, Visitor: "v-1", Signals: cookie.Signals{GlobalPrivacyControl: true}, At: noon.Add(time.Hour),
	})
	require.NoError(t, err)
	require.NotEmpty(t, c.ID)
	require.Equal(t, []cookie.Choice{c}, b.given(t, "v-1"))
	require.Equal(t, "GPC", b.Logged(t, practice)[0].Details["signals"])
}

func TestWhatCannotBeRecordedIsNotRead(t *testing.T) {
	b := onMemory(t)
	_, err := b.Choose(t.Context(), staff, yes())
	require.NoError(t, err)
	s, err := cookie.New(b.store, stage.Full(t), nil)
	require.NoError(t, err)
	page, err := s.Choices(t.Context(), staff, cookie.Query{Practice: practice, Visitor: "v-1"})
	require.ErrorIs(t, err, stage.ErrFull)
	require.Zero(t, page)
}

func TestChoicesComeInPages(t *testing.T) {
	b := onMemory(t)
	for i := range 3 {
		_, err := b.Withdraw(t.Context(), staff, cookie.Withdrawal{ID: fmt.Sprint(i), Practice: practice, Visitor: "v-1"})
		require.NoError(t, err)
		b.Clock.Pass(time.Minute)
	}
	q := cookie.Query{Practice: practice, Visitor: "v-1", Limit: 2}
	page, err := b.Choices(t.Context(), staff, q)
	require.NoError(t, err)
	require.Len(t, page.Choices, 2)
	q.After = page.Next
	page, err = b.Choices(t.Context(), staff, q)
	require.NoError(t, err)
	require.Len(t, page.Choices, 1)
	require.Empty(t, page.Next)
	require.Equal(t, "2", page.Choices[0].ID)
}
