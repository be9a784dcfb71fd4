package bandwidth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// skew is how far Bandwidth's clock and ours may differ.
const skew = 5 * time.Minute

// Find looks whether anything went between m's numbers since its first attempt. See the package's documentation for what
// it can and cannot tell: it never finds m, it only rules it out.
func (p *Provider) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	if err := wire.Valid(name, m, maxBody); err != nil {
		return sms.Receipt{}, false, err
	}
	query := url.Values{
		"sourceTn": {m.From}, "destinationTn": {m.To}, "messageDirection": {"OUTBOUND"}, "limit": {"1"},
		"fromDateTime": {m.Sent.Add(-skew).UTC().Format(instant)},
	}
	_, body, err := p.call(ctx, sms.AtLookup, http.MethodGet, p.base+"/users/"+p.account.ID+"/messages?"+query.Encode(), nil, maxAnswer)
	if err != nil {
		return sms.Receipt{}, false, err
	}
	var answer struct {
		Total    *int              `json:"totalCount"`
		Messages []json.RawMessage `json:"messages"`
	}
	tried := m.Sent
	if m.Tried.After(tried) {
		tried = m.Tried
	}
	switch {
	case json.Unmarshal(body, &answer) != nil || answer.Total == nil:
		return sms.Receipt{}, false, unsure("unreadable", sms.Unknown)
	case *answer.Total > 0 || len(answer.Messages) > 0:
		return sms.Receipt{}, false, unsure("cannot be told apart", sms.Unknown)
	case p.now().Sub(tried) < p.lag:
		return sms.Receipt{}, false, unsure("not listed yet", sms.Transient)
	}
	return sms.Receipt{}, false, nil
}

// unsure is the error where the answer does not say. The code is ours.
func unsure(code string, class sms.Class) *sms.SendError {
	return &sms.SendError{Stage: sms.AtLookup, Provider: name, Code: code, Class: class}
}
