package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// privacyPage is the privacy policy, for everybody.
func (s *app) privacyPage(w http.ResponseWriter, r *http.Request) {
	sc := s.scene.Load()
	page, err := sc.Policies.Page(practice, world.Privacy, &policy.PageOptions{
		Title: "Privacy policy of " + world.Sender().Name, Logger: s.logger,
	})
	if err != nil {
		s.logFailure(r.Context(), true, err)
		http.Error(w, failedSentence, http.StatusInternalServerError)
		return
	}
	page.ServeHTTP(w, r)
}

// policiesView is the versions of the privacy policy, and what is due of the desk.
type policiesView struct {
	Document string        `json:"document"`
	Versions []versionView `json:"versions"`
	Due      dueView       `json:"due"`
}

// versionView is one version.
type versionView struct {
	Version   string             `json:"version"`
	Effective policy.Date        `json:"effective"`
	Standing  string             `json:"standing"` // past, in effect or upcoming
	Material  bool               `json:"material"`
	Changes   string             `json:"changes,omitempty"`
	Texts     []policyTextView   `json:"texts"`
	Announced []announcementView `json:"announced"`
	Published time.Time          `json:"published"`
	By        string             `json:"by"`
}

type policyTextView struct {
	Language string `json:"language"`
	SHA256   string `json:"sha256"`
}

type announcementView struct {
	Channel policy.Channel `json:"channel"`
	On      policy.Date    `json:"on"`
}

// dueView is what a person has to be told or asked on the next use.
type dueView struct {
	Step     policy.Step `json:"step"`
	Version  string      `json:"version,omitempty"`
	Why      string      `json:"why"`
	Language string      `json:"language,omitempty"`
	SHA256   string      `json:"sha256,omitempty"` // of the text that is to be accepted
	Changes  []string    `json:"changes"`          // what the person has to be told, one sentence each
}

func lookPolicies(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return policies(ctx, s)
}

// policies returns all versions and what is due. It tells nobody of anything.
func policies(ctx context.Context, s *scene) (policiesView, error) {
	all, err := s.Policies.Versions(ctx, world.Practice, world.Privacy)
	if err != nil {
		return policiesView{}, err
	}
	v := policiesView{Document: world.Privacy, Versions: []versionView{}}
	now := s.Clock.Now()
	current, _ := policy.InEffect(all, now)
	for _, f := range policy.Standing(all, now) {
		v.Versions = append(v.Versions, viewVersion(f, current.Version, now))
	}
	due, err := s.Policies.Due(ctx, deskPolicy())
	v.Due = viewDue(due)
	return v, err
}

func viewVersion(f policy.Fact, current string, now time.Time) versionView {
	v := versionView{
		Version: f.Version, Effective: f.Edition.Effective, Standing: "past", Material: f.Edition.Material, Changes: f.Edition.Changes,
		Announced: []announcementView{}, Published: f.Recorded, By: actor(f.Actor),
	}
	switch {
	case f.Version == current:
		v.Standing = "in effect"
	case f.Edition.From.After(now):
		v.Standing = "upcoming"
	}
	for _, t := range f.Edition.Texts {
		v.Texts = append(v.Texts, policyTextView{t.Language, t.Hash()})
	}
	for _, a := range f.Edition.Announced {
		v.Announced = append(v.Announced, announcementView{a.Channel, a.On})
	}
	return v
}

func viewDue(d policy.Due) dueView {
	v := dueView{Step: d.Step, Version: d.Fact.Version, Why: d.Why, Changes: []string{}}
	if len(d.Fact.Edition.Texts) > 0 {
		v.Language, v.SHA256 = d.Fact.Edition.Texts[0].Language, d.Fact.Edition.Texts[0].Hash()
	}
	for _, c := range d.Changes {
		v.Changes = append(v.Changes, changeSays(c))
	}
	return v
}

// changeSays is what a person is told of a version.
func changeSays(f policy.Fact) string {
	return "Version " + f.Version + " of the privacy policy, in effect from " + f.Edition.Effective.String() + ": " + f.Edition.Changes
}

func deskPolicy() policy.Key {
	return policy.Key{Practice: world.Practice, Document: world.Privacy, Person: world.Desk()}
}

// usePage records what the use of the page comes to: whoever is shown a change is told of it, and whoever was told and uses
// on accepts it where the policy says so. It returns what the page shows.
func usePage(ctx context.Context, s *scene) (dueView, error) {
	due, err := s.Policies.Due(ctx, deskPolicy())
	if err != nil {
		return dueView{}, err
	}
	switch due.Step {
	case policy.Tell:
		for _, c := range due.Changes {
			_, err := s.Policies.Tell(ctx, world.Desk(), policy.Telling{
				Practice: practice, Document: world.Privacy, Version: c.Version, Person: world.Desk(), Channel: policy.Notice,
				Language: "en", Wording: changeSays(c),
			})
			if err != nil {
				return dueView{}, err
			}
		}
	case policy.Use:
		_, err = s.Policies.Use(ctx, world.Desk(), policy.Usage{
			Practice: practice, Document: world.Privacy, Version: due.Fact.Version, Person: world.Desk(),
		})
	}
	return viewDue(due), err
}
