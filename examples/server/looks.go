package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/phone"
	"github.com/enamel-go/enamel/sms"
)

// look is one thing that can be looked at through the API. Each leaves its entries in the log.
type look struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Does   string            `json:"does"`
	Query  map[string]string `json:"query,omitempty"`
	run    func(context.Context, *app, *scene, url.Values) (any, error)
}

// readQuery reads the parameters strictly: one that is unclear is refused, for without it more would be shown than was asked for.
func (l look) readQuery(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badInput("The parameters in the address cannot be read.")
	}
	for name, values := range query {
		if _, known := l.Query[name]; !known {
			return nil, badInput("There is no parameter %q here.", name)
		}
		if len(values) > 1 {
			return nil, badInput("The parameter %q was sent more than once.", name)
		}
	}
	return query, nil
}

// looks lists what the API shows.
func looks() []look {
	const number = "a phone number"
	return []look{
		{"GET", "/api/clock", "the demonstration's time, and when the next text is due", nil, lookClock},
		{"GET", "/api/patients", "the practice's patients, or those that are found", map[string]string{
			"find": "an e-mail address, a phone number, or a name", "born": "the birth date that goes with a name; without it those alone of whom none is known",
		}, lookPatients},
		{"GET", "/api/schedule", "appointments; by default of today and two weeks", map[string]string{
			"from": "RFC 3339, or 2026-11-24T00:00 by the practice's clock", "until": "as from",
		}, lookSchedule},
		{"GET", "/api/texts", "the practice's newest texts, each with every rule that was looked at; what one says where it failed, was refused or needs a person", map[string]string{
			"number": number + ": the texts to it alone, with what they say",
		}, lookTexts},
		{"GET", "/api/deadletters", "texts that failed, were refused, or need a person, each with the reason", nil, lookDeadLetters},
		{"GET", "/api/tasks", "what needs a person about texts and messages, the first that is due first", nil, lookTasks},
		{"GET", "/api/conversation", "what the practice and a number wrote each other, newest first", map[string]string{
			"number": number, "patient": "only what is about this patient; may be left out",
			"purpose": "conversation or request: what it is read for", "after": "what the answer before said is next",
		}, lookConversation},
		{"GET", "/api/broadcasts", "texts to many, and how far each has come; it counts, and names nobody", nil, lookCasts},
		{"GET", "/api/templates", "the templates of texts, in their languages, with what each takes at its longest", nil, lookTemplates},
		{"GET", "/api/registrations", "what is registered with the carriers and what is wrong with it, the standing and limits of each number, and texts that drift from the samples", nil, lookRegistrations},
		{"GET", "/api/network", "how the simulated network behaves, and what rests after failures", nil, lookNetwork},
		{"GET", "/api/received", "the newest messages that came in", map[string]string{
			"number": number + ": those from it alone, with what they say",
		}, lookReceived},
		{"GET", "/api/phone", "what the owner of a simulated phone sees on it", map[string]string{"number": number}, lookPhone},
		{"GET", "/api/consent", "what a number stands at, and its consent history", map[string]string{"number": number}, lookConsent},
		{"GET", "/api/alarms", "what patients said that may be a stop, and until when a person has to look", nil, lookAlarms},
		{"GET", "/api/suppressed", "the numbers that said stop, a page of them", map[string]string{
			"after": "what the answer before said is next",
		}, lookSuppressed},
		{"GET", "/api/links", "the links that a patient was texted, the newest first, and what became of each", map[string]string{
			"patient": "the patient's id",
		}, lookLinks},
		{"GET", "/api/cookies", "what this server keeps in a browser, by which rules, and what a visitor chose", map[string]string{
			"visitor": "the random id of a browser that has chosen; may be left out",
		}, lookCookies},
		{"GET", "/api/packs", "the files of evidence that were asked for, and what was handed out", nil, lookPacks},
		{"GET", "/api/pack", "one of them, which opens without a network; it is accounted for first", map[string]string{
			"release": "as packs has it",
		}, lookPack},
		{"GET", "/api/wordings", "the texts that patients may sign, each with its SHA-256", nil, lookWordings},
		{"GET", "/api/practice", "what the practice is called, and the duty to obtain consent that it has accepted", nil, lookPractice},
		{"GET", "/api/policies", "the versions of the privacy policy, and what is due of the desk on the next use", nil, lookPolicies},
		{"GET", "/api/representatives", "who may act for a patient, and the reports that a child gave data which wait for an answer", map[string]string{
			"patient": "the patient's id; the reports alone where it is left out",
		}, lookRepresentatives},
		{"GET", "/api/settings", "double opt-in, and the agreements with providers", nil, lookSettings},
		{"GET", "/api/keys", "the practice's keys and their versions, and how far a rotation has come", nil, lookKeys},
		{"GET", "/api/log", "the newest entries of the log, opened, and its newest checkpoint", map[string]string{
			"looks": "yes: with the entries of looks", "limit": "at most this many; 1 to 500",
		}, lookLog},
		{"GET", "/api/log/proof", "the proof that a checkpoint holds an entry", map[string]string{"entry": "the entry's id"}, lookProof},
		{"GET", "/api/log/checkpoint", "the log's newest checkpoint, as the notary signed it, to keep elsewhere", nil, lookCheckpoint},
		{"GET", "/api/log/export", "the log as lines that anybody checks with the public key alone", map[string]string{
			"patient": "only the entries about this patient", "entry": "only this entry",
		}, lookExport},
	}
}

func lookClock(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	next, found, err := s.Next(ctx)
	if err != nil {
		return nil, err
	}
	v := struct {
		Now  time.Time `json:"now"`
		Next time.Time `json:"next,omitzero"`
	}{Now: s.Clock.Now()}
	if found {
		v.Next = next
	}
	return v, nil
}

func lookPatients(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	if q.Get("find") != "" {
		return find(ctx, s, q.Get("find"), q.Get("born"))
	}
	return roster(ctx, s)
}

func lookSchedule(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	from, until := fortnight(s.Clock.Now())
	var err error
	if q.Get("from") != "" {
		if from, err = moment(q.Get("from")); err != nil {
			return nil, err
		}
	}
	if q.Get("until") != "" {
		if until, err = moment(q.Get("until")); err != nil {
			return nil, err
		}
	}
	people, err := roster(ctx, s)
	if err != nil {
		return nil, err
	}
	return visits(ctx, s, people, from, until)
}

func lookTexts(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	number, err := perhaps(q.Get("number"))
	if err != nil {
		return nil, err
	}
	people, err := roster(ctx, s)
	if err != nil {
		return nil, err
	}
	views, err := texts(ctx, s, people, number)
	quiet(views, number, "")
	return views, err
}

// perhaps reads a number where one is given.
func perhaps(typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	return phone.Parse(typed)
}

// receivedView is a message that came in.
type receivedView struct {
	ID   string    `json:"id"`
	From string    `json:"from"`
	Body string    `json:"body,omitempty"` // where its number was asked for
	Word string    `json:"word,omitempty"` // what it was taken for: stop, help, start, agree, confirm
	Flag sms.Flag  `json:"flag,omitempty"` // why its words are kept apart
	At   time.Time `json:"at"`
}

func lookReceived(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	number, err := perhaps(q.Get("number"))
	if err != nil {
		return nil, err
	}
	messages, err := s.Texts.Received(ctx, world.Desk(), sms.Query{Practice: world.Practice, Number: number, Purpose: sms.ForDelivery, Limit: 100})
	if err != nil {
		return nil, err
	}
	views := make([]receivedView, 0, len(messages))
	for _, m := range messages {
		v := receivedView{ID: m.ID, From: m.From, Word: m.Word, Flag: m.Flag, At: m.At}
		if m.From == number {
			v.Body = m.Body
		}
		views = append(views, v)
	}
	return views, nil
}

func lookPhone(_ context.Context, _ *app, s *scene, q url.Values) (any, error) {
	number, err := phone.Parse(q.Get("number"))
	if err != nil {
		return nil, err
	}
	return thread(s, number), nil
}

func lookConsent(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	number, err := phone.Parse(q.Get("number"))
	if err != nil {
		return nil, err
	}
	state, err := s.Consents.State(ctx, world.Desk(), consent.Key{Practice: world.Practice, Number: number})
	if err != nil {
		return nil, err
	}
	history, err := ledger(ctx, s, number, "")
	if err != nil {
		return nil, err
	}
	permissions := map[consent.Category]permissionView{}
	for _, c := range consent.Categories() {
		permissions[c] = permission(state.For(c))
	}
	return struct {
		Number      string                              `json:"number"`
		Permissions map[consent.Category]permissionView `json:"permissions"`
		History     []factView                          `json:"history"`
	}{number, permissions, history}, nil
}

// settingsView is what the practice has chosen and agreed.
type settingsView struct {
	DoubleOptIn consent.DoubleOptIn `json:"double_optin"`
	Agreements  []agreementView     `json:"agreements"`
}

type agreementView struct {
	Provider string `json:"provider"`
	InForce  bool   `json:"in_force"`
}

func lookSettings(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return settings(ctx, s)
}

func settings(ctx context.Context, s *scene) (settingsView, error) {
	chosen, err := s.Consents.Settings(ctx, world.Practice)
	if err != nil {
		return settingsView{}, err
	}
	v := settingsView{DoubleOptIn: chosen.DoubleOptIn}
	for _, provider := range s.providers() {
		inForce, err := s.Agreements.InForce(ctx, world.Practice, provider)
		if err != nil {
			return settingsView{}, err
		}
		v.Agreements = append(v.Agreements, agreementView{provider, inForce})
	}
	return v, nil
}

// providers names who may carry the practice's texts.
func (s *scene) providers() []string {
	if s.twilio != nil {
		return []string{world.Network, "twilio"}
	}
	return []string{world.Network}
}

func lookLog(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	most := 50
	if q.Get("limit") != "" {
		var err error
		if most, err = strconv.Atoi(q.Get("limit")); err != nil || most < 1 || most > 500 {
			return nil, badInput("The limit is a number from 1 to 500.")
		}
	}
	entries, passed, err := journal(ctx, s, most, q.Get("looks") == "yes")
	if err != nil {
		return nil, err
	}
	point, err := checkpoint(ctx, s)
	if err != nil {
		return nil, err
	}
	return struct {
		Entries    []entryView     `json:"entries"`
		Looks      int             `json:"looks_passed_over"`
		Checkpoint *checkpointView `json:"checkpoint"`
		Report     *reportView     `json:"last_verification"`
	}{entries, passed, point, s.lastReport()}, nil
}
