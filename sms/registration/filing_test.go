package registration_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/registration"
)

// office is a provider that says what it is told to.
type office struct {
	mu      sync.Mutex
	asked   []registration.Request
	fetched []registration.Request
	word    registration.Word
	err     error
}

func (o *office) Submit(_ context.Context, r registration.Request) (registration.Word, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, r)
	return o.word, o.err
}

func (o *office) Fetch(_ context.Context, r registration.Request) (registration.Word, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fetched = append(o.fetched, r)
	return o.word, o.err
}

// filing is a bench whose brand is filed with an office.
func filing(t testing.TB, word registration.Word, err error) (bench, *office) {
	t.Helper()
	o := &office{word: word, err: err}
	b := onMemory(t).by(t, registration.Options{Registrars: map[string]registration.Registrar{"telnyx": o}})
	b.draft(t, brand, content(brand))
	return b, o
}

func submission(id string) registration.Submission {
	return registration.Submission{ID: id, Practice: practice, Subject: brand, Provider: "telnyx"}
}

func TestAProviderIsAskedOnce(t *testing.T) {
	b, o := filing(t, registration.Word{Kind: registration.Received, Notice: registration.Notice{Reference: "B1"}}, nil)
	s, err := b.Submit(t.Context(), staff, submission("s-1"))
	require.NoError(t, err)
	require.Equal(t, registration.Submitted, s.Status)
	require.Equal(t, "B1", s.Notice.Reference)
	require.Equal(t, []registration.Request{{Practice: practice, Subject: brand, Filing: "s-1", Brand: elm()}}, o.asked)

	_, err = b.Submit(t.Context(), staff, submission("s-1"))
	require.NoError(t, err)
	require.Len(t, o.asked, 1, "the same submission asks what became of it")
	require.Len(t, o.fetched, 1)
	require.Equal(t, "B1", o.fetched[0].Reference)
	facts, err := b.store.Ledger(t.Context(), practice)
	require.NoError(t, err)
	require.Len(t, facts, 3, "what says nothing new is not written")
}

func TestAProviderThatDidNotTakeItOn(t *testing.T) {
	b, o := filing(t, registration.Word{}, &registration.NotTaken{Code: "10015", Reason: "the EIN is known"})
	s, err := b.Submit(t.Context(), staff, submission("s-1"))
	require.ErrorIs(t, err, registration.ErrNotTaken)
	require.ErrorContains(t, err, "10015")
	require.Equal(t, registration.Drafted, s.Status)
	require.Equal(t, "the EIN is known", s.Notice.Reason)
	o.err, o.word = nil, registration.Word{Kind: registration.Received, Notice: registration.Notice{Reference: "B1"}}
	s, err = b.Submit(t.Context(), staff, submission("s-2"))
	require.NoError(t, err)
	require.Equal(t, registration.Submitted, s.Status)
	require.Empty(t, o.asked[1].Reference, "it is a new one at the provider")
}

func TestALostAnswerIsAskedFor(t *testing.T) {
	b, o := filing(t, registration.Word{}, errors.New("the line is dead"))
	_, err := b.Submit(t.Context(), staff, submission("s-1"))
	require.ErrorContains(t, err, "the line is dead")
	_, err = b.Submit(t.Context(), staff, submission("s-2"))
	require.ErrorIs(t, err, registration.ErrOrder, "nobody knows whether it is there, so nothing is submitted again")

	o.err, o.word = nil, registration.Word{Kind: registration.Returned}
	s, err := b.Refresh(t.Context(), worker, practice, brand)
	require.NoError(t, err)
	require.Equal(t, registration.Drafted, s.Status, "the provider never had it")
	require.Equal(t, "s-1", o.fetched[0].Filing)

	o.word = registration.Word{Kind: registration.Approved, Notice: registration.Notice{Reference: "B1", Score: 80}}
	s, err = b.Submit(t.Context(), staff, submission("s-3"))
	require.NoError(t, err)
	require.Equal(t, registration.Approved, s.Status)
	require.Equal(t, 80, s.Notice.Score)
}

func TestARejectionIsEditedUnderItsReference(t *testing.T) {
	rejected := registration.Word{Kind: registration.Rejected, Notice: registration.Notice{
		Reference: "B1", Code: "30440", EditUntil: noon.Add(7*24*time.Hour + 1), // finer than any store keeps
	}}
	b, o := filing(t, rejected, nil)
	for i, days := range []int{0, 6, 9} {
		b.Clock.Pass(time.Duration(days) * 24 * time.Hour)
		if i > 0 {
			b.draft(t, brand, content(brand))
		}
		_, err := b.Submit(t.Context(), staff, submission(fmt.Sprint(i)))
		require.NoError(t, err)
		require.Equal(t, []string{"", "B1", ""}[i], o.asked[i].Reference, "on day %d", days)
	}
	n := len(b.Logged(t, practice))
	_, err := b.Refresh(t.Context(), worker, practice, brand)
	require.NoError(t, err)
	require.Len(t, b.Logged(t, practice), n, "the same word again is not written")
}

func TestAskingTheProviderLeavesANewDraft(t *testing.T) {
	b, o := filing(t, registration.Word{Kind: registration.Rejected, Notice: registration.Notice{Reference: "B1", Code: "30440"}}, nil)
	_, err := b.Submit(t.Context(), staff, submission("s-1"))
	require.NoError(t, err)
	b.draft(t, brand, content(brand))
	n := len(b.Logged(t, practice))
	s, err := b.Refresh(t.Context(), worker, practice, brand)
	require.NoError(t, err)
	require.Equal(t, registration.Drafted, s.Status)
	require.Len(t, b.Logged(t, practice), n, "the same word again is not written")
	o.word = registration.Word{Kind: registration.Received, Notice: registration.Notice{Reference: "B2"}}
	s, err = b.Submit(t.Context(), staff, submission("s-2"))
	require.NoError(t, err)
	require.Equal(t, registration.Submitted, s.Status)
}

func TestACampaignIsFiledUnderItsBrand(t *testing.T) {
	b, o := filing(t, registration.Word{Kind: registration.Approved, Notice: registration.Notice{Reference: "B1"}}, nil)
	_, err := b.Submit(t.Context(), staff, submission("s-1"))
	require.NoError(t, err)
	for _, s := range []registration.Subject{campaign, tollFree} {
		b.draft(t, s, content(s))
		_, err = b.Submit(t.Context(), staff, registration.Submission{Practice: practice, Subject: s, Provider: "telnyx"})
		require.NoError(t, err)
	}
	require.Equal(t, "B1", o.asked[1].BrandID)
	require.Equal(t, elm(), o.asked[1].Brand)
	require.Equal(t, reminders(), o.asked[1].Campaign)
	require.Equal(t, elm(), o.asked[2].Brand)
	require.Equal(t, verification(), o.asked[2].TollFree)
}

func TestRefresh(t *testing.T) {
	b := busy(t)
	_, err := b.Refresh(t.Context(), worker, practice, campaign)
	require.ErrorIs(t, err, registration.ErrOrder, "it was not submitted")
	s, err := b.Refresh(t.Context(), worker, practice, brand)
	require.NoError(t, err)
	require.Equal(t, registration.Approved, s.Status, "without a registrar it stands at what was told")
	_, err = b.Refresh(t.Context(), worker, "", brand)
	require.ErrorIs(t, err, registration.ErrInvalid)
}
