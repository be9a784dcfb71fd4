package sms

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// ThreadQuery asks for a conversation.
type ThreadQuery struct {
	Practice string
	Number   string  // whose conversation it is, required
	Patient  string  // only what is about this patient, or about nobody in particular; empty: everybody on the number
	Purpose  Purpose // what it is read for, required: [ForConversation] or [ForRequest]
	After    string  // Thread.Next of the page before; empty for the first page
	Limit    int     // 1 to 500. Defaults to 100.
}

// Thread is a page of a conversation, newest first, and texts before messages where they are of one instant. One of a patient's
// alone may hold fewer items than were asked for, none even, and not be the last: Next is empty on the last page alone.
type Thread struct {
	Items []Item
	Next  string
}

// Item is one text or one message of a conversation.
type Item struct {
	At      time.Time // when the text was made, or the message received; UTC
	Text    *Tracked  // to the patient; or nil
	Message *Received // from the patient; or nil. A flagged one has no body, see [Service.Content].
}

// concerns reports whether an item is about a patient, or about nobody in particular.
func (i Item) concerns(patient string) bool {
	if i.Text != nil {
		return i.Text.concerns(patient) || i.Text.Patient == "" && len(i.Text.Subjects) == 0
	}
	return i.Message.Patient == patient || i.Message.Patient == ""
}

// Thread returns a page of what a practice and a number wrote each other, after recording that by read it, and what for.
// It is refused with [ErrPurpose] unless it names the number and serves its conversation: there is no way to look for
// what texts say, nor through all numbers.
func (s *Service) Thread(ctx context.Context, by audit.Actor, q ThreadQuery) (Thread, error) {
	entry := audit.Entry{
		Practice: q.Practice, Actor: by, Action: "sms.thread.read", Object: audit.Object{Kind: "texts", ID: q.Number}, Patient: q.Patient,
		Details: map[string]string{"purpose": string(q.Purpose)},
	}
	limit, err := q.valid()
	if err != nil {
		return Thread{}, s.refuse(ctx, entry, err)
	}
	texts, messages, err := q.halves(limit + 1)
	if err != nil {
		return Thread{}, s.refuse(ctx, entry, err)
	}
	items, err := s.items(ctx, texts, messages)
	if err != nil {
		return Thread{}, fmt.Errorf("sms: thread: %w", err)
	}
	var page Thread
	if len(items) > limit {
		items = items[:limit]
		page.Next = items[limit-1].place()
	}
	page.Items = slices.DeleteFunc(items, func(i Item) bool {
		return q.Patient != "" && !i.concerns(q.Patient)
	})
	if err := s.log.Record(ctx, entry); err != nil {
		return Thread{}, fmt.Errorf("sms: thread: %w", err)
	}
	return page, nil
}

// place tells where a page continues behind the item: after a text, or after a message.
func (i Item) place() string {
	if i.Text != nil {
		return "t" + i.Text.Place()
	}
	return "m" + i.Message.Place()
}

// valid returns a query's limit.
func (q ThreadQuery) valid() (limit int, err error) {
	if err := q.Purpose.serves(q.Number); err != nil {
		return 0, err
	}
	if q.Purpose == ForDelivery {
		return 0, fmt.Errorf("%w: whether texts arrive is no reason to read a conversation", ErrPurpose)
	}
	if !form.E164(q.Number) {
		return 0, fmt.Errorf("%w: the number is not in E.164 form", ErrInvalid)
	}
	if err := form.Text(ErrInvalid, "the patient", q.Patient, form.ID, false); err != nil {
		return 0, err
	}
	if limit = q.Limit; limit == 0 {
		limit = 100
	}
	if limit < 1 || limit > 500 {
		return 0, fmt.Errorf("%w: a page of a conversation has 1 to 500 rows", ErrInvalid)
	}
	return limit, nil
}

// halves returns the queries that find a page's texts and its messages, at most limit of each. At one instant texts come before
// messages.
func (q ThreadQuery) halves(limit int) (texts, messages Query, err error) {
	texts = Query{Practice: q.Practice, Number: q.Number, Limit: limit}
	messages = texts
	if q.After == "" {
		return texts, messages, nil
	}
	kind, place := q.After[:1], q.After[1:]
	micros, _, _ := strings.Cut(place, ".")
	at, err := strconv.ParseInt(micros, 10, 64)
	switch {
	case err == nil && kind == "t":
		texts.After, messages.Before = place, time.UnixMicro(at+1).UTC()
	case err == nil && kind == "m":
		texts.Before, messages.After = time.UnixMicro(at).UTC(), place
	default:
		return texts, messages, fmt.Errorf("%w: a query continues from what no page gave", ErrInvalid)
	}
	return texts, messages, nil
}

// items returns the newest texts and messages of two queries together, at most their limit.
func (s *Service) items(ctx context.Context, ofTexts, ofMessages Query) ([]Item, error) {
	texts, err := s.store.Texts(ctx, ofTexts)
	if err != nil {
		return nil, err
	}
	messages, err := s.store.Received(ctx, ofMessages)
	if err != nil {
		return nil, err
	}
	var items []Item
	for i := range texts.Texts {
		items = append(items, Item{At: texts.Texts[i].Created, Text: &texts.Texts[i]})
	}
	for i := range messages {
		items = append(items, Item{At: messages[i].At, Message: &messages[i]})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return b.At.Compare(a.At) })
	return items[:min(len(items), ofTexts.Limit)], nil
}
