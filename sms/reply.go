package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/letter"
)

// Answers is the schedule as patients' answers reach it; *records.Service may meet it, or a vendor's own.
type Answers interface {
	// Visit returns an appointment as it stands now, or [ErrNotFound].
	Visit(ctx context.Context, practice, appointment string) (Visit, error)
	// Confirm says that the patient confirmed an appointment in this version, by a message of the practice's. The same
	// message again changes nothing.
	Confirm(ctx context.Context, practice, appointment, version, message string) error
}

// What a message asks for beside the words of package keyword.
const (
	wordConfirm keyword.Word = "confirm" // it confirms the appointment that it was found to be about
	wordCorrect keyword.Word = "correct" // it asks to put something right
)

// replied works out what a message means that asks for none of the words: it confirms an appointment, chooses between those
// that it was asked about, asks for a correction, or waits for an answer. What is beyond us becomes a task; only an answer
// that may be meant for several appointments is asked back, once.
func (s *Service) replied(ctx context.Context, r *Received, sender Sender, recent []Tracked, change *Change) {
	if a := readAnswer(r.Body); a != (reply{}) && s.answered(ctx, r, a, sender, recent, change) {
		return
	}
	if corrects(r.Body) {
		if r.Word == "" {
			r.Word = string(wordCorrect)
		}
		change.Tasks = append(change.Tasks, taskOf(*r, TaskCorrection, endOf(r.At, correctWithin, sender)))
		return
	}
	// What is flagged is looked at already, and an answer to a courtesy would be one too many.
	if r.Flag == Unflagged && r.Word != string(keyword.Review) && !courteous(r.Body) {
		change.Tasks = append(change.Tasks, taskOf(*r, TaskReply, endOf(r.At, replyWithin, sender)))
	}
}

// replyWithin is how many days a message waits for an answer: as long as the patient's own text permits one by text.
const replyWithin = 1

// reply is what a whole message says to a reminder, or to a question of ours. The zero value says nothing.
type reply struct {
	yes    bool   // it says no more than yes
	token  string // what the reminder offered as its answer
	choice int    // from 1: which of those that were offered
}

// plainly returns the words of a message that says all it says in letters that we read. What is asked, and what stands beside
// words of an alphabet that we do not read, is no plain answer and no mere courtesy.
func plainly(body string) ([]string, bool) {
	beyond := func(r rune) bool { return r == '?' || unicode.IsLetter(r) && letter.Plain(r) == 0 }
	return plainWords(body), !strings.ContainsFunc(body, beyond)
}

// readAnswer reads a whole message as an answer.
func readAnswer(body string) reply {
	words, plain := plainly(body)
	if !plain {
		return reply{}
	}
	said := strings.Join(words, "")
	switch said {
	case "c", "y", "yes", "yep", "yeah", "yesplease", "confirm", "confirmed", "iconfirm", "si", "confirmo", "confirmar", "confirmado",
		"oui", "jeconfirme", "confirme", "y1":
		return reply{yes: true}
	}
	if len(words) > 2 || len(said) == 0 || len(said) > 4 {
		return reply{}
	}
	number, err := strconv.Atoi(strings.TrimLeft(said, "c"))
	switch {
	case err != nil || number < 1:
		return reply{}
	case said[0] == 'c' && strings.Count(said, "c") == 1:
		return reply{token: strings.ToUpper(said)}
	case number < 10 && len(said) == 1:
		return reply{choice: number}
	}
	return reply{}
}

// courteous reports whether a message says thanks, or that it was read, and nothing else. Some phones send a copy of the text
// that somebody liked.
func courteous(body string) bool {
	words, plain := plainly(body)
	if strings.HasPrefix(body, "Liked “") || strings.HasPrefix(body, "Loved “") {
		return true
	}
	if !plain {
		return false
	}
	switch strings.Join(words, " ") {
	case "", "ok", "okay", "k", "thanks", "thank you", "thank you so much", "ty", "thx", "ok thanks", "ok thank you", "great", "great thanks",
		"perfect", "got it", "see you then", "see you tomorrow", "see you soon", "sounds good", "gracias", "muchas gracias", "ok gracias",
		"vale", "merci", "merci beaucoup", "ok merci", "d accord", "parfait", "perfecto":
		return true
	}
	return false
}

// answered finds out which appointment an answer is for. It reports false when a person has to.
func (s *Service) answered(ctx context.Context, r *Received, a reply, sender Sender, recent []Tracked, change *Change) bool {
	if s.visits == nil {
		return false
	}
	question := s.question(ctx, *r)
	open := s.open(ctx, *r, recent)
	var meant []Visit
	switch {
	case a.token != "":
		meant = slices.DeleteFunc(slices.Clone(open), func(v Visit) bool { return token(v.Appointment, v.Version) != a.token })
	case a.choice > 0 && a.choice <= len(question.Options):
		chosen := question.Options[a.choice-1]
		meant = slices.DeleteFunc(slices.Clone(open), func(v Visit) bool { return v.Appointment != chosen.Subject || v.Version != chosen.Version })
	case a.yes || a.choice == 1 && question.ID == "":
		meant = open
	}
	switch {
	case len(meant) == 1:
		return s.confirm(ctx, r, meant[0], question, change)
	case len(meant) == 0:
		return false
	case question.ID == "":
		s.ask(*r, meant, sender, change)
	}
	return true // it was asked about already, and a person knows
}

// question returns the open task of a number that its patient was asked about, or none. Where that cannot be read a person
// looks, as with old texts.
func (s *Service) question(ctx context.Context, r Received) Task {
	page, err := s.store.Tasks(ctx, TaskQuery{Practice: r.Practice, Number: r.From, Kind: TaskAnswer, Limit: 1})
	if err != nil || len(page.Tasks) == 0 {
		return Task{}
	}
	return page.Tasks[0]
}

// open returns the appointments of which the number was reminded, and which still are as it was told, in the order of their
// times. One that the schedule does not know of, or cannot tell of now, is not among them: a person looks.
func (s *Service) open(ctx context.Context, r Received, recent []Tracked) []Visit {
	var open []Visit
	for _, t := range recent {
		left := t.State == Sent || t.State.Unsettled()
		known := slices.ContainsFunc(open, func(v Visit) bool { return v.Appointment == t.Subject })
		if t.Subject == "" || !left || known {
			continue
		}
		v, err := s.visits.Visit(ctx, r.Practice, t.Subject)
		if err == nil && v.Active && v.Version == t.Version && v.Number == r.From && v.Start.After(r.At) {
			open = append(open, v)
		}
	}
	slices.SortFunc(open, func(a, b Visit) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Appointment, b.Appointment))
	})
	return open
}

// confirm tells the schedule, and ends the question that was answered. Where the schedule does not take it, a person looks.
func (s *Service) confirm(ctx context.Context, r *Received, v Visit, question Task, change *Change) bool {
	r.Patient, r.Subject = v.Patient, v.Appointment
	if s.visits.Confirm(ctx, r.Practice, v.Appointment, v.Version, messageID(r.Inbound)) != nil {
		return false
	}
	r.Word = string(wordConfirm)
	if slices.Contains(question.Options, Option{v.Appointment, v.Version, v.Patient}) {
		change.Finish = &Finish{Key: question.Key(), Outcome: Handled, At: r.At}
	}
	return true
}

// mostChoices is how many appointments a patient is asked to choose from at most.
const mostChoices = 4

// ask opens the task of an answer that may be meant for several appointments, and asks back, where they can be told apart
// without a name.
func (s *Service) ask(r Received, visits []Visit, sender Sender, change *Change) {
	task := taskOf(r, TaskAnswer, visits[0].Start)
	if body := whichBody(sender, visits); body != "" {
		for _, v := range visits {
			task.Options = append(task.Options, Option{v.Appointment, v.Version, v.Patient})
		}
		text := replyTo(r, "which-", sender, body)
		if visits[0].Start.Before(text.LastUseful) {
			text.LastUseful = visits[0].Start
		}
		change.Texts = append(change.Texts, text)
	}
	change.Tasks = append(change.Tasks, task)
}

// whichBody asks which appointment is meant, by their times alone. It is empty where those do not tell them apart, or there
// are too many of them.
func whichBody(s Sender, visits []Visit) string {
	if len(visits) > mostChoices {
		return ""
	}
	form := "3:04 PM"
	if zone, err := time.LoadLocation(visits[0].Zone); err != nil ||
		visits[0].Start.In(zone).YearDay() != visits[len(visits)-1].Start.In(zone).YearDay() {
		form = "Mon, Jan 2 at 3:04 PM"
	}
	var choices, times []string
	for i, v := range visits {
		zone, err := time.LoadLocation(v.Zone)
		if err != nil {
			return ""
		}
		at := v.Start.In(zone).Format(form)
		if slices.Contains(times, at) {
			return ""
		}
		times = append(times, at)
		choices = append(choices, fmt.Sprintf("%d for %s", i+1, at))
	}
	return fmt.Sprintf("%s: which appointment do you mean? Reply %s. Questions: %s.", s.Name, strings.Join(choices, ", "), s.Contact)
}

// onlyPatient returns whom the newest texts to a number are about, where that is one patient.
func onlyPatient(recent []Tracked) string {
	only := ""
	for _, t := range recent {
		if t.Patient != "" && only != "" && t.Patient != only {
			return ""
		}
		if t.Patient != "" {
			only = t.Patient
		}
	}
	return only
}

// recent returns the newest texts to whoever wrote. Old texts that cannot be read any more keep no message from being taken
// in: then a person looks at it.
func (s *Service) recent(ctx context.Context, r Received) []Tracked {
	page, err := s.store.Texts(ctx, Query{Practice: r.Practice, Number: r.From, Limit: 50})
	if err != nil {
		return nil
	}
	return page.Texts
}

// own records the patient's text as what permits the answer to it. Where consent refuses it, because the practice has not
// accepted its duty, say, the message is kept like any other and no answer by text is permitted.
func (s *Service) own(ctx context.Context, by audit.Actor, r Received) error {
	g := consent.Grant{
		ID: hashed("own", messageID(r.Inbound)), Practice: r.Practice, Number: r.From, Category: consent.Conversational,
		Basis: consent.OwnText, Evidence: evidence(r),
	}
	if strings.TrimSpace(g.Evidence.Words) == "" {
		g.Evidence.Words = consent.Withheld // it came with nothing but a picture
	}
	_, err := s.gate.Grant(ctx, by, g)
	known := errors.Is(err, consent.ErrDuty) || errors.Is(err, consent.ErrInvalid) || errors.Is(err, consent.ErrEvidence)
	if known && !errors.Is(err, audit.ErrNotRecorded) {
		return nil
	}
	return err
}
