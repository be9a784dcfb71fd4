package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
)

// task returns the one open task of a kind about a number.
func (s *site) task(kind sms.TaskKind, number string) taskView {
	s.t.Helper()
	var all []taskView
	for _, v := range get[[]taskView](s, "tasks") {
		if v.Kind == kind && v.Number == number {
			all = append(all, v)
		}
	}
	require.Len(s.t, all, 1, kind)
	return all[0]
}

// A message that speaks of health is kept apart, read with a purpose, and is filed or deleted by its deadline.
func TestPromise_D1_5_TheServerKeepsHealthApart(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		const words = "My tooth hurts, I take ibuprofen"
		require.Contains(t, s.act("reply", map[string]string{"number": number, "words": words}), "kept apart")
		nowhere := func() {
			for _, path := range []string{"/api/received", "/api/tasks", "/api/log?limit=500&looks=yes", "/api/conversation?purpose=conversation&number=5125550142", "/api/texts"} {
				status, body := s.send(http.MethodGet, path, "", nil)
				require.Equal(t, http.StatusOK, status, body)
				require.NotContains(t, body, "ibuprofen", path)
			}
		}
		nowhere()
		require.Contains(t, received(s.phone(number))[1], "please call us about your message")
		task := s.task(sms.TaskSensitive, number)
		require.False(t, task.Overdue)
		require.WithinDuration(t, task.Opened.AddDate(0, 0, 7), task.Due, 25*time.Hour)
		message := map[string]string{"provider": task.Provider, "message": task.Message}
		require.Equal(t, contentView{Words: words}, ask[contentView](s, "content", message))
		require.Equal(t, contentView{Words: words, Filed: true}, ask[contentView](s, "filecontent", message))
		s.refused(http.StatusNotFound, "content", message)
		s.refused(http.StatusNotFound, "filecontent", message)

		// Another one is deleted, on the page, which shows it to whoever asks and keeps it for nobody.
		s.act("reply", map[string]string{"number": number, "words": words})
		task = s.task(sms.TaskSensitive, number)
		fields := url.Values{"provider": {task.Provider}, "message": {task.Message}}
		b := s.browser()
		_, page := s.press(b, "content", fields, nil)
		says(t, page, words)
		_, page = s.visit(b, "/")
		require.False(t, strings.Contains(strings.ReplaceAll(page, "<p>"+words+"</p>", ""), words), "the phone is the patient's")
		fields.Set("reason", "It belongs in no chart")
		_, page = s.press(b, "deletecontent", fields, nil)
		says(t, page, "Deleted.")
		nowhere()
		seen := map[string]bool{}
		for _, e := range get[struct{ Entries []entryView }](s, "log", "limit", "500", "looks", "yes").Entries {
			seen[e.Action] = true
		}
		for _, action := range []string{"sms.content.read", "sms.content.file", "sms.content.delete"} {
			require.True(t, seen[action], action)
		}
	})
}

// Texts and messages are read for a purpose, of one number.
func TestPromise_D5_5_TheServerReadsForAPurpose(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		for _, query := range []string{"", "&purpose=marketing", "&purpose=delivery"} {
			status, body := s.send(http.MethodGet, "/api/conversation?number=5125550142"+query, "", nil)
			require.Equal(t, http.StatusBadRequest, status, body)
			require.Contains(t, body, "Say what the texts are read for")
		}
		read := get[conversationView](s, "conversation", "number", "5125550142", "purpose", "conversation")
		require.Len(t, read.Items, 1)
		require.Equal(t, "p-101", read.Items[0].Patient)

		// Of two children on one phone only what is about the one that was asked about: the reminder of both, and not what it took
		// the place of.
		s.act("clock", map[string]string{"forward": "8h"})
		family := func(query ...string) conversationView {
			return get[conversationView](s, "conversation", append([]string{"number", "7375550178", "purpose", "request"}, query...)...)
		}
		require.Len(t, family().Items, 2)
		require.Len(t, family("patient", "p-104").Items, 1)

		_, page := s.visit(s.browser(), "/?who=p-101")
		says(t, page, "no search through what was written")
		_, page = s.visit(s.browser(), "/?who=p-101&purpose=conversation")
		says(t, page, "<b>The practice wrote</b>")
		_, page = s.visit(s.browser(), "/?who=p-101&purpose=marketing")
		says(t, page, "Say what the texts are read for")
	})
}

// A correction by text has its clock, and of a shared phone a person says whom it is about.
func TestPromise_D4_2_ACorrectionIsSeenTo(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const family = "+17375550178"
		s.act("reply", map[string]string{"number": family, "words": "My birthday is wrong"})
		task := s.task(sms.TaskCorrection, family)
		require.Empty(t, task.Patient)
		require.WithinDuration(t, task.Opened.AddDate(0, 0, 30), task.Due, 25*time.Hour)
		finish := map[string]string{"task": task.ID, "outcome": "handled", "reason": "called"}
		require.Contains(t, s.refused(http.StatusBadRequest, "finish", finish), "ask whom it is about")
		finish["patient"] = "p-104"
		s.act("finish", finish)
		require.Contains(t, s.refused(http.StatusBadRequest, "finish", finish), "finished this already")
	})
}

// An answer to a reminder confirms the visit; one that may be meant for two is asked back.
func TestPromise_M2_2_AnAnswerConfirmsTheVisit(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		confirmed := func() map[string]bool {
			all := map[string]bool{}
			for _, v := range get[[]visitView](s, "schedule") {
				if v.Confirmed {
					all[v.Patient] = true
				}
			}
			return all
		}
		require.Empty(t, confirmed())
		require.Contains(t, s.act("reply", map[string]string{"number": "+15125550142", "words": "Yes!"}), "It confirms the appointment")
		require.Equal(t, map[string]bool{"p-101": true}, confirmed())

		const family = "+17375550178"
		s.act("clock", map[string]string{"forward": "8h"})
		s.act("reply", map[string]string{"number": family, "words": "YES"})
		question := received(s.phone(family))
		require.Contains(t, question[len(question)-1], "which appointment do you mean?")
		require.NotContains(t, question[len(question)-1], "Leah")
		s.task(sms.TaskAnswer, family)
		s.act("reply", map[string]string{"number": family, "words": "2"})
		require.Equal(t, map[string]bool{"p-101": true, "p-104": true}, confirmed())
		require.Empty(t, func() (open []taskView) {
			for _, v := range get[[]taskView](s, "tasks") {
				if v.Kind == sms.TaskAnswer {
					open = append(open, v)
				}
			}
			return open
		}())
	})
}

// twoPhones adds a patient who has two phones and consented to texts at both.
func (s *site) twoPhones() (patient, usual, other string) {
	usual, other = "+15125550171", "+15125550172"
	d := ask[struct{ Patient string }](s, "patient", map[string]string{"given": "Ada", "family": "Quist", "phone": usual, "other": other})
	for _, number := range []string{usual, other} {
		s.act("consent", map[string]string{"number": number, "category": "transactional", "published": "transactional-2026-01", "document": "scan-1"})
	}
	return d.Patient, usual, other
}

// Who asked to be reached elsewhere is never texted at the usual number.
func TestPromise_M9_5_TheOtherNumberIsUsed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		id, usual, other := s.twoPhones()
		text := map[string]string{"patient": id, "category": "transactional", "body": "Elm Street Dental: we moved."}
		s.act("channel", map[string]string{"patient": id, "number": other})
		s.act("text", text)
		require.Empty(t, s.phone(usual))
		require.Len(t, s.phone(other), 1)
		tried := ask[triedView](s, "try", text)
		require.Equal(t, "restriction", tried.Rules[len(tried.Rules)-1].Rule, "to the usual number none may leave")
		s.act("channel", map[string]string{"patient": id})
		require.Contains(t, s.refused(http.StatusBadRequest, "text", text), "otherwise than by text")
		s.act("channel", map[string]string{"patient": id, "usual": "yes"})
		s.act("text", text)
		require.Len(t, s.phone(usual), 1)
	})
}

// A reminder that was planned before its patient asked to be reached elsewhere goes there, and is confirmed from there alone.
func TestPromise_M9_5_TheOtherNumberIsRemindedAndConfirms(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		id, usual, other := s.twoPhones()
		day := local(s.scene.Load().Clock.Now()).AddDate(0, 0, 2).Format("2006-01-02")
		s.act("book", map[string]string{"patient": id, "start": day + "T15:00"})
		require.Len(t, s.texts(usual), 1, "it is planned")
		s.act("channel", map[string]string{"patient": id, "number": other})
		s.act("clock", map[string]string{"forward": "40h"})
		require.Empty(t, s.phone(usual))
		told := received(s.phone(other))
		require.Len(t, told, 1, "%+v %+v", s.texts(usual), s.texts(other))
		require.Contains(t, told[0], "at 3:00 PM. Reply C")

		confirmed := func() bool {
			return slices.ContainsFunc(get[[]visitView](s, "schedule"), func(v visitView) bool { return v.Patient == id && v.Confirmed })
		}
		s.act("reply", map[string]string{"number": usual, "words": "yes"})
		require.False(t, confirmed())
		require.Contains(t, s.act("reply", map[string]string{"number": other, "words": "yes"}), "It confirms the appointment")
		require.True(t, confirmed())
	})
}

// A text to many is decided on for each; it pauses, goes on, and ends.
func TestTextsToMany(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		day := local(s.scene.Load().Clock.Now()).AddDate(0, 0, 1).Format("2006-01-02")
		cast := func() castView { return get[[]castView](s, "broadcasts")[0] }
		steer := func(step string) {
			s.act("steer", map[string]string{"broadcast": "closed", "step": step, "reason": "decided at the desk"})
		}
		s.act("broadcast", map[string]string{"id": "closed", "template": "closed", "audience": "booked", "day": day})
		require.Equal(t, "draft", string(cast().Status))
		require.Equal(t, 5, cast().Recipients, "two children on one phone are one")
		reached := len(received(s.phone("+15125550142")))

		steer("start")
		require.Len(t, received(s.phone("+15125550142")), reached+1)
		require.Equal(t, map[string]int{"consent": 1}, cast().Refused)
		require.Equal(t, 2, cast().Sent)
		require.Equal(t, 1, cast().Queued, "one waits for its hour")
		require.Equal(t, 1, cast().Review, "of one nobody knows whether it arrived")
		steer("pause")
		require.Zero(t, cast().Queued, "what was not claimed is taken back")
		require.Contains(t, s.refused(http.StatusConflict, "steer", map[string]string{"broadcast": "closed", "step": "pause"}), ".")
		const honolulu = "+18085550117"
		told := func() (n int) {
			for _, body := range received(s.phone(honolulu)) {
				if strings.Contains(body, "our office is closed") {
					n++
				}
			}
			return n
		}
		s.act("clock", map[string]string{"forward": "4h"})
		require.Zero(t, told(), "it is paused")
		steer("resume")
		require.Equal(t, 1, told())
		require.Equal(t, "done", string(cast().Status), "it does not wait for a person")
		_, page := s.send(http.MethodGet, "/", "", nil)
		says(t, page, "5 in the audience, 3 sent, 1 for a person, 1 refused by consent.")
		doubtful := s.texts("+13035550187")[0]
		require.Contains(t, doubtful.Body, "our office is closed")
		s.act("resolve", map[string]string{"text": doubtful.ID, "arrived": "yes", "reason": "asked by telephone"})
		require.Equal(t, []int{4, 0}, []int{cast().Sent, cast().Review})
		s.act("broadcast", map[string]string{"id": "another", "template": "closed", "audience": "booked", "day": day})
		s.act("steer", map[string]string{"broadcast": "another", "step": "cancel", "reason": "decided at the desk"})
		require.Equal(t, "cancelled", string(cast().Status))

		// Nobody is chosen by what is known of their health, or by likeness.
		offer := map[string]string{"id": "offer", "template": "offer", "audience": "condition", "detail": "some condition", "day": day, "patient": "p-101"}
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "broadcast", offer), "authorization in force of each patient")
	})
}
