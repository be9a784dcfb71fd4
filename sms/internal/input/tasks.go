package input

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// TextTask is what the id of a text's task begins with, see [sms.Tracked.Task].
const TextTask = "text-"

// TextOf returns the id of the text that a task is about, where the task follows from a text.
func TextOf(task string) (string, bool) { return strings.CutPrefix(task, TextTask) }

// tasks checks what a change does with tasks and with what flagged messages hold.
func (c *checker) tasks(change sms.Change) sms.Change {
	change.Tasks = slices.Clone(change.Tasks)
	for i := range change.Tasks {
		t := &change.Tasks[i]
		c.task(t.Key())
		_, derived := TextOf(t.ID)
		c.that(!derived, "the task of a text follows from the text")
		c.that(t.Finished.IsZero() && t.Outcome == "", "a task is open when it is opened")
		c.text("the task's kind", string(t.Kind), 64)
		c.text("the task's number", t.Number, 64)
		for _, s := range []string{t.Patient, t.Text, t.Message.Practice, t.Message.Provider, t.Message.ID, t.Subject} {
			c.optional("a field of the task", s)
		}
		for _, o := range t.Options {
			c.optional("an option of the task", o.Subject+o.Version+o.Patient)
		}
		t.Opened, t.Due, t.Options = Instant(t.Opened), Instant(t.Due), slices.Clone(t.Options)
		if len(t.Options) == 0 {
			t.Options = nil
		}
	}
	if f := change.Finish; f != nil {
		kept := *f
		kept.At = Instant(f.At)
		c.task(f.Key)
		c.text("the outcome", string(f.Outcome), 64)
		c.that(!kept.At.IsZero(), "a task is finished at a moment")
		change.Finish = &kept
	}
	if d := change.Dispose; d != nil {
		c.text("the practice", d.Message.Practice, 64)
		c.text("the message's provider", d.Message.Provider, 64)
		c.text("the message's id", d.Message.ID, 256)
		c.that(d.As == sms.ContentFiled || d.As == sms.ContentDeleted, "what a message holds is filed or deleted")
	}
	return change
}

func (c *checker) task(k sms.Key) {
	c.text("the practice", k.Practice, 64)
	c.text("the task's id", k.ID, 256+len(TextTask))
}

// DuePlace is where a task stands in the order of pages: by when it is due, then by id, byte by byte.
type DuePlace struct {
	Due time.Time
	ID  string
}

// DueOf returns the place of a task.
func DueOf(t sms.Task) DuePlace { return DuePlace{t.Due, t.ID} }

// Compare orders places.
func (p DuePlace) Compare(q DuePlace) int {
	if c := p.Due.Compare(q.Due); c != 0 {
		return c
	}
	return strings.Compare(p.ID, q.ID)
}

// Next returns the cursor of the page behind a place.
func (p DuePlace) Next() string { return strconv.FormatInt(p.Due.UnixMicro(), 10) + "." + p.ID }

// TaskQuery checks a query and returns its limit and the place it continues from, nil for the first page.
func TaskQuery(q sms.TaskQuery) (limit int, after *DuePlace, err error) {
	limit, place, err := Query(sms.Query{Practice: q.Practice, After: q.After, Limit: q.Limit})
	if err == nil && !(Keepable(q.Number) && Keepable(string(q.Kind))) {
		err = fmt.Errorf("%w: the number or the kind is not valid text", sms.ErrInvalid)
	}
	if err != nil || place == nil {
		return limit, nil, err
	}
	return limit, &DuePlace{place.Created, place.ID}, nil
}
