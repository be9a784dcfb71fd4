package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// Lookup asks Twilio Lookup (version 2) for the kind of a number's line and, where verified is set, whether the number was
// reassigned since. Both cost money per number; the second needs an approval that Twilio gives (it answers with no data
// otherwise) and speaks of numbers of the United States alone.
func (p *Provider) Lookup(ctx context.Context, number string, verified time.Time) (sms.Line, error) {
	if !form.E164(number) {
		return sms.Line{}, fmt.Errorf("%w: a look-up needs a number in E.164: %w", sms.ErrInvalid, wire.Invalid(name, sms.AtLookup))
	}
	query := url.Values{"Fields": {"line_type_intelligence"}}
	if !verified.IsZero() {
		query.Set("Fields", "line_type_intelligence,reassigned_number")
		query.Set("LastVerifiedDate", verified.UTC().Format("20060102"))
	}
	address := p.lookups + "/v2/PhoneNumbers/" + url.PathEscape(number) + "?" + query.Encode()
	_, body, err := p.call(ctx, sms.AtLookup, http.MethodGet, address, nil, maxAnswer)
	if err != nil {
		return sms.Line{}, err
	}
	var answer struct {
		Number string `json:"phone_number"`
		Line   *struct {
			Type string `json:"type"`
		} `json:"line_type_intelligence"`
		Reassigned *struct {
			Answer string `json:"is_number_reassigned"`
		} `json:"reassigned_number"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Number != number {
		return sms.Line{}, unsure("unreadable")
	}
	line := sms.Line{Number: number, Verified: verified.UTC(), Reassigned: sms.NoData, Deactivated: sms.NoData, Landline: sms.NoData}
	if answer.Line != nil && answer.Line.Type != "" && answer.Line.Type != "unknown" {
		line.Landline = sms.No
		if answer.Line.Type == "landline" {
			line.Landline = sms.Yes
		}
	}
	if r := answer.Reassigned; r != nil && !verified.IsZero() {
		switch r.Answer {
		case "yes":
			line.Reassigned = sms.Yes
		case "no":
			line.Reassigned = sms.No
		}
	}
	return line, nil
}
