package telnyx

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
)

const (
	pageSize = 250
	maxPage  = 1 << 20
)

// OptOuts goes through the account's opt-outs, of all its messaging profiles. An entry that cannot be read is told of when all
// others were gone through.
func (p *Provider) OptOuts(ctx context.Context, since time.Time) iter.Seq2[sms.OptOut, error] {
	return func(yield func(sms.OptOut, error) bool) {
		query := url.Values{"page[size]": {strconv.Itoa(pageSize)}}
		if !since.IsZero() {
			query.Set("created_at[gte]", since.UTC().Format(time.RFC3339))
		}
		whole := true
		for page, last := 1, 1; page <= last; page++ {
			query.Set("page[number]", strconv.Itoa(page))
			_, body, err := p.call(ctx, sms.AtLookup, http.MethodGet, "/v2/messaging_optouts?"+query.Encode(), nil, maxPage)
			if err != nil {
				yield(sms.OptOut{}, err)
				return
			}
			var answer struct {
				Data []listed `json:"data"`
				Meta struct {
					Pages *int `json:"total_pages"`
				} `json:"meta"`
			}
			if json.Unmarshal(body, &answer) != nil || answer.Data == nil || answer.Meta.Pages == nil { // no list is no empty list
				yield(sms.OptOut{}, unreadable())
				return
			}
			last = *answer.Meta.Pages
			for _, l := range answer.Data {
				out, ok := l.optOut()
				whole = whole && ok
				if ok && !yield(out, nil) {
					return
				}
			}
		}
		if !whole {
			yield(sms.OptOut{}, unreadable())
		}
	}
}

// listed is an entry of the list as Telnyx tells it.
type listed struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Created string `json:"created_at"`
}

// optOut reports false for an entry that names no number or no time. A sender that is no number, such as a name or a short
// code, or that is missing, is the whole profile's.
func (l listed) optOut() (sms.OptOut, bool) {
	// Telnyx writes a blank where RFC 3339 has a T.
	at, err := time.Parse(time.RFC3339Nano, strings.Replace(l.Created, " ", "T", 1))
	out := sms.OptOut{Number: l.To, At: at.UTC().Truncate(time.Microsecond)}
	if form.E164(l.From) {
		out.Sender = l.From
	}
	return out, err == nil && form.E164(l.To)
}

// unreadable is the error for a list that is not as it is documented. The code is ours.
func unreadable() *sms.SendError {
	return &sms.SendError{Stage: sms.AtLookup, Provider: name, Code: "unreadable", Class: sms.Unknown}
}
