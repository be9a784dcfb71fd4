package sms_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// write lets the patient of the example write a text.
func (x example) write(ctx context.Context, id, body string) {
	_, err := x.texts.Receive(ctx, "elm-street", sms.Inbound{
		Provider: "carrier", ID: id, From: "+12125550100", To: "+12145550199", Body: body,
	})
	if err != nil {
		fmt.Println(err)
	}
}

// What a patient writes of health is kept apart, and waits for a person: it goes to the chart, and is here no more.
func ExampleService_Tasks() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	x.write(ctx, "m-1", "My crown fell out.")
	x.write(ctx, "m-2", "Can I come an hour later?")
	x.write(ctx, "m-3", "And my name is misspelled.")
	page, err := x.texts.Tasks(ctx, reception, sms.TaskQuery{Practice: "elm-street"})
	if err != nil {
		fmt.Println(err)
	}
	for _, task := range page.Tasks {
		fmt.Println(task.Kind, "by", task.Due.Format(time.DateTime))
		if task.Kind != sms.TaskSensitive {
			continue
		}
		for range 2 {
			content, err := x.texts.File(ctx, reception, task.Message)
			fmt.Printf("  %q %v\n", content, err)
		}
	}
	// Output:
	// reply by 2026-03-05 06:00:00
	// sensitive by 2026-03-11 05:00:00
	//   "My crown fell out." <nil>
	//   "" sms: file: sms: not found
	// correction by 2026-04-03 05:00:00
}

// A conversation is read for a purpose. What a flagged message holds is not part of it.
func ExampleService_Thread() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	x.write(ctx, "m-1", "Can I come an hour later?")
	x.write(ctx, "m-2", "My tooth hurts.")
	query := sms.ThreadQuery{Practice: "elm-street", Number: "+12125550100"}
	_, err = x.texts.Thread(ctx, reception, query)
	fmt.Println(err)
	query.Purpose = sms.ForConversation
	thread, err := x.texts.Thread(ctx, reception, query)
	if err != nil {
		fmt.Println(err)
	}
	for _, item := range thread.Items {
		if item.Text != nil {
			fmt.Println("to the patient:", item.Text.Body)
		} else {
			fmt.Printf("from the patient: %q %s\n", item.Message.Body, item.Message.Flag)
		}
	}
	// Output:
	// sms: invalid: a read of texts says that it serves a conversation, their delivery, or a request
	// to the patient: Elm Street Dental: please call us about your message (214-555-0199). Texts are not private enough for it.
	// from the patient: "" health
	// from the patient: "Can I come an hour later?"
}
