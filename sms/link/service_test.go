package link_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms/link"
)

func TestNewNeedsAStoreAndALog(t *testing.T) {
	b := onMemory(t)
	_, err := link.New(nil, b.log, nil)
	require.ErrorIs(t, err, link.ErrInvalid)
	_, err = link.New(b.store, nil, nil)
	require.ErrorIs(t, err, link.ErrInvalid)
	s, err := link.New(b.store, b.log, nil)
	require.NoError(t, err)
	l := command("")
	token, err := s.Issue(t.Context(), staff, l)
	require.NoError(t, err)
	_, err = s.Open(t.Context(), parent, link.Opening{Practice: practice, Token: token})
	require.ErrorIs(t, err, link.ErrOther, "nobody vouches")
	r, err := s.Open(t.Context(), ana, link.Opening{Practice: practice, Token: token})
	require.NoError(t, err)
	require.Equal(t, document, r)
}

func TestTheSameCommandReturnsTheSameLink(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		l := command("l-1")
		l.Secret = link.NewToken()
		token, err := b.Issue(t.Context(), staff, l)
		require.NoError(t, err)
		require.Equal(t, l.Secret, token)
		b.clock.pass(time.Hour)
		again := func(change func(*link.Link)) (string, error) {
			l := l
			change(&l)
			return b.Issue(t.Context(), staff, l)
		}
		same, err := again(func(*link.Link) {})
		require.NoError(t, err)
		require.Equal(t, token, same)
		_, err = again(func(l *link.Link) { l.Expires = noon.Add(link.Lasts) })
		require.NoError(t, err, "what it has by default")
		require.Len(t, b.logged(t), 1)

		for name, change := range map[string]func(*link.Link){
			"no secret":        func(l *link.Link) { l.Secret = "" },
			"another secret":   func(l *link.Link) { l.Secret = link.NewToken() },
			"another patient":  func(l *link.Link) { l.Patient = "p-2" },
			"another resource": func(l *link.Link) { l.Resource.ID = "d-2" },
			"another expiry":   func(l *link.Link) { l.Expires = noon.Add(2 * time.Hour) },
			"another id":       func(l *link.Link) { l.ID = "l-2" },
			"no id":            func(l *link.Link) { l.ID = "" },
		} {
			_, err := again(change)
			require.ErrorIs(t, err, link.ErrConflict, name)
			require.NotContains(t, err.Error(), token)
		}
		_, err = b.Issue(t.Context(), worker, l)
		require.ErrorIs(t, err, link.ErrConflict, "somebody else's act")

		_, err = b.press(t, ana, token)
		require.NoError(t, err)
		b.clock.pass(30 * 24 * time.Hour)
		same, err = again(func(*link.Link) {})
		require.NoError(t, err, "a repetition is none the worse for what became of the link")
		require.Equal(t, token, same)
	})
}

func TestIssueRefusesWhatLeadsNowhere(t *testing.T) {
	b := onMemory(t)
	for name, change := range map[string]func(*link.Link){
		"no patient":            func(l *link.Link) { l.Patient = " " },
		"no resource":           func(l *link.Link) { l.Resource = link.Resource{} },
		"a long resource":       func(l *link.Link) { l.Resource.ID = strings.Repeat("planted", 20) },
		"an id that is no text": func(l *link.Link) { l.ID = "a\x00" },
		"an expiry that is now": func(l *link.Link) { l.Expires = noon },
		"one that is past":      func(l *link.Link) { l.Expires = noon.Add(-time.Hour) },
		"one that is too far":   func(l *link.Link) { l.Expires = noon.Add(link.Longest + time.Microsecond) },
		"a short secret":        func(l *link.Link) { l.Secret = "QTZK4W7XGPHV2N6RJSC3Y" },
		"a secret with a sign":  func(l *link.Link) { l.Secret = "QTZK4W7X-GPHV2N6RJSC3Y7D" },
		"a secret that tells":   func(l *link.Link) { l.Secret = "RootCanalQTZK4W7XGPHV2N6" },
		"a long secret":         func(l *link.Link) { l.Secret = strings.Repeat("QTZK4W7XG", 8) },
	} {
		l := command("l-1")
		change(&l)
		token, err := b.Issue(t.Context(), staff, l)
		require.ErrorIs(t, err, link.ErrInvalid, name)
		require.Empty(t, token)
		require.NotContains(t, err.Error(), "planted")
		require.Equal(t, 1, strings.Count(err.Error(), "link: "), err.Error())
	}
	for _, e := range b.logged(t) {
		require.Equal(t, audit.Refused, e.Outcome)
	}
	require.Len(t, b.logged(t), 11)

	l := command("l-1")
	l.Practice = ""
	_, err := b.Issue(t.Context(), staff, l)
	require.ErrorIs(t, err, link.ErrInvalid)
	_, err = b.Issue(t.Context(), audit.Actor{}, command("l-1"))
	require.ErrorIs(t, err, link.ErrInvalid)
	for _, by := range []audit.Actor{ana, parent} {
		_, err = b.Issue(t.Context(), by, command("l-1"))
		require.ErrorIs(t, err, link.ErrInvalid, "patients issue no links")
	}

	far := command("l-1")
	far.Expires = noon.Add(link.Longest).In(time.FixedZone("CST", -6*3600))
	_, err = b.Issue(t.Context(), staff, far)
	require.NoError(t, err)
}

func TestRevoke(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		token := b.issue(t, "l-1")
		revoke := func(by audit.Actor, id string) error {
			return b.Revoke(t.Context(), by, link.Revocation{Practice: practice, ID: id})
		}
		require.ErrorIs(t, revoke(ana, "l-1"), link.ErrInvalid)
		require.ErrorIs(t, revoke(audit.Actor{}, "l-1"), link.ErrInvalid)
		require.ErrorIs(t, revoke(staff, ""), link.ErrInvalid)
		require.ErrorIs(t, revoke(staff, "l-9"), link.ErrUnknown)
		require.True(t, b.ready(t, token))
		require.NoError(t, revoke(staff, "l-1"))
		require.False(t, b.ready(t, token))
		b.shut(t, ana, token, link.ErrRevoked)
		entries := len(b.logged(t))
		require.NoError(t, revoke(worker, "l-1"), "again")
		require.Len(t, b.logged(t), entries, "and without an entry")

		token = b.issue(t, "l-2")
		_, err := b.press(t, ana, token)
		require.NoError(t, err)
		require.ErrorIs(t, revoke(staff, "l-2"), link.ErrUsed)

		found := false
		for _, e := range b.logged(t, "sms.link.revoke") {
			found = found || e.Patient == ana.ID && e.Object.ID == "l-2" && e.Outcome == audit.Refused
		}
		require.True(t, found, "the refusal is recorded beside the patient")
	})
}

func TestWithdraw(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		expired := b.issue(t, "expired")
		b.clock.pass(link.Lasts)
		used, one, two := b.issue(t, "used"), b.issue(t, "one"), b.issue(t, "two")
		_, err := b.press(t, ana, used)
		require.NoError(t, err)
		other := command("other")
		other.Patient = stranger.ID
		foreign, err := b.Issue(t.Context(), staff, other)
		require.NoError(t, err)

		w := link.Withdrawal{Practice: practice, Patient: ana.ID}
		_, err = b.Withdraw(t.Context(), ana, w)
		require.ErrorIs(t, err, link.ErrInvalid)
		_, err = b.Withdraw(t.Context(), staff, link.Withdrawal{Practice: practice})
		require.ErrorIs(t, err, link.ErrInvalid)
		n, err := b.Withdraw(t.Context(), worker, w)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		b.shut(t, ana, one, link.ErrRevoked)
		b.shut(t, ana, two, link.ErrRevoked)
		b.shut(t, ana, used, link.ErrUsed)
		b.shut(t, ana, expired, link.ErrExpired)
		require.True(t, b.ready(t, foreign), "another patient's link stays")
		n, err = b.Withdraw(t.Context(), worker, w)
		require.NoError(t, err)
		require.Zero(t, n)

		states, err := b.Links(t.Context(), staff, practice, ana.ID)
		require.NoError(t, err)
		ended := map[string]link.Kind{}
		for _, s := range states {
			require.Equal(t, document, s.Issued.Resource)
			ended[s.Issued.ID] = s.Ended.Kind
		}
		require.Equal(t, map[string]link.Kind{"expired": "", "used": link.Opened, "one": link.Revoked, "two": link.Revoked}, ended)
	})
}

func TestLinksAreReadOnRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		b.issue(t, "l-1")
		_, err := b.Links(t.Context(), ana, practice, ana.ID)
		require.ErrorIs(t, err, link.ErrInvalid)
		_, err = b.Links(t.Context(), audit.Actor{}, practice, ana.ID)
		require.ErrorIs(t, err, link.ErrInvalid)
		_, err = b.Links(t.Context(), staff, "", ana.ID)
		require.ErrorIs(t, err, link.ErrInvalid)
		states, err := b.Links(t.Context(), staff, practice, ana.ID)
		require.NoError(t, err)
		require.Len(t, states, 1)
		done := 0
		for _, e := range b.logged(t, "sms.link.read") {
			if e.Patient == ana.ID && e.Outcome == audit.Done {
				done++
			}
		}
		require.Equal(t, 1, done)
	})
	b := onMemory(t)
	b.issue(t, "l-1")
	s, err := link.New(b.store, broken(t), &link.Options{Now: b.clock.now})
	require.NoError(t, err)
	states, err := s.Links(t.Context(), staff, practice, ana.ID)
	require.ErrorIs(t, err, errBroken)
	require.Empty(t, states, "what cannot be recorded is not shown")
}

var errBroken = errors.New("the log is full")

// full is an audit store that takes nothing.
type full struct{ audit.Store }

func (full) Append(context.Context, ...audit.Leaf) error { return errBroken }

func broken(t *testing.T) *audit.Log {
	t.Helper()
	log, err := audit.NewLog(full{}, keyring(t), nil)
	require.NoError(t, err)
	return log
}

// faulty is a store that fails, or says what the next test wants.
type faulty struct {
	link.Store
	link  func() (link.State, bool, error)
	find  func() (link.State, bool, error)
	of    func() ([]link.State, error)
	apply func(link.Change) (bool, error)
}

func (f faulty) Link(ctx context.Context, practice, id string) (link.State, bool, error) {
	if f.link == nil {
		return f.Store.Link(ctx, practice, id)
	}
	return f.link()
}

func (f faulty) Find(ctx context.Context, practice, token string) (link.State, bool, error) {
	if f.find == nil {
		return f.Store.Find(ctx, practice, token)
	}
	return f.find()
}

func (f faulty) Of(ctx context.Context, practice, patient string) ([]link.State, error) {
	if f.of == nil {
		return f.Store.Of(ctx, practice, patient)
	}
	return f.of()
}

func (f faulty) Apply(ctx context.Context, c link.Change) (bool, error) {
	if f.apply == nil {
		return f.Store.Apply(ctx, c)
	}
	return f.apply(c)
}

func TestWhatTheStoreAnswersIsPassedOn(t *testing.T) {
	failed := func() (link.State, bool, error) { return link.State{}, false, errBroken }
	for name, break_ := range map[string]func(*faulty){
		"link":  func(f *faulty) { f.link = failed },
		"find":  func(f *faulty) { f.find = failed },
		"of":    func(f *faulty) { f.of = func() ([]link.State, error) { return nil, errBroken } },
		"apply": func(f *faulty) { f.apply = func(link.Change) (bool, error) { return false, errBroken } },
	} {
		b := onMemory(t)
		token := b.issue(t, "l-1")
		f := faulty{Store: b.store}
		break_(&f)
		s, err := link.New(f, b.log, &link.Options{Now: b.clock.now})
		require.NoError(t, err)
		_, issued := s.Issue(t.Context(), staff, command("l-2"))
		_, peeked := s.Peek(t.Context(), practice, token)
		_, withdrew := s.Withdraw(t.Context(), staff, link.Withdrawal{Practice: practice, Patient: ana.ID})
		r, opened := s.Open(t.Context(), ana, link.Opening{Practice: practice, Token: token})
		_, read := s.Links(t.Context(), staff, practice, ana.ID)
		revoked := s.Revoke(t.Context(), staff, link.Revocation{Practice: practice, ID: "l-1"})
		for act, want := range map[string]struct {
			err   error
			fails bool
		}{
			"issue": {issued, name == "link" || name == "apply"}, "peek": {peeked, name == "find"},
			"withdraw": {withdrew, name == "of" || name == "apply"}, "open": {opened, name == "find" || name == "apply"},
			"read": {read, name == "of"}, "revoke": {revoked, name == "link" || name == "apply"},
		} {
			require.Equal(t, want.fails, errors.Is(want.err, errBroken), "%s of %s: %v", act, name, want.err)
		}
		if opened != nil {
			require.Zero(t, r)
		}
	}
}

// TestAFasterPressWins has somebody end or issue a link between a look and a write.
func TestAFasterPressWins(t *testing.T) {
	b := onMemory(t)
	ctx := t.Context()
	racing := func(before func()) *link.Service {
		once := sync.OnceFunc(before)
		s, err := link.New(faulty{Store: b.store, apply: func(c link.Change) (bool, error) {
			once()
			return b.store.Apply(ctx, c)
		}}, b.log, &link.Options{Now: b.clock.now})
		require.NoError(t, err)
		return s
	}
	token := b.issue(t, "opened")
	s := racing(func() { _, err := b.press(t, ana, token); require.NoError(t, err) })
	_, err := s.Open(ctx, ana, link.Opening{Practice: practice, Token: token})
	require.ErrorIs(t, err, link.ErrUsed)

	token = b.issue(t, "revoked")
	revoke := func() {
		require.NoError(t, b.Revoke(ctx, staff, link.Revocation{Practice: practice, ID: "revoked"}))
	}
	_, err = racing(revoke).Open(ctx, ana, link.Opening{Practice: practice, Token: token})
	require.ErrorIs(t, err, link.ErrRevoked)

	token = b.issue(t, "taken")
	s = racing(func() { _, err := b.press(t, ana, token); require.NoError(t, err) })
	require.ErrorIs(t, s.Revoke(ctx, staff, link.Revocation{Practice: practice, ID: "taken"}), link.ErrUsed)

	l := command("twice")
	l.Secret = link.NewToken()
	s = racing(func() { _, err := b.Issue(ctx, staff, l); require.NoError(t, err) })
	token, err = s.Issue(ctx, staff, l)
	require.NoError(t, err)
	require.Equal(t, l.Secret, token)

	token = b.issue(t, "half")
	s = racing(func() { _, err := b.press(t, ana, token); require.NoError(t, err) })
	n, err := s.Withdraw(ctx, staff, link.Withdrawal{Practice: practice, Patient: ana.ID})
	require.NoError(t, err)
	require.Equal(t, 1, n, "the one that was issued twice; the other one was opened meanwhile")
}

// An opening is recorded in order whatever the clocks of several processes say.
func TestTimesDoNotRunBackwards(t *testing.T) {
	b := onMemory(t)
	token := b.issue(t, "l-1")
	second := b.issue(t, "l-2")
	b.clock.pass(-time.Hour)
	_, err := b.press(t, ana, token)
	require.NoError(t, err)
	require.NoError(t, b.Revoke(t.Context(), staff, link.Revocation{Practice: practice, ID: "l-2"}))
	b.shut(t, ana, second, link.ErrRevoked)
	states, err := b.Links(t.Context(), staff, practice, ana.ID)
	require.NoError(t, err)
	for _, s := range states {
		require.Equal(t, noon, s.Ended.Recorded)
	}
}

// Issuing takes part in the caller's transaction; opening does not, for what was shown was shown.
func TestTransactions(t *testing.T) {
	b := onPostgres(t)
	ctx := t.Context()
	token := b.issue(t, "l-1")
	tx, err := b.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	bound := b.WithStore(b.bound(tx))
	lost, err := bound.Issue(ctx, staff, command("l-2"))
	require.NoError(t, err)
	_, err = bound.Open(ctx, ana, link.Opening{Practice: practice, Token: token})
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	require.False(t, b.ready(t, lost))
	b.shut(t, ana, lost, link.ErrUnknown)
	b.shut(t, ana, token, link.ErrUsed)
}

// No token is kept, and none stands in the log.
func TestTokensAreKeptByNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		token := b.issue(t, "l-1")
		_, err := b.press(t, ana, token)
		require.NoError(t, err)
		b.shut(t, ana, token, link.ErrUsed)
		b.shut(t, ana, token+"X", link.ErrUnknown)
		states, err := b.store.Of(t.Context(), practice, ana.ID)
		require.NoError(t, err)
		kept, err := json.Marshal(struct {
			States  []link.State
			Entries []audit.Entry
		}{states, b.logged(t)})
		require.NoError(t, err)
		require.Contains(t, string(kept), document.ID, "nothing is kept at all")
		require.NotContains(t, string(kept), token)
	})
}

func TestPressesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		token := b.issue(t, "l-1")
		var group sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			group.Go(func() {
				_, results[i] = b.Open(t.Context(), ana, link.Opening{Practice: practice, Token: token})
			})
		}
		group.Wait()
		opened := 0
		for _, err := range results {
			if err == nil {
				opened++
				continue
			}
			require.ErrorIs(t, err, link.ErrUsed)
		}
		require.Equal(t, 1, opened)
		require.Len(t, b.logged(t, "sms.link.open"), 8)
	})
}
