package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	posted  = regexp.MustCompile(`<form [^>]*method="post"[^>]*>`)
	written = regexp.MustCompile(`<input type="hidden" name="once" value="([A-Z2-7]+)" autocomplete="off">`)
)

// onces returns what tells the forms of a page apart, by where they are sent.
func onces(page string) map[string]string {
	all := map[string]string{}
	for _, at := range posted.FindAllStringIndex(page, -1) {
		tag, rest := page[at[0]:at[1]], page[at[1]:]
		if found := written.FindStringSubmatchIndex(rest); found != nil && found[0] == 0 {
			all[tag] = rest[found[2]:found[3]]
		} else if !strings.Contains(tag, "multipart") {
			all[tag] = ""
		}
	}
	return all
}

// A practice manager who clicks twice on a button does not text a patient twice.
func TestAFormThatIsSentTwiceIsDoneOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa = "+15125550142"
		b := s.browser()
		b.CheckRedirect = s.client.CheckRedirect
		before := len(s.texts(rosa))
		fields := func() url.Values {
			_, page := s.visit(b, "/?who=p-101")
			once := onces(page)[`<form method="post" action="/do/text">`]
			require.NotEmpty(t, once)
			return url.Values{
				"who": {"p-101"}, "patient": {"p-101"}, "category": {"transactional"}, "once": {once},
				"body": {"Elm Street Dental: we have moved to 4 Oak Street. Reply STOP to end texts."},
			}
		}
		form := fields()
		s.sendBoth(b, "text", form)
		s.settle()
		require.Len(t, s.texts(rosa), before+1)
		status, _ := s.press(b, "text", form, nil) // and a third click
		require.Equal(t, http.StatusSeeOther, status)
		s.settle()
		require.Len(t, s.texts(rosa), before+1)

		// Who fills in the form anew means it, and another button of a form is another matter.
		status, _ = s.press(b, "text", fields(), nil)
		require.Equal(t, http.StatusSeeOther, status)
		s.settle()
		require.Len(t, s.texts(rosa), before+2)
		form.Set("body", "Elm Street Dental: we are open on Friday. Reply STOP to end texts.")
		status, _ = s.press(b, "text", form, nil)
		require.Equal(t, http.StatusSeeOther, status)
		s.settle()
		require.Len(t, s.texts(rosa), before+3)

		// What was refused is tried again.
		refused := fields()
		refused.Set("patient", "p-9")
		for range 2 {
			status, page := s.press(b, "text", refused, nil)
			require.Equal(t, http.StatusNotFound, status)
			says(t, page, "The practice has no such patient")
		}
	})
}

// sendBoth sends a form twice at once.
func (s *site) sendBoth(b *http.Client, name string, form url.Values) {
	s.t.Helper()
	var both sync.WaitGroup
	var status [2]int
	for i := range status {
		both.Go(func() {
			req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.address()+"/do/"+name, strings.NewReader(form.Encode()))
			if err != nil {
				return
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := b.Do(req)
			if err != nil {
				return
			}
			status[i] = res.StatusCode
			_ = res.Body.Close()
		})
	}
	both.Wait()
	require.Equal(s.t, [2]int{http.StatusSeeOther, http.StatusSeeOther}, status)
}

// What a message held is handed out and destroyed: the second click of two shows it too.
func TestWhatIsHandedOutIsThereForTheSecondClick(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	s.act("reply", map[string]string{"number": "+18085550117", "words": "my gum bleeds since Friday"})
	var task taskView
	for _, v := range get[[]taskView](s, "tasks") {
		if v.Sensitive() {
			task = v
		}
	}
	b := s.browser()
	form := url.Values{"who": {"p-101"}, "provider": {task.Provider}, "message": {task.Message}, "once": {"A"}}
	for range 2 {
		status, page := s.press(b, "filecontent", form, nil)
		require.Equal(t, http.StatusOK, status)
		says(t, page, "my gum bleeds since Friday")
	}
}

// Every form that is posted can be told from its twin, and the address of a form that was refused leads back to the page.
func TestFormsOfThePage(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	b := s.browser()
	_, page := s.visit(b, "/?who=p-101")
	forms := onces(page)
	require.Greater(t, len(forms), 30)
	_, public := s.bare(http.MethodGet, "/report", "", nil)
	for tag, once := range onces(public) {
		if strings.Contains(tag, "/report") {
			forms[tag] = once
		}
	}
	require.Contains(t, forms, `<form method="post" action="/report">`)
	for tag, once := range forms {
		if !strings.Contains(tag, "/cookies") { // a choice, which is the same twice
			require.NotEmpty(t, once, tag)
		}
	}
	status, page := s.press(b, "text", url.Values{"patient": {"p-9"}}, nil)
	require.Equal(t, http.StatusBadRequest, status)
	says(t, page, "Not done.")

	// Each label names one field.
	seen := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.False(t, seen[id[1]], id[1])
		seen[id[1]] = true
	}
	for _, label := range regexp.MustCompile(`<label[^>]* for="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, seen[label[1]], label[1])
	}

	// What was refused is unfolded, keeps what was typed, and no other section's form shows it.
	for _, act := range []string{"text", "book", "patient"} {
		_, page = s.press(b, act, url.Values{"who": {"p-101"}}, nil)
		_, form, _ := strings.Cut(page, `action="/do/`+act+`"`)
		before := page[:len(page)-len(form)]
		require.Regexp(t, `<details class="form" open>$|<details class="form" open>.*\n.*$`, before[strings.LastIndex(before, "<details"):], act)
		says(t, page, `>To the form</a>`)
	}
	status, page = s.press(b, "requestpack", url.Values{"recipient": {"court"}, "name": {"Travis County"}, "number": {"+15125550142"}}, nil)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Equal(t, 1, strings.Count(page, `value="Travis County"`))

	status, page = s.visit(b, "/do/text")
	require.Equal(t, http.StatusOK, status)
	says(t, page, "Today's texts")
}
