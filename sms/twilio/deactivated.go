package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

const (
	maxList = 32 << 20 // some two million numbers; a day has a few hundred thousand at most
	maxHops = 3        // to the file: Twilio names an address that may name another
)

// notYet is Twilio's code for a day whose list is not out yet (twilio.com/docs/api/errors/30114).
const notYet = "30114"

// Deactivated goes through the numbers of the United States that their carriers took out of service on a day, as Twilio's
// Deactivations resource has them, from 27 August 2020 on. It is free, and tells Twilio of no number. The list is a file
// elsewhere, at an address that is good for two minutes: it is asked for over https alone, without the account's token, and
// [Options.RootCAs] must vouch for that host too. A line that cannot be read is told of when all others were gone through.
func (p *Provider) Deactivated(ctx context.Context, day time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		address, err := p.listOf(ctx, day)
		if err != nil {
			yield("", err)
			return
		}
		list, err := p.file(ctx, address)
		if err != nil {
			yield("", err)
			return
		}
		whole := true
		for line := range bytes.Lines(list) {
			line = bytes.TrimSpace(line)
			if len(line) == 0 {
				continue
			}
			number, ok := american(string(line))
			whole = whole && ok
			if ok && !yield(number, nil) {
				return
			}
		}
		if !whole {
			yield("", unsure("unreadable"))
		}
	}
}

// listOf returns where the list of a day lies. Twilio answers with a redirect, whose body says it too.
func (p *Provider) listOf(ctx context.Context, day time.Time) (string, error) {
	query := url.Values{"Date": {day.UTC().Format(time.DateOnly)}}
	req, err := p.request(ctx, http.MethodGet, p.messaging+"/v1/Deactivations?"+query.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", err, wire.Invalid(name, sms.AtLookup))
	}
	got, err := wire.Ask(p.client, req, name, sms.AtLookup, maxAnswer)
	if err != nil {
		return "", err
	}
	if got.Status/100 != 2 && got.Status != http.StatusTemporaryRedirect {
		e := refusal(sms.AtLookup, got)
		if e.Code == notYet {
			e.Class = sms.Transient
		}
		return "", e
	}
	var answer struct {
		Redirect string `json:"redirect_to"`
	}
	if json.Unmarshal(got.Body, &answer) != nil || answer.Redirect == "" {
		return "", unsure("unreadable")
	}
	return answer.Redirect, nil
}

// file reads what lies at an address that Twilio has named. The request says nothing of who asks.
func (p *Provider) file(ctx context.Context, address string) ([]byte, error) {
	for range maxHops {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return nil, unsure("unreadable")
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return nil, unsure("unreadable")
		}
		got, err := wire.Ask(p.client, req, name, sms.AtLookup, maxList)
		switch {
		case err != nil:
			return nil, err
		case got.Status == http.StatusOK:
			return got.Body, nil
		case got.Status/100 != 3:
			return nil, codes.Refusal(name, sms.AtLookup, got, "")
		}
		if next, err := u.Parse(got.Location); err == nil && got.Location != "" {
			address = next.String()
			continue
		}
		return nil, unsure("unreadable")
	}
	return nil, unsure("too many redirects")
}

// american reads a number of the United States, with or without its country's code.
func american(s string) (string, bool) {
	switch {
	case len(s) == 10:
		s = "+1" + s
	case len(s) == 11 && s[0] == '1':
		s = "+" + s
	}
	return s, len(s) == 12 && s[:2] == "+1" && form.E164(s)
}
