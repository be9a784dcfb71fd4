package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

const (
	pageSize = 100
	maxPages = 20
	maxPage  = 4 << 20 // a hundred messages of 1,600 characters and all that is said about each
	// skew is how far Twilio's clock and ours may differ.
	skew = 5 * time.Minute
)

// listed is a message as Twilio lists it.
type listed struct {
	SID       string `json:"sid"`
	Body      string `json:"body"`
	From      string `json:"from"`
	To        string `json:"to"`
	Direction string `json:"direction"`
	Status    string `json:"status"`
	Created   string `json:"date_created"`
	Code      *int   `json:"error_code"`
}

// Find looks for m among the messages between its numbers. See the package's documentation for what it can and cannot
// tell. The receipt has no reference, for Twilio does not know m's.
func (p *Provider) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Receipt{}, false, err
	}
	since := m.Sent.Add(-skew)
	path := p.list + "?" + url.Values{"To": {m.To}, "From": {m.From}, "PageSize": {strconv.Itoa(pageSize)}}.Encode()
	var found []listed
	for page := 0; path != ""; page++ {
		if page == maxPages {
			return sms.Receipt{}, false, unsure("too many messages")
		}
		messages, next, err := p.page(ctx, path)
		if err != nil {
			return sms.Receipt{}, false, err
		}
		older := 0
		for _, l := range messages {
			created, err := time.Parse(time.RFC1123Z, l.Created)
			switch {
			case err != nil:
				return sms.Receipt{}, false, unsure("unreadable")
			case created.Before(since):
				older++
			case !strings.HasPrefix(l.Direction, "outbound") || l.To != m.To || l.From != m.From:
			case l.Body == "", slices.Equal(strings.Fields(l.Body), strings.Fields(m.Body)): // a body that was redacted may have been ours
				found = append(found, l)
			}
		}
		// The list runs from new to old: a page that is too old altogether is the last one worth reading.
		if path = next; older > 0 && older == len(messages) {
			break
		}
	}
	return p.verdict(m, found)
}

// verdict says what the messages that could be m mean.
func (p *Provider) verdict(m sms.Message, found []listed) (sms.Receipt, bool, error) {
	switch len(found) {
	case 0:
		tried := m.Sent
		if m.Tried.After(tried) {
			tried = m.Tried
		}
		if p.now().Sub(tried) < p.lag {
			e := unsure("not listed yet")
			e.Class = sms.Transient
			return sms.Receipt{}, false, e
		}
		return sms.Receipt{}, false, nil
	case 1:
		if found[0].Body == "" {
			return sms.Receipt{}, false, unsure("body redacted")
		}
	default:
		return sms.Receipt{}, false, unsure("several alike")
	}
	l := found[0]
	code := ""
	if l.Code != nil && *l.Code > 0 {
		code = strconv.Itoa(*l.Code)
	}
	r, ok := receipt(l.SID, l.Status, code)
	if !ok {
		return sms.Receipt{}, false, unsure("unreadable")
	}
	return r, true, nil
}

// unsure is the answer when the list does not say what became of a message. The code is ours.
func unsure(code string) *sms.SendError {
	return &sms.SendError{Stage: sms.AtLookup, Provider: name, Code: code, Class: sms.Unknown}
}

// page reads one page of the list and returns the path of the next, or "".
func (p *Provider) page(ctx context.Context, path string) ([]listed, string, error) {
	_, body, err := p.call(ctx, sms.AtLookup, http.MethodGet, p.base+path, nil, maxPage)
	if err != nil {
		return nil, "", err
	}
	var page struct {
		Messages []listed `json:"messages"`
		Next     string   `json:"next_page_uri"`
	}
	if json.Unmarshal(body, &page) != nil || page.Messages == nil { // no list is no empty list
		return nil, "", unsure("unreadable")
	}
	// What the answer names must be the same list: the request carries our token.
	if page.Next != "" && !strings.HasPrefix(page.Next, p.list+"?") {
		return nil, "", unsure("unreadable")
	}
	return page.Messages, page.Next, nil
}
