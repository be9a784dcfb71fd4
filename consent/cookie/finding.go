package cookie

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// fault is what is wrong with a cookie that the site tried to set. That a visitor has not allowed it is nothing wrong.
type fault string

// The faults: the last part of an entry's action, "consent.cookie.unregistered".
const (
	unregistered fault = "unregistered" // the register does not name it
	foreignHost  fault = "domain"       // it names a Domain
	foreignSite  fault = "samesite"     // it is set with SameSite=None
	tooLong      fault = "life"         // it is set for longer than the register says
	elsewhere    fault = "path"         // it is set under another path than the register says
	malformed    fault = "malformed"    // it cannot be read, or not in one way
)

// finding is a cookie that the site tried to set and that no choice of a visitor's allows. It was stripped.
type finding struct {
	cookie string // its name
	fault  fault
}

// fault returns what is wrong where the check refuses, or "" where nothing is.
func (c Check) fault() fault {
	switch c {
	case CheckRegister:
		return unregistered
	case CheckHost:
		return foreignHost
	case CheckSite:
		return foreignSite
	case CheckLife:
		return tooLong
	case CheckPath:
		return elsewhere
	}
	return ""
}

// most is how many findings a process reports: a site that gives each cookie a name of its own fills no log.
const most = 100

// reports is what a process has reported.
type reports struct {
	mu   sync.Mutex
	seen map[finding]bool
}

func (r *reports) first(f finding) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[f] || len(r.seen) >= most {
		return false
	}
	r.seen[f] = true
	return true
}

func (r *reports) again(f finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.seen, f)
}

// report records a finding as a refused act, once for each name and fault, whether or not the client is still there. One
// that cannot be recorded is tried again when it recurs; the cookie is stripped all the same.
func (v *visit) report(f finding, why string) {
	if !v.reported.first(f) {
		return
	}
	e := audit.Entry{
		Practice: v.practice, Actor: audit.Actor{Kind: audit.System, ID: agent}, Action: "consent.cookie." + string(f.fault),
		Outcome: audit.Refused, Object: audit.Object{Kind: "cookie", ID: form.Fit(f.cookie, 1<<10)}, Reason: why,
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(v.request.Context()), 5*time.Second)
	defer stop()
	if err := v.choices.log.Record(ctx, e); err != nil {
		v.reported.again(f)
		v.logger.ErrorContext(ctx, "a cookie was stripped and the finding could not be recorded", slog.String("error", err.Error()))
	}
}
