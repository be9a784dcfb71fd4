package registration

import (
	"net/url"
	"strconv"
	"strings"
)

// TwilioBrand returns the form that registers a brand at Twilio (POST /v1/a2p/BrandRegistrations). What the brand says is
// in the two Trust Hub bundles that were made of it before: the customer profile and the A2P profile.
func TwilioBrand(r Request, customerProfile, a2pProfile string) url.Values {
	kind := "STANDARD"
	if r.Brand.Entity == SoleProprietor {
		kind = "SOLE_PROPRIETOR"
	}
	return url.Values{
		"CustomerProfileBundleSid": {customerProfile}, "A2PProfileBundleSid": {a2pProfile}, "BrandType": {kind},
	}
}

// TwilioCampaign returns the form that registers a campaign at Twilio (POST /v1/Services/{MG}/Compliance/Usa2p). Twilio
// has no field for the parts of a mixed campaign: its description says them.
func TwilioCampaign(r Request) url.Values {
	c := r.Campaign
	form := url.Values{
		"BrandRegistrationSid":  {r.BrandID},
		"UsAppToPersonUsecase":  {string(c.UseCase)},
		"Description":           {c.Description},
		"MessageFlow":           {c.MessageFlow},
		"MessageSamples":        c.Samples,
		"HasEmbeddedLinks":      {strconv.FormatBool(c.Links)},
		"HasEmbeddedPhone":      {strconv.FormatBool(c.Phones)},
		"SubscriberOptIn":       {"true"},
		"AgeGated":              {strconv.FormatBool(c.AgeGated)},
		"DirectLending":         {strconv.FormatBool(c.Lending)},
		"OptInMessage":          {c.OptIn.Message},
		"OptOutMessage":         {c.OptOut.Message},
		"HelpMessage":           {c.Help.Message},
		"OptInKeywords":         c.OptIn.Keywords,
		"OptOutKeywords":        c.OptOut.Keywords,
		"HelpKeywords":          c.Help.Keywords,
		"PrivacyPolicyUrl":      {c.PrivacyURL},
		"TermsAndConditionsUrl": {c.TermsURL},
	}
	return filled(form)
}

// TwilioTollFree returns the form that has a toll-free number verified at Twilio (POST /v1/Tollfree/Verifications, or to
// the verification's own address where r.Reference names one to edit). Twilio knows the number and the vendor's customer
// profile by sids.
func TwilioTollFree(r Request, numberSID, customerProfile string) url.Values {
	t, b := r.TollFree, r.Brand
	form := url.Values{
		"TollfreePhoneNumberSid":          {numberSID},
		"CustomerProfileSid":              {customerProfile},
		"ExternalReferenceId":             {r.Filing},
		"BusinessName":                    {b.Name},
		"DoingBusinessAs":                 {b.DisplayName},
		"BusinessType":                    {string(b.Entity)},
		"BusinessWebsite":                 {b.Website},
		"BusinessStreetAddress":           {b.Address.Street},
		"BusinessStreetAddress2":          {b.Address.Street2},
		"BusinessCity":                    {b.Address.City},
		"BusinessStateProvinceRegion":     {b.Address.State},
		"BusinessPostalCode":              {b.Address.Zip},
		"BusinessCountry":                 {b.Address.Country},
		"BusinessContactFirstName":        {b.Contact.First},
		"BusinessContactLastName":         {b.Contact.Last},
		"BusinessContactEmail":            {b.Contact.Email},
		"BusinessContactPhone":            {b.Contact.Phone},
		"BusinessRegistrationPhoneNumber": {b.Phone},
		"NotificationEmail":               {t.Notify},
		"UseCaseSummary":                  {t.Summary},
		"ProductionMessageSample":         {t.Sample},
		"OptInType":                       {string(t.OptIn)},
		"OptInImageUrls":                  t.OptInImages,
		"MessageVolume":                   {t.Volume},
		"AdditionalInformation":           {told(t)},
		"OptInKeywords":                   t.Keywords,
		"OptInConfirmationMessage":        {t.Confirmation},
		"HelpMessageSample":               {t.Help},
		"AgeGatedContent":                 {strconv.FormatBool(t.AgeGated)},
		"PrivacyPolicyUrl":                {t.PrivacyURL},
		"TermsAndConditionsUrl":           {t.TermsURL},
	}
	for _, u := range t.Uses {
		form.Add("UseCaseCategories", string(u))
	}
	if b.EIN != "" {
		form.Set("BusinessRegistrationNumber", b.EIN)
		form.Set("BusinessRegistrationAuthority", authority(b))
		form.Set("BusinessRegistrationCountry", b.Address.Country)
	}
	return filled(form)
}

// told is what a reviewer reads beside the fields: how patients opt in, for which Twilio has no field, and the rest.
func told(t TollFree) string { return strings.TrimSpace(t.OptInFlow + "\n" + t.Additional) }

// authority returns what kind of number a brand's is: an EIN, or a Canadian Business Number.
func authority(b Brand) string {
	if b.Address.Country == "CA" {
		return "CBN"
	}
	return "EIN"
}

// filled leaves out what is empty.
func filled(form url.Values) url.Values {
	for name, values := range form {
		if strings.Join(values, "") == "" {
			form.Del(name)
		}
	}
	return form
}
