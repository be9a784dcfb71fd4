package sms

import "time"

// TaskKind is why a person has to do something.
type TaskKind string

// The kinds of tasks. The first four are about texts and follow from what became of them; the others are about messages
// that came in.
const (
	TaskReview     TaskKind = "review"     // nobody can tell whether a text was sent
	TaskFailed     TaskKind = "failed"     // a text failed at the provider, or was not delivered
	TaskStale      TaskKind = "stale"      // a text could not leave at a lawful hour while it was of use
	TaskUnready    TaskKind = "unready"    // a text was refused for want of what the practice has to get: an agreement, a registration
	TaskSensitive  TaskKind = "sensitive"  // a message that speaks of health, or a picture, is to be filed or deleted
	TaskAnswer     TaskKind = "answer"     // an answer that may be meant for more than one appointment
	TaskCorrection TaskKind = "correction" // the patient wants something put right that we have wrong
	TaskReply      TaskKind = "reply"      // a message that waits for an answer
	TaskDoubt      TaskKind = "doubt"      // words that may be a stop; see consent.Doubt
)

// Task is what needs a person. It never holds what a message said.
type Task struct {
	Practice string
	ID       string
	Kind     TaskKind
	Patient  string     // whom it is about, the vendor's id; empty: staff finds out, as on a phone that a family shares
	Number   string     // of whoever wrote, or whom the text is for
	Text     string     // the id of the text it is about; empty: it is about a message
	Message  MessageKey // the message that it is about
	Subject  string     // the appointment that it is about; empty: none that is known
	Options  []Option   // of TaskAnswer: the appointments that the patient was asked to choose from, in order
	Opened   time.Time  // UTC, at microseconds
	Due      time.Time  // the end of a day by the practice's clock, or when a text or an appointment comes; UTC
	Finished time.Time  // zero: open; UTC
	Outcome  Outcome    // once it is finished
}

// Option is an appointment that an answer may be meant for.
type Option struct {
	Subject string
	Version string
	Patient string
}

// Key returns the task's key.
func (t Task) Key() Key { return Key{t.Practice, t.ID} }

// Outcome is what came of a task.
type Outcome string

// The outcomes. Filed and Deleted are of sensitive content alone, and come with [Service.File] and [Service.Delete].
const (
	Handled  Outcome = "handled"  // a person saw to it
	Needless Outcome = "needless" // there was nothing to do
	WasSent  Outcome = "was_sent" // of TaskReview: the text was sent
	NotSent  Outcome = "not_sent" // of TaskReview: it was not
	Stops    Outcome = "stops"    // of TaskDoubt: it was a stop, which revokes everything
	NoStop   Outcome = "no_stop"  // of TaskDoubt: it was none
	Filed    Outcome = "filed"    // of TaskSensitive: the content is in the chart now, and here no more
	Deleted  Outcome = "deleted"  // of TaskSensitive: the content is nowhere any more
)

// outcomes returns how a task of a kind may be finished by a person.
func (k TaskKind) outcomes() []Outcome {
	switch k {
	case TaskReview:
		return []Outcome{WasSent, NotSent}
	case TaskDoubt:
		return []Outcome{Stops, NoStop}
	case TaskSensitive:
		return nil
	}
	return []Outcome{Handled, Needless}
}

// textTask is what the id of a text's task begins with. Others begin otherwise.
const textTask = "text-"

// Task returns what a person has to do about a text, and false when there is nothing. It follows from the text alone: one
// that nobody can tell of, that failed otherwise than by the recipient's own opt-out, or that was refused because it could not
// leave while it was of use, or for want of what the practice has to get ([Unready]), which [Service.Requeue] puts back then. A
// text that is put back and fails again is a new task under the same id.
func (t Tracked) Task() (Task, bool) {
	task := Task{
		Practice: t.Practice, ID: textTask + t.ID, Patient: t.Patient, Number: t.To, Text: t.ID, Subject: t.Subject,
		Opened: t.Claimed, Due: t.LastUseful,
	}
	if task.Opened.IsZero() {
		task.Opened = t.Created
	}
	switch {
	case t.State == Review:
		task.Kind = TaskReview
	case t.State == Failed && t.Class != OptedOut:
		task.Kind = TaskFailed
	case t.State == Refused && t.Class == Expired && t.Decision.stale():
		task.Kind = TaskStale
	case t.State == Refused && t.Class == Unready && t.Decision.unready():
		task.Kind = TaskUnready
	default:
		return Task{}, false
	}
	return task, true
}

// stale reports whether a text was refused because it cannot leave, or arrive, while it is of use.
func (d Decision) stale() bool { return d.Verdict == Refuse && d.Rule == string(CheckUseful) }

// unready reports whether a text was refused for want of what the practice, or whoever runs the workers, has to get.
func (d Decision) unready() bool {
	return d.Verdict == Refuse && (d.Rule == "agreement" || d.Rule == "registration" || d.Rule == "broadcast")
}

// class is how a refused text's end is told from others without a look at its decision.
func (d Decision) class() Class {
	switch {
	case d.stale():
		return Expired
	case d.unready():
		return Unready
	}
	return ""
}

// TaskQuery asks for open tasks.
type TaskQuery struct {
	Practice string
	Kind     TaskKind  // only tasks of this kind; empty: all
	Number   string    // only tasks about this number; empty: all
	Due      time.Time // only tasks that are due by then; zero: all
	After    string    // TaskPage.Next of the page before; empty for the first page
	Limit    int       // 1 to 1000. Defaults to 100.
}

// TaskPage is one page of tasks, the first that is due first. It may hold fewer than were asked for, none even, and not be
// the last: Next is empty on the last page alone.
type TaskPage struct {
	Tasks []Task
	Next  string
}

// Finish ends a task.
type Finish struct {
	Key     Key
	Outcome Outcome
	Patient string    // of [TaskCorrection], where the task does not say whom it is about
	Reason  string    // what was done, for the entry; it says nothing of anybody's health
	At      time.Time // set by the service; UTC, at microseconds
}
