package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/examples/internal/secretfile"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// checkpointView is the newest signed head of the log's tree.
type checkpointView struct {
	Size    int64  `json:"size"`
	Root    string `json:"root"`
	Signed  string `json:"signed"` // as the notary signed it; keep it where nobody can change it
	Key     string `json:"public_key"`
	Altered bool   `json:"altered,omitempty"` // it is not what the notary signed, so nothing of it is shown
}

// reportView is what a verification found.
type reportView struct {
	At      time.Time       `json:"at"`
	OK      bool            `json:"ok"` // nothing is damaged, and nothing is overdue
	Says    string          `json:"says"`
	Size    int64           `json:"size"`
	Pending int             `json:"pending"` // not proven yet
	Since   *time.Time      `json:"pending_since"`
	Overdue bool            `json:"overdue"` // pending for so long that somebody has to look why
	Damage  []notary.Damage `json:"damage"`
}

// Verdict is one word for it.
func (r reportView) Verdict() string {
	switch {
	case len(r.Damage) > 0:
		return "damaged"
	case r.Overdue:
		return "not proven"
	}
	return "verified"
}

// When is when it was checked.
func (r reportView) When() string { return spoken(r.At) }

// checkpoint returns the newest checkpoint, or nil while nothing is integrated.
func checkpoint(ctx context.Context, s *scene) (*checkpointView, error) {
	signed, err := s.Reader.Checkpoint(ctx, world.Practice)
	if errors.Is(err, notary.ErrNotFound) {
		return nil, nil // there is none, and that is no error
	}
	if err != nil {
		return nil, err
	}
	point, err := s.OpenCheckpoint(signed)
	if err != nil {
		return &checkpointView{Key: s.Public, Altered: true}, nil // whoever looks at the log has to see it
	}
	return &checkpointView{Size: point.Size, Root: point.Root.String(), Signed: signed, Key: s.Public}, nil
}

// verify checks the whole log against its tree, and against the newest checkpoint that was kept from an earlier time: a
// log that was cut short together with its tree is found by nothing else.
func verify(ctx context.Context, s *scene, c config, given string) (reportView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file := "" // in memory the checkpoint lives as long as the log
	var err error
	if s.Durable {
		if file, err = c.place().Checkpoint(); err != nil {
			return reportView{}, err
		}
	}
	kept, err := s.keptCheckpoints(file, given)
	if err != nil {
		return reportView{}, err
	}
	report, err := s.Reader.Verify(ctx, s.Log, world.Practice, kept...)
	if errors.Is(err, notary.ErrProof) || errors.Is(err, notary.ErrInvalid) {
		return reportView{}, badInput("The checkpoint that was kept cannot be read, or was not signed by this log's notary.")
	}
	if err != nil {
		return reportView{}, err
	}
	v := viewOf(report, s.Clock.Now())
	outcome := audit.Done
	if report.OK() {
		if s.kept = report.Checkpoint; s.Durable && s.kept != "" {
			if err := secretfile.Put(file, strings.TrimSuffix(s.kept, "\n"), true); err != nil {
				return reportView{}, err
			}
		}
	} else {
		outcome = audit.Refused
	}
	s.report = &v
	return v, s.Log.Record(ctx, audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "audit.log.verify", Outcome: outcome,
		Object: audit.Object{Kind: "log"}, Reason: v.Says,
	})
}

// viewOf says what a report means at a moment.
func viewOf(r *notary.Report, now time.Time) reportView {
	v := reportView{At: now, Size: r.Size, Pending: r.Pending, Overdue: r.Overdue(now), Damage: r.Damage}
	v.OK = r.OK() && !v.Overdue
	v.Says = fmt.Sprintf("All %d entries that were integrated are as they were written, in their order, and none is missing.", v.Size)
	if v.Size == 0 {
		v.Says = "Nothing was integrated yet, so nothing is proven."
	}
	if !r.OK() {
		v.Says = fmt.Sprintf("The log was damaged in %d places. The first: %s.", len(v.Damage)+r.More, v.Damage[0].Note)
	}
	if v.Pending > 0 {
		v.Since = &r.Since
		v.Says += fmt.Sprintf(" %d entries since %s wait for the notary and are not proven yet.", v.Pending, spoken(r.Since))
	}
	if v.Overdue {
		v.Says += " That is too long: see in the server's log why the notary's steps fail."
	}
	return v
}

// keptCheckpoints returns what the log has to continue: what somebody brings along, and what was kept here.
func (s *scene) keptCheckpoints(file, given string) ([]string, error) {
	var kept []string
	if given != "" {
		kept = append(kept, given)
	}
	if s.kept == "" && s.Durable {
		raw, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the kept checkpoint: %w", err)
		}
		s.kept = string(raw)
	}
	if s.kept != "" {
		kept = append(kept, s.kept)
	}
	return kept, nil
}

// lastReport returns what the last verification found, or nil.
func (s *scene) lastReport() *reportView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report
}
