package main

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/registration"
)

// registrationsView is what the practice has registered with the carriers.
type registrationsView struct {
	Registrations []registrationView `json:"registrations"`
	Numbers       []numberView       `json:"numbers"`
	Drift         []driftView        `json:"drift"`    // sent texts that are something else than what was registered
	Measured      int                `json:"measured"` // of so many sent texts
}

// registrationView is a brand, a campaign or the verification of a toll-free number.
type registrationView struct {
	Kind      registration.SubjectKind `json:"kind"`
	ID        string                   `json:"id"`
	Status    registration.Kind        `json:"status"`
	Since     time.Time                `json:"since"`
	Reference string                   `json:"reference,omitempty"` // the registry's
	Score     int                      `json:"score,omitempty"`
	Code      string                   `json:"code,omitempty"`
	Advice    string                   `json:"advice,omitempty"` // what a rejection or a suspension means, and what to do
	Problems  []problemView            `json:"problems"`         // of a draft: what it would be rejected for
	Content   any                      `json:"content"`          // what was written last; the problems' fields are its own
}

// problemView is one thing that would have a registration rejected.
type problemView struct {
	Field string `json:"field"`
	Wrong string `json:"wrong"`
	Mend  string `json:"mend"`
}

// numberView is a number that the practice may text from, or not.
type numberView struct {
	Number    string                  `json:"number"`
	Kind      registration.NumberKind `json:"kind"`
	Campaign  string                  `json:"campaign,omitempty"`
	Approved  bool                    `json:"approved"`
	Why       string                  `json:"why,omitempty"` // why it may not text
	Admits    []string                `json:"admits"`        // what its texts may be
	From      time.Time               `json:"from,omitzero"` // of one that waits for the carriers: from when it may text
	PerMinute int                     `json:"per_minute,omitempty"`
	PerDay    int                     `json:"per_day,omitempty"`
	Limits    string                  `json:"limits,omitempty"` // whose the limits are
	Carried   bool                    `json:"carried"`          // the carriers know it as the campaign's
}

// driftView is a sent text that no sample of its campaign is like.
type driftView struct {
	Text  string `json:"text"`
	To    string `json:"to"`
	Body  string `json:"body"`
	Share int    `json:"share"` // percent of it that no sample has
	Start int    `json:"start"` // of the longest run of words that no sample has, in bytes
	End   int    `json:"end"`
}

// Pieces is the text with what no sample has marked.
func (v driftView) Pieces() []piece {
	return pieces(v.Body, []mark{{v.Start, v.End, "No sample has this"}})
}

// Open reports whether it may be written anew.
func (v registrationView) Open() bool {
	return v.Status != registration.Approved && v.Status != registration.Submitted && v.Status != registration.InReview
}

// Word is the status in plain words.
func (v registrationView) Word() string { return strings.ReplaceAll(string(v.Status), "_", " ") }

// Title is what it is, in plain words.
func (v registrationView) Title() string {
	switch v.Kind {
	case registration.BrandKind:
		return "The practice, as brand " + v.ID
	case registration.CampaignKind:
		return "Campaign " + v.ID
	}
	return "Toll-free number " + shown(v.ID)
}

// Admitted lists what texts may be.
func (v numberView) Admitted() string { return strings.Join(v.Admits, ", ") }

// Shown is the number as people write it.
func (v numberView) Shown() string { return shown(v.Number) }

func lookRegistrations(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	page, err := s.Texts.Texts(ctx, world.Desk(), sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, States: []sms.State{sms.Sent}, Limit: 200})
	if err != nil {
		return nil, err
	}
	return registrations(ctx, s, viewTexts(page.Texts, nil, s.Clock.Now()))
}

// registrations returns what is registered, after recording that the desk looked, and how far texts are from it.
func registrations(ctx context.Context, s *scene, texts []textView) (registrationsView, error) {
	all, err := s.Registrations.Overview(ctx, world.Desk(), world.Practice)
	if err != nil {
		return registrationsView{}, err
	}
	v := registrationsView{Registrations: []registrationView{}, Numbers: []numberView{}, Drift: []driftView{}}
	numbers, attached := []string{world.Sender().Number}, map[string]registration.Attachment{}
	for _, a := range all.Numbers {
		numbers, attached[a.Number] = append(numbers, a.Number), a
	}
	for _, state := range all.States {
		r, err := viewRegistration(ctx, s, state)
		if err != nil {
			return registrationsView{}, err
		}
		v.Registrations = append(v.Registrations, r)
		if state.Subject.Kind == registration.TollFreeKind {
			numbers = append(numbers, state.Subject.ID)
		}
	}
	for i, number := range numbers {
		if slices.Contains(numbers[:i], number) {
			continue
		}
		n, err := viewNumber(ctx, s, number, attached[number])
		if err != nil {
			return registrationsView{}, err
		}
		v.Numbers = append(v.Numbers, n)
	}
	v.drift(all, texts)
	return v, nil
}

func viewRegistration(ctx context.Context, s *scene, state registration.State) (registrationView, error) {
	v := registrationView{
		Kind: state.Subject.Kind, ID: state.Subject.ID, Status: state.Status, Since: state.Since, Reference: state.Notice.Reference,
		Score: state.Notice.Score, Code: state.Notice.Code, Problems: []problemView{}, Content: state.Draft.Brand,
	}
	switch v.Kind {
	case registration.CampaignKind:
		v.Content = state.Draft.Campaign
	case registration.TollFreeKind:
		v.Content = state.Draft.TollFree
	}
	if state.Status == registration.Rejected || state.Status == registration.Suspended {
		v.Advice = registration.Explain(state.Notice.Code, state.Notice.Reason).String()
	}
	if !v.Open() {
		return v, nil
	}
	problems, err := s.Registrations.Check(ctx, world.Practice, state.Subject, world.Network)
	for _, p := range problems {
		v.Problems = append(v.Problems, problemView{p.Field, p.Wrong, p.Mend})
	}
	return v, err
}

func viewNumber(ctx context.Context, s *scene, number string, a registration.Attachment) (numberView, error) {
	standing, err := s.Registrations.Standing(ctx, world.Practice, number)
	if err != nil {
		return numberView{}, err
	}
	v := numberView{
		Number: number, Kind: standing.Kind, Campaign: a.Campaign, Approved: standing.Approved, Why: standing.Why, Admits: []string{},
		From: standing.From, Carried: !a.Carried.IsZero(),
	}
	for _, c := range standing.Categories {
		v.Admits = append(v.Admits, string(c))
	}
	limits, limited, err := s.Registrations.Limits(ctx, world.Practice, number)
	if limited {
		v.PerMinute, v.PerDay = limits.PerMinute.Count, limits.PerDay.Count
		v.Limits = limits.PerMinute.Source + "; " + limits.PerDay.Source
	}
	return v, err
}

// drift measures the texts that were sent against the samples of the campaign that their number belongs to, the furthest
// first.
func (v *registrationsView) drift(all registration.Overview, texts []textView) {
	samples := map[string][]string{}
	for _, a := range all.Numbers {
		for _, state := range all.States {
			if state.Subject == (registration.Subject{Kind: registration.CampaignKind, ID: a.Campaign}) {
				samples[a.Number] = state.Filed.Campaign.Samples
			}
		}
	}
	for _, t := range texts {
		if t.State != sms.Sent || t.Kind != sms.Ordinary || len(samples[t.From]) == 0 {
			continue
		}
		v.Measured++
		if d := registration.DriftOf(samples[t.From], t.raw); d.Off {
			v.Drift = append(v.Drift, driftView{t.ID, t.To, covered(t.raw), int(d.Share * 100), d.Start, d.End})
		}
	}
	slices.SortStableFunc(v.Drift, func(a, b driftView) int { return cmp.Compare(b.Share, a.Share) })
}

// anotherCampaign is what the form of a new campaign says: what was typed and refused, or at first reminders alone.
func anotherCampaign(form url.Values) registration.Campaign {
	var in campaignInput
	if form.Has("use_case") && retyped(form, &in) {
		return in.content()
	}
	c := world.Campaign()
	c.UseCase, c.SubUseCases, c.Samples = registration.AccountNotification, nil, c.Samples[:2]
	return c
}

// anotherTollFree is what the form of a new toll-free number says, likewise.
func anotherTollFree(form url.Values) registration.TollFree {
	var in tollFreeInput
	if form.Has("opt_in_flow") && retyped(form, &in) {
		return in.content()
	}
	c := anotherCampaign(nil)
	return registration.TollFree{
		Brand: c.Brand, Notify: world.Brand().Email, Uses: []registration.TollFreeUse{registration.AccountNotifications},
		Summary: c.Description, Sample: c.Samples[0], OptIn: registration.PaperForm, OptInFlow: c.MessageFlow,
		OptInImages: []string{world.Brand().Website + "/intake.png"}, Volume: "1,000", Confirmation: c.OptIn.Message, Help: c.Help.Message,
		PrivacyURL: c.PrivacyURL, TermsURL: c.TermsURL,
	}
}

// retyped reads a form that was refused once more.
func retyped(form url.Values, in any) bool {
	raw, err := fromForm(form)
	return err == nil && json.Unmarshal(raw, in) == nil
}

// lines puts a list into one field of a form, as parts takes it apart.
func lines(list any, between string) string {
	items := reflect.ValueOf(list)
	all := make([]string, items.Len())
	for i := range all {
		all[i] = items.Index(i).String()
	}
	return strings.Join(all, between)
}
