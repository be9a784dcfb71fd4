package cookie

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Kind is what is wrong with a cookie that the site tried to set.
type Kind string

// The kinds. That a visitor has not allowed a cookie is nothing wrong, and no finding.
const (
	Unregistered Kind = "unregistered" // the register does not name it
	ForeignHost  Kind = "domain"       // it names a Domain
	ForeignSite  Kind = "samesite"     // it is set with SameSite=None
	TooLong      Kind = "life"         // it is set for longer than the register says
	Elsewhere    Kind = "path"         // it is set under another path than the register says
	Malformed    Kind = "malformed"    // it cannot be read, or not in one way
)

// Finding is a cookie that the site tried to set and that no choice of a visitor's allows. It was stripped. The log keeps
// it as a refused act of the action "consent.cookie." and the kind, by the actor "cookies".
type Finding struct {
	Cookie string // its name
	Kind   Kind
	Why    string
}

// kind returns what is wrong where a rule refuses, or false where nothing is.
func (l *Law) kind(rule string) (Kind, bool) {
	for _, r := range l.rules {
		if r.ID != rule {
			continue
		}
		switch r.Check {
		case CheckRegister:
			return Unregistered, true
		case CheckHost:
			return ForeignHost, true
		case CheckSite:
			return ForeignSite, true
		case CheckLife:
			return TooLong, true
		case CheckPath:
			return Elsewhere, true
		}
	}
	return "", false
}

// most is how many findings a process reports: a site that gives each cookie a name of its own fills no log.
const most = 100

// reports is what a process has reported.
type reports struct {
	mu   sync.Mutex
	seen map[report]bool
}

type report struct {
	cookie string
	kind   Kind
}

func (r *reports) first(k report) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[k] || len(r.seen) >= most {
		return false
	}
	r.seen[k] = true
	return true
}

func (r *reports) again(k report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seen, k)
}

// report records a finding, once for each name and kind, whether or not the client is still there. One that cannot be
// recorded is tried again when it recurs; the cookie is stripped all the same.
func (v *visit) report(f Finding) {
	k := report{f.Cookie, f.Kind}
	if !v.reported.first(k) {
		return
	}
	e := audit.Entry{
		Practice: v.practice, Actor: audit.Actor{Kind: audit.System, ID: agent}, Action: "consent.cookie." + string(f.Kind),
		Outcome: audit.Refused, Object: audit.Object{Kind: "cookie"}, Reason: f.Why,
	}
	if form.Text(ErrInvalid, "", f.Cookie, 1<<10, true) == nil {
		e.Object.ID = f.Cookie
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(v.request.Context()), 5*time.Second)
	defer stop()
	if err := v.choices.log.Record(ctx, e); err != nil {
		v.reported.again(k)
		v.logger.ErrorContext(ctx, "a cookie was stripped and the finding could not be recorded", slog.String("error", err.Error()))
	}
}
