package main

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/template"
)

// castView is one text to many, and how far it has come. It counts, and names nobody.
type castView struct {
	ID         string              `json:"id"`
	Status     broadcast.Status    `json:"status"`
	Category   string              `json:"category"`
	Body       string              `json:"body"` // in English
	Audience   broadcast.Criterion `json:"audience"`
	NotBefore  time.Time           `json:"not_before,omitzero"`
	LastUseful time.Time           `json:"last_useful"`
	Reason     string              `json:"reason,omitempty"` // why it was paused or cancelled
	Recipients int                 `json:"recipients"`
	Gathered   bool                `json:"gathered"` // the audience is complete
	Waiting    int                 `json:"waiting"`
	Waits      map[string]int      `json:"waits,omitempty"` // of those who wait: for what a person sees to, as broadcast.Progress says it
	Queued     int                 `json:"queued"`
	Review     int                 `json:"review"` // nobody knows whether it arrived: a person finds out
	Sent       int                 `json:"sent"`
	Withdrawn  int                 `json:"withdrawn"`
	Refused    map[string]int      `json:"refused"` // by the rule that forbade it
	Failed     map[string]int      `json:"failed"`  // by the class of the error
}

// Steps are what can be done with it.
func (v castView) Steps() []string {
	switch v.Status {
	case broadcast.Draft:
		return []string{"start", "cancel"}
	case broadcast.Running:
		return []string{"pause", "cancel"}
	case broadcast.Held:
		return []string{"resume", "cancel"}
	}
	return nil
}

// Counts says how far it has come, in one line.
func (v castView) Counts() string {
	parts := []string{strconv.Itoa(v.Recipients) + " in the audience"}
	for _, p := range []struct {
		n    int
		says string
	}{{v.Waiting, "waiting"}, {v.Queued, "queued or on its way"}, {v.Sent, "sent"}, {v.Review, "for a person"}, {v.Withdrawn, "taken back"}} {
		if p.n > 0 {
			parts = append(parts, strconv.Itoa(p.n)+" "+p.says)
		}
	}
	for _, why := range slices.Sorted(maps.Keys(v.Waits)) {
		parts = append(parts, strconv.Itoa(v.Waits[why])+" of those who wait cannot be texted yet: "+waitsFor[why])
	}
	for _, rule := range slices.Sorted(maps.Keys(v.Refused)) {
		parts = append(parts, strconv.Itoa(v.Refused[rule])+" refused by "+rule)
	}
	for _, class := range slices.Sorted(maps.Keys(v.Failed)) {
		parts = append(parts, strconv.Itoa(v.Failed[class])+" failed: "+class)
	}
	return strings.Join(parts, ", ")
}

// waitsFor says why a recipient is passed over, and what somebody can do about it.
var waitsFor = map[string]string{
	"channel":       "nobody can tell where the patient wants to be reached; look at the chart",
	"authorization": "nobody can tell whether the patient's authorization is in force",
	"error":         "the text could not be queued; the worker's log says why",
}

func lookCasts(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return casts(ctx, s)
}

// casts returns the practice's broadcasts, the newest first, after recording that the desk looked.
func casts(ctx context.Context, s *scene) ([]castView, error) {
	page, err := s.Casts.List(ctx, world.Desk(), broadcast.Query{Practice: world.Practice, Limit: 1000})
	if err != nil {
		return nil, err
	}
	views := []castView{}
	for _, f := range page.Facts {
		state, err := s.Casts.State(ctx, world.Desk(), f.Key())
		if err != nil {
			return nil, err
		}
		progress, err := s.Casts.Progress(ctx, f.Key())
		if err != nil {
			return nil, err
		}
		views = append(views, viewCast(state, progress))
	}
	slices.Reverse(views)
	return views, nil
}

func viewCast(state broadcast.State, p broadcast.Progress) castView {
	return castView{
		ID: state.Broadcast, Status: p.Status, Category: string(state.Plan.Category), Body: state.Plan.Body(string(template.English)),
		Audience: state.Plan.Audience.Criterion, NotBefore: state.Plan.NotBefore, LastUseful: state.Plan.LastUseful, Reason: state.Reason,
		Recipients: p.Audience, Gathered: p.Gathered, Waiting: p.Waiting, Waits: p.Waits, Queued: p.Queued, Review: p.Review, Sent: p.Sent, Withdrawn: p.Withdrawn,
		Refused: p.Refused, Failed: p.Failed,
	}
}
