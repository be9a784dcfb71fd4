package bandwidth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// Lookup asks for the kind of a number's line, and, where the account has that option, whether its carrier took it out of
// service. Who holds it Bandwidth does not know: that answer is no data, whatever verified is.
func (p *Provider) Lookup(ctx context.Context, number string, verified time.Time) (sms.Line, error) {
	if !form.E164(number) {
		return sms.Line{}, fmt.Errorf("%w: a look-up needs a number in E.164: %w", sms.ErrInvalid, wire.Invalid(name, sms.AtLookup))
	}
	address := p.lookups + "/accounts/" + p.account.ID + "/phoneNumberLookup"
	_, body, err := p.call(ctx, sms.AtLookup, http.MethodPost, address, map[string][]string{"phoneNumbers": {number}}, maxAnswer)
	if err != nil {
		return sms.Line{}, err
	}
	var answer struct {
		Data struct {
			Results []struct {
				Number      string `json:"phoneNumber"`
				Line        string `json:"lineType"`
				Event       string `json:"deactivationEvent"`
				Deactivated string `json:"deactivationDate"`
				Delivery    string `json:"latestMessageDeliveryStatus"`
			} `json:"results"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return sms.Line{}, unsure("unreadable", sms.Unknown)
	}
	line := sms.Line{Number: number, Verified: verified.UTC(), Reassigned: sms.NoData, Deactivated: sms.NoData, Landline: sms.NoData}
	for _, r := range answer.Data.Results {
		if r.Number != number {
			continue
		}
		switch r.Line {
		case "FIXED":
			line.Landline = sms.Yes
		case "MOBILE", "VOIP", "VOIP-FIXED":
			line.Landline = sms.No
		}
		switch {
		case r.Event == "DEACTIVATED":
			line.Deactivated = sms.Yes
			// A time of no zone: the day is what counts.
			if len(r.Deactivated) >= len(time.DateOnly) {
				if day, err := time.Parse(time.DateOnly, r.Deactivated[:len(time.DateOnly)]); err == nil {
					line.At = day
				}
			}
		case r.Delivery == "ACTIVE":
			line.Deactivated = sms.No
		}
		return line, nil
	}
	return line, nil // it answers, and knows nothing of the number
}
