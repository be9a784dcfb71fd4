package registration_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/registration"
)

// request is what a provider is told of a subject, with every field set.
func request(s registration.Subject) registration.Request {
	b, c, f := elm(), reminders(), verification()
	b.Address.Street2 = "Suite 1"
	c.UseCase, c.SubUseCases = registration.Mixed, []registration.UseCase{registration.AccountNotification, registration.CustomerCare}
	link(&c, "https://elm.example/v")
	f.Additional, f.Keywords = "We text nobody else.", []string{"JOIN", "START"}
	f.Uses = append(f.Uses, registration.Care)
	return registration.Request{Practice: practice, Subject: s, Filing: "s-1", Brand: b, BrandID: "B1", Campaign: c, TollFree: f}
}

// golden compares with a file of testdata. UPDATE=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// lines writes a form with a line for each value, by name.
func lines(t *testing.T, form url.Values) string {
	t.Helper()
	var b strings.Builder
	for pair := range strings.SplitSeq(form.Encode(), "&") {
		plain, err := url.QueryUnescape(pair)
		require.NoError(t, err)
		b.WriteString(strings.ReplaceAll(plain, "\n", "\\n") + "\n")
	}
	return b.String()
}

func TestTwilioBodies(t *testing.T) {
	golden(t, "twilio_brand.txt", lines(t, registration.TwilioBrand(request(brand), "BU1", "BU2")))
	golden(t, "twilio_campaign.txt", lines(t, registration.TwilioCampaign(request(campaign))))
	golden(t, "twilio_toll_free.txt", lines(t, registration.TwilioTollFree(request(tollFree), "PN1", "BU1")))
	r := request(brand)
	r.Brand.Entity = registration.SoleProprietor
	require.Equal(t, "SOLE_PROPRIETOR", registration.TwilioBrand(r, "", "").Get("BrandType"))
}

// TestTwilioBodiesHaveWhatIsRequired holds the forms to the lists of Twilio's own schemas.
func TestTwilioBodiesHaveWhatIsRequired(t *testing.T) {
	for name, form := range map[string]url.Values{
		"BrandRegistrationSid Description MessageFlow MessageSamples UsAppToPersonUsecase HasEmbeddedLinks HasEmbeddedPhone": registration.TwilioCampaign(request(campaign)),
		"BusinessName BusinessWebsite NotificationEmail UseCaseCategories UseCaseSummary ProductionMessageSample OptInImageUrls OptInType " +
			"MessageVolume TollfreePhoneNumberSid BusinessRegistrationNumber BusinessRegistrationAuthority BusinessRegistrationCountry BusinessType": registration.TwilioTollFree(request(tollFree), "PN1", "BU1"),
	} {
		for _, field := range strings.Fields(name) {
			require.NotEmpty(t, form.Get(field), field)
		}
	}
	r := request(tollFree)
	r.Brand.Address.Country = "CA"
	require.Equal(t, "CBN", registration.TwilioTollFree(r, "PN1", "BU1").Get("BusinessRegistrationAuthority"))
	r.Brand.EIN = ""
	require.False(t, registration.TwilioTollFree(r, "PN1", "BU1").Has("BusinessRegistrationAuthority"))
}

func TestTelnyxBodies(t *testing.T) {
	for name, body := range map[string]map[string]any{
		"telnyx_brand.json":     registration.TelnyxBrand(request(brand)),
		"telnyx_campaign.json":  registration.TelnyxCampaign(request(campaign)),
		"telnyx_toll_free.json": registration.TelnyxTollFree(request(tollFree), "MyDentalPMS"),
	} {
		got, err := json.MarshalIndent(body, "", "  ")
		require.NoError(t, err)
		golden(t, name, string(got)+"\n")
	}
}

// TestTelnyxBodiesHaveWhatIsRequired holds the bodies to the lists of Telnyx's own schemas.
func TestTelnyxBodiesHaveWhatIsRequired(t *testing.T) {
	for fields, body := range map[string]map[string]any{
		"entityType displayName country email vertical": registration.TelnyxBrand(request(brand)),
		"brandId description usecase":                   registration.TelnyxCampaign(request(campaign)),
		"additionalInformation businessAddr1 businessCity businessContactEmail businessContactFirstName businessContactLastName " +
			"businessContactPhone businessName businessState businessZip corporateWebsite isvReseller messageVolume optInWorkflow " +
			"optInWorkflowImageURLs phoneNumbers productionMessageContent useCase useCaseSummary": registration.TelnyxTollFree(request(tollFree), "MyDentalPMS"),
	} {
		for field := range strings.FieldsSeq(fields) {
			require.NotEmpty(t, body[field], field)
		}
	}
	r := request(tollFree)
	r.TollFree.Additional = ""
	require.Contains(t, registration.TelnyxTollFree(r, "V"), "additionalInformation")
	for use, want := range map[registration.TollFreeUse]string{
		registration.AccountNotifications: "Appointments", registration.Care: "Conversational / Alerts", registration.Offers: "General Marketing", "EVENTS": "Mixed",
	} {
		r.TollFree.Uses = []registration.TollFreeUse{use}
		require.Equal(t, want, registration.TelnyxTollFree(r, "V")["useCase"])
	}
	r = request(brand)
	r.Brand.Entity = registration.SoleProprietor
	require.Equal(t, r.Brand.Contact.Phone, registration.TelnyxBrand(r)["mobilePhone"])
	r.Brand.Entity = registration.PublicProfit
	require.Equal(t, r.Brand.Contact.Email, registration.TelnyxBrand(r)["businessContactEmail"])
	r = request(tollFree)
	r.Brand.Address.Country, r.Brand.Address.State = "CA", "NL"
	require.Equal(t, "Newfoundland and Labrador", registration.TelnyxTollFree(r, "V")["businessState"])
	r.Brand.Address.State = "XX"
	require.Equal(t, "XX", registration.TelnyxTollFree(r, "V")["businessState"])
}

func TestHeard(t *testing.T) {
	for _, c := range []struct {
		provider string
		kind     registration.SubjectKind
		status   string
		want     registration.Kind
	}{
		{"twilio", registration.BrandKind, "APPROVED", registration.Approved},
		{"twilio", registration.CampaignKind, "VERIFIED", registration.Approved},
		{"twilio", registration.CampaignKind, "FAILED", registration.Rejected},
		{"twilio", registration.TollFreeKind, "TWILIO_APPROVED", registration.Approved},
		{"twilio", registration.TollFreeKind, "TWILIO_REJECTED", registration.Rejected},
		{"twilio", registration.TollFreeKind, "PENDING_REVIEW", registration.InReview},
		{"telnyx", registration.BrandKind, "UNVERIFIED", registration.Rejected},
		{"telnyx", registration.CampaignKind, "MNO_PROVISIONED", registration.Approved},
		{"telnyx", registration.CampaignKind, "TELNYX_ACCEPTED", registration.InReview},
		{"telnyx", registration.TollFreeKind, "Verified", registration.Approved},
	} {
		got, ok := registration.Heard(c.provider, c.kind, c.status)
		require.True(t, ok)
		require.Equal(t, c.want, got, c)
	}
	for _, status := range []string{"", "approved", "VERIFIED "} {
		_, ok := registration.Heard("twilio", registration.CampaignKind, status)
		require.False(t, ok, "what is not known is no approval")
	}
}
