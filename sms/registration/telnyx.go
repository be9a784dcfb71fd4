package registration

import (
	"fmt"
	"strings"
)

// TelnyxBrand returns the JSON that registers a brand at Telnyx (POST /v2/10dlc/brand).
func TelnyxBrand(r Request) map[string]any {
	b := r.Brand
	body := map[string]any{
		"entityType": string(b.Entity), "companyName": b.Name, "displayName": b.DisplayName, "ein": strings.ReplaceAll(b.EIN, "-", ""),
		"vertical": b.Vertical, "website": b.Website, "email": b.Email, "phone": b.Phone,
		"street": b.Address.Street, "city": b.Address.City, "state": b.Address.State, "postalCode": b.Address.Zip, "country": b.Address.Country,
		"firstName": b.Contact.First, "lastName": b.Contact.Last, "stockSymbol": b.StockSymbol, "stockExchange": b.Exchange,
	}
	switch b.Entity {
	case SoleProprietor:
		body["mobilePhone"] = b.Contact.Phone
	case PublicProfit:
		body["businessContactEmail"] = b.Contact.Email
	}
	return present(body)
}

// TelnyxCampaign returns the JSON that registers a campaign at Telnyx (POST /v2/10dlc/campaignBuilder). Its referenceId is
// our id of the submission, so that Telnyx takes it once.
func TelnyxCampaign(r Request) map[string]any {
	c := r.Campaign
	body := map[string]any{
		"brandId": r.BrandID, "usecase": string(c.UseCase), "description": c.Description, "messageFlow": c.MessageFlow,
		"embeddedLink": c.Links, "embeddedLinkSample": c.LinkSample, "embeddedPhone": c.Phones, "ageGated": c.AgeGated, "directLending": c.Lending,
		"numberPool": false, "autoRenewal": true, "termsAndConditions": true,
		"subscriberOptin": true, "optinKeywords": strings.Join(c.OptIn.Keywords, ","), "optinMessage": c.OptIn.Message,
		"subscriberOptout": true, "optoutKeywords": strings.Join(c.OptOut.Keywords, ","), "optoutMessage": c.OptOut.Message,
		"subscriberHelp": true, "helpKeywords": strings.Join(c.Help.Keywords, ","), "helpMessage": c.Help.Message,
		"privacyPolicyLink": c.PrivacyURL, "termsAndConditionsLink": c.TermsURL, "referenceId": r.Filing,
	}
	for i, s := range c.Samples {
		body[fmt.Sprintf("sample%d", i+1)] = s
	}
	if len(c.SubUseCases) > 0 {
		body["subUsecases"] = c.SubUseCases
	}
	return present(body)
}

// TelnyxTollFree returns the JSON that has a toll-free number verified at Telnyx (POST
// /v2/messaging_tollfree/verification/requests, or PATCH of the request that r.Reference names). The vendor is the ISV
// that submits it for the practice.
func TelnyxTollFree(r Request, vendor string) map[string]any {
	t, b := r.TollFree, r.Brand
	images := make([]map[string]any, len(t.OptInImages))
	for i, s := range t.OptInImages {
		images[i] = map[string]any{"url": s}
	}
	body := map[string]any{
		"businessName": b.Name, "doingBusinessAs": b.DisplayName, "entityType": string(b.Entity), "corporateWebsite": b.Website,
		"businessAddr1": b.Address.Street, "businessAddr2": b.Address.Street2, "businessCity": b.Address.City,
		"businessState": named(b.Address), "businessZip": b.Address.Zip,
		"businessContactFirstName": b.Contact.First, "businessContactLastName": b.Contact.Last,
		"businessContactEmail": b.Contact.Email, "businessContactPhone": b.Contact.Phone,
		"isvReseller": vendor, "phoneNumbers": []map[string]any{{"phoneNumber": r.Subject.ID}},
		"useCase": telnyxUse(t.Uses), "useCaseSummary": t.Summary, "productionMessageContent": t.Sample, "messageVolume": t.Volume,
		"optInWorkflow": t.OptInFlow, "optInWorkflowImageURLs": images, "additionalInformation": t.Additional,
		"optInKeywords": strings.Join(t.Keywords, ","), "optInConfirmationResponse": t.Confirmation, "helpMessageResponse": t.Help,
		"ageGatedContent": t.AgeGated, "privacyPolicyURL": t.PrivacyURL, "termsAndConditionURL": t.TermsURL,
	}
	if b.EIN != "" {
		body["businessRegistrationNumber"] = b.EIN
		body["businessRegistrationType"] = authority(b)
		body["businessRegistrationCountry"] = b.Address.Country
	}
	body = present(body)
	body["additionalInformation"] = t.Additional // required, though it may be empty
	return body
}

// telnyxUse returns Telnyx's word for what a number's texts are for.
func telnyxUse(uses []TollFreeUse) string {
	if len(uses) != 1 {
		return "Mixed"
	}
	switch uses[0] {
	case AccountNotifications:
		return "Appointments"
	case Care:
		return "Conversational / Alerts"
	case Offers:
		return "General Marketing"
	}
	return "Mixed"
}

// present leaves out texts that are empty.
func present(body map[string]any) map[string]any {
	for name, value := range body {
		if value == "" {
			delete(body, name)
		}
	}
	return body
}
