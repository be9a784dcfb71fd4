package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// bare makes a request that brings nothing along but what edit gives it.
func (s *site) bare(method, path string, body string, edit func(*http.Request)) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.address()+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if edit != nil {
		edit(req)
	}
	return s.answer(req)
}

func TestNothingWithoutTheToken(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	paths := []string{"GET /", "GET /page.css", "GET /api", "GET /nothing", "POST /nothing"}
	for _, l := range s.looks {
		paths = append(paths, "GET "+l.Path)
	}
	for _, a := range s.acts {
		paths = append(paths, "POST "+a.Path, "POST /do/"+a.Name)
	}
	before := len(get[struct{ Entries []entryView }](s, "log", "limit", "500").Entries)
	for _, p := range paths {
		method, path, _ := strings.Cut(p, " ")
		for name, edit := range map[string]func(*http.Request){
			"nothing":      nil,
			"a wrong one":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer x"+testToken) },
			"an empty one": func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
			"a wrong kind": func(r *http.Request) { r.SetBasicAuth("", testToken) },
			"a cookie":     func(r *http.Request) { r.AddCookie(&http.Cookie{Name: sessionCookie, Value: testToken}) },
		} {
			status, _ := s.bare(method, path, "{}", edit)
			require.Equal(t, http.StatusUnauthorized, status, "%s with %s", p, name)
		}
	}
	status, body := s.bare(http.MethodGet, "/?token=old", "", nil)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Contains(t, body, "old token")
	require.Len(t, get[struct{ Entries []entryView }](s, "log", "limit", "500").Entries, before)
}

// browser opens the printed address and keeps its cookies.
func (s *site) browser() *http.Client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	b := &http.Client{Transport: s.client.Transport, Jar: jar}
	status, body := s.visit(b, "/?token="+testToken)
	require.Equal(s.t, http.StatusOK, status)
	says(s.t, body, "Today's texts")
	return b
}

func (s *site) visit(b *http.Client, path string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.address()+path, nil)
	require.NoError(s.t, err)
	was := s.client
	s.client = b
	defer func() { s.client = was }()
	return s.answer(req)
}

// says asserts that a page has some text, without printing the page.
func says(t *testing.T, page, text string) {
	t.Helper()
	require.True(t, strings.Contains(page, text), text)
}

// press sends one of the page's forms.
func (s *site) press(b *http.Client, name string, fields url.Values, edit func(*http.Request)) (int, string) {
	s.t.Helper()
	was := s.client
	s.client = b
	defer func() { s.client = was }()
	return s.bare(http.MethodPost, "/do/"+name, fields.Encode(), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if edit != nil {
			edit(r)
		}
	})
}

// upload sends a file through the page's form.
func (s *site) upload(b *http.Client, content string) (int, string) {
	s.t.Helper()
	return s.uploadTo(b, "import", "bundle", content)
}

// uploadTo sends a file through a form of the page.
func (s *site) uploadTo(b *http.Client, name, field, content string) (int, string) {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(s.t, form.WriteField("who", "p-101"))
	file, err := form.CreateFormFile(field, "chosen")
	require.NoError(s.t, err)
	_, err = file.Write([]byte(content))
	require.NoError(s.t, err)
	require.NoError(s.t, form.Close())
	was := s.client
	s.client = b
	defer func() { s.client = was }()
	return s.bare(http.MethodPost, "/do/"+name, body.String(), func(r *http.Request) {
		r.Header.Set("Content-Type", form.FormDataContentType())
	})
}

func TestThePageInABrowser(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	b := s.browser()
	home, err := url.Parse(s.address())
	require.NoError(t, err)
	cookies := b.Jar.Cookies(home)
	require.Len(t, cookies, 1)
	require.NotEqual(t, testToken, cookies[0].Value, "the cookie is no key for curl")

	// A form is answered by the page, once: the sentence is gone with a reload.
	status, page := s.press(b, "reply", url.Values{"number": {"+15125550142"}, "words": {"STOP"}, "who": {"p-101"}}, nil)
	require.Equal(t, http.StatusOK, status)
	says(t, page, "It is a stop")
	says(t, page, "you are removed from our texts")
	_, page = s.visit(b, "/?who=p-101")
	require.False(t, strings.Contains(page, "It is a stop"))

	// What is refused is answered by the page as well, with the reason.
	status, page = s.press(b, "consent", url.Values{"number": {"+15125550142"}, "published": {"transactional-2026-01"}}, nil)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	says(t, page, "A consent by document signed in the office needs document.")
	status, page = s.press(b, "publish", url.Values{"id": {"short"}, "category": {"promotional"}, "text": {"I agree."}}, nil)
	require.Equal(t, http.StatusBadRequest, status)
	says(t, page, "must also name the practice that sends the texts")
	says(t, page, ">I agree.</textarea>")

	// A file that is chosen on the page comes in, and one that is none is answered with the reason.
	for bundle, want := range map[string]string{
		`{"resourceType":"Patient","id":"u-1","name":[{"family":"Upload","given":["Una"]}]}`: "One patient was taken over.",
		`%PDF-1.7`: "Not a FHIR Bundle or Patient",
	} {
		_, page = s.upload(b, bundle)
		says(t, page, want)
	}
	says(t, page, "Una Upload")

	// A page of another site posts nothing here, even with the cookie.
	for _, header := range []func(*http.Request){
		func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
	} {
		status, _ = s.press(b, "clock", url.Values{"forward": {"1h"}}, header)
		require.Equal(t, http.StatusForbidden, status)
	}
	// A name that somebody points at this machine is not ours.
	status, _ = s.bare(http.MethodGet, "/", "", func(r *http.Request) { r.Host = "rebound.example" })
	require.Equal(t, http.StatusMisdirectedRequest, status)
}

func TestThePageKeepsToItself(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address()+"/", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	res, err := s.client.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	policy := res.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	require.NotContains(t, policy, "http")
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(t, "no-referrer", res.Header.Get("Referrer-Policy"))

	_, page := s.send(http.MethodGet, "/", "", nil)
	require.Contains(t, page, world.Wording)
	// Which name the practice's own addresses and load none.
	page = strings.NewReplacer(world.Wording, "", world.Brand().Website, "", "https://"+world.TextHost, "").Replace(page)
	for _, foreign := range []string{"<script", "style=", " onclick", "http://", "https://"} {
		require.False(t, strings.Contains(page, foreign), foreign)
	}
}
