package sms

import (
	"cmp"
	"context"
	"errors"
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

// Answers is the schedule as patients' answers reach it. *records.Service has its Visit; that a patient confirmed is the
// vendor's own to keep.
type Answers interface {
	// Visit returns an appointment as it stands now. One that is not known is not active, or [ErrNotFound]. Any other error means
	// that it cannot be told now: an answer that may be meant for the appointment waits for a person.
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
func (s *Service) replied(ctx context.Context, r *Received, sender Sender, texts []Tracked, change *Change) {
	if a := readAnswer(r.Body); a != (reply{}) && s.answered(ctx, r, a, sender, texts, change) {
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
	firm   bool   // in a word that confirms, and answers nothing else that was asked
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
	case "c", "confirm", "confirmed", "iconfirm", "confirmo", "confirmar", "confirmado", "jeconfirme", "confirme":
		return reply{yes: true, firm: true}
	case "y", "yes", "yep", "yeah", "yesplease", "si", "oui", "y1":
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

// told is an appointment that a number was reminded of, and the text that told of it.
type told struct {
	Visit
	text  string
	token string
	at    time.Time // when that text was claimed to be sent
	dim   bool      // nobody can tell now how it stands
}

// answered finds out which appointments an answer is for: those that one reminder told of, where it gives that reminder's
// token; else one of them, unless it is a bare yes and the number was told something else since. It reports false when a person has to.
func (s *Service) answered(ctx context.Context, r *Received, a reply, sender Sender, texts []Tracked, change *Change) bool {
	if s.visits == nil {
		return false
	}
	open := s.open(ctx, *r, texts)
	question := s.question(ctx, *r, open)
	of := func(meant func(told) bool) []told {
		return slices.DeleteFunc(slices.Clone(open), func(v told) bool { return !meant(v) })
	}
	offered := func(v told) bool { return slices.Contains(question.Options, v.option()) }
	var meant []told
	all := false
	switch {
	case a.token != "":
		meant = of(func(v told) bool { return v.token == a.token })
		all = !slices.ContainsFunc(meant, func(v told) bool { return v.text != meant[0].text })
	case a.choice > 0 && a.choice <= len(question.Options):
		meant = of(func(v told) bool { return v.option() == question.Options[a.choice-1] })
	case a.choice > 0 && len(question.Options) > 0:
		meant, all = of(func(v told) bool { return offered(v) && a.choice == len(question.Options)+1 }), true
	case !a.firm && question.ID == "" && spoken(texts, open):
		return false
	case a.yes || a.choice == 1 && question.ID == "":
		meant = open
	}
	switch {
	case len(meant) == 0 || slices.ContainsFunc(meant, func(v told) bool { return v.dim }):
		return false
	case all || len(meant) == 1:
		return s.confirm(ctx, r, meant, question, change)
	case question.ID == "":
		s.ask(ctx, *r, meant, sender, change)
	}
	return true // it was asked about already, and a person knows
}

// spoken reports whether a number was told something else after its reminders: a bare yes may be an answer to that.
func spoken(texts []Tracked, reminded []told) bool {
	var last time.Time
	for _, v := range reminded {
		last = latest(last, v.at)
	}
	return slices.ContainsFunc(texts, func(t Tracked) bool {
		left := t.State == Sent || t.State.Unsettled()
		machine := t.Kind.Answer() || !t.Start.IsZero() || strings.HasPrefix(t.ID, whichID)
		return left && !machine && t.Claimed.After(last)
	})
}

// question returns the open task of a number whose answer may be meant for several appointments, or none. One about nothing that is
// still to come does not count any more. Where that cannot be read a person looks, as with old texts.
func (s *Service) question(ctx context.Context, r Received, open []told) Task {
	q := TaskQuery{Practice: r.Practice, Number: r.From, Kind: TaskAnswer}
	for {
		page, err := s.store.Tasks(ctx, q)
		if err != nil {
			return Task{}
		}
		for _, t := range page.Tasks {
			asked := slices.ContainsFunc(open, func(v told) bool { return slices.Contains(t.Options, v.option()) })
			if asked || len(t.Options) == 0 && t.Due.After(r.At) {
				return t
			}
		}
		if q.After = page.Next; q.After == "" {
			return Task{}
		}
	}
}

// open returns the appointments of which the number was reminded, and which still are as it was told and their patient's at
// that number, in the order of their times. One that the schedule does not know of is not among them; one that it cannot tell of
// now stands there as it was told.
func (s *Service) open(ctx context.Context, r Received, texts []Tracked) []told {
	var open []told
	for _, t := range texts {
		if t.State != Sent && !t.State.Unsettled() {
			continue
		}
		for _, about := range t.about() {
			known := slices.ContainsFunc(open, func(v told) bool { return v.Appointment == about.Appointment })
			if about.Appointment == "" || known || !about.Start.IsZero() && !about.Start.After(r.At) {
				continue
			}
			v, err := s.visits.Visit(ctx, r.Practice, about.Appointment)
			number, asked, unsure := v.Number, false, err
			if err == nil {
				if number, asked, unsure = s.asked(ctx, r.Practice, v.Patient); !asked {
					number = v.Number
				}
			}
			switch {
			case errors.Is(err, ErrNotFound):
			case unsure != nil:
				v = Visit{Appointment: about.Appointment, Version: about.Version, Patient: about.Patient, Start: about.Start}
				open = append(open, told{v, t.ID, token(t.about()), t.Claimed, true})
			case v.Active && v.Version == about.Version && number == r.From && v.Start.After(r.At):
				open = append(open, told{v, t.ID, token(t.about()), t.Claimed, false})
			}
		}
	}
	slices.SortFunc(open, func(a, b told) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Appointment, b.Appointment))
	})
	return open
}

// option returns the appointment as a question offers it.
func (v told) option() Option { return Option{v.Appointment, v.Version, v.Patient} }

// confirm tells the schedule, and ends the question that was answered. Where the schedule does not take it, a person looks.
// Whose message it is, is known where all the appointments are of one patient. A message that is known confirms nothing again.
func (s *Service) confirm(ctx context.Context, r *Received, meant []told, question Task, change *Change) bool {
	if r.Patient = meant[0].Patient; slices.ContainsFunc(meant, func(v told) bool { return v.Patient != r.Patient }) {
		r.Patient = ""
	}
	if len(meant) == 1 {
		r.Subject = meant[0].Appointment
	}
	if known, err := s.store.Known(ctx, r.Key()); known || err != nil {
		return known // what the number was told of since is not what it answers
	}
	asked := false
	for _, v := range meant {
		if s.visits.Confirm(ctx, r.Practice, v.Appointment, v.Version, messageID(r.Inbound)) != nil {
			return false
		}
		asked = asked || slices.Contains(question.Options, v.option())
	}
	r.Word = string(wordConfirm)
	if asked {
		change.Finish = &Finish{Key: question.Key(), Outcome: Handled, At: r.At}
	}
	return true
}

// whichID is what the id of every question of ours begins with.
const whichID = "which-"

// mostChoices is how many appointments a patient is asked to choose from at most.
const mostChoices = 4

// ask opens the task of an answer that may be meant for several appointments, and asks back, where they can be told apart
// without a name.
func (s *Service) ask(ctx context.Context, r Received, visits []told, sender Sender, change *Change) {
	task := taskOf(r, TaskAnswer, visits[0].Start)
	if body := s.voice(ctx, r.ledger(), "").asks(sender, visits); body != "" {
		for _, v := range visits {
			task.Options = append(task.Options, v.option())
		}
		text := replyTo(r, whichID, sender, body)
		if visits[0].Start.Before(text.LastUseful) {
			text.LastUseful = visits[0].Start
		}
		change.Texts = append(change.Texts, text)
	}
	change.Tasks = append(change.Tasks, task)
}

// onlyPatient returns whom the texts to a number are about, where that is one patient.
func onlyPatient(texts []Tracked) string {
	only := ""
	for _, t := range texts {
		for _, about := range t.about() {
			if about.Patient != "" && only != "" && about.Patient != only {
				return ""
			}
			only = cmp.Or(about.Patient, only)
		}
	}
	return only
}

// texted returns all texts to whoever wrote, newest first, without the decisions on them: what was told first may be what an
// answer is for, however much was said since. Old texts that cannot be read any more keep no message from being taken in: then a
// person looks at it.
func (s *Service) texted(ctx context.Context, r Received) (texts []Tracked) {
	q := Query{Practice: r.Practice, Number: r.From}
	for {
		page, err := s.store.Texts(ctx, q)
		if err != nil {
			return nil
		}
		for _, t := range page.Texts {
			t.Decision = Decision{}
			texts = append(texts, t)
		}
		if q.After = page.Next; q.After == "" {
			return texts
		}
	}
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
