package registration_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/registration"
)

func review() registration.Review { return registration.Review{At: noon, Brand: elm()} }

// fields returns the fields that an error complains of, once each, in order.
func fields(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	require.ErrorIs(t, err, registration.ErrInvalid)
	problems := registration.Problems{}
	require.True(t, errors.As(err, &problems))
	var all []string
	for _, p := range problems {
		require.NotEmpty(t, p.Wrong)
		require.NotEmpty(t, p.Mend)
		all = append(all, p.Field)
	}
	return all
}

func TestAPracticeThatIsReadyHasNoProblems(t *testing.T) {
	require.NoError(t, elm().Validate(review()))
	require.NoError(t, reminders().Validate(review()))
	require.NoError(t, verification().Validate(review()))
}

func TestAllProblemsAreSaidAtOnce(t *testing.T) {
	err := registration.Brand{}.Validate(review())
	require.Equal(t, []string{
		"Name", "DisplayName", "Entity", "EIN", "Vertical", "Website", "Email", "Phone", "Address.Street", "Address.City",
		"Address.Country", "Contact.First", "Contact.Last", "Contact.Email", "Contact.Phone",
	}, fields(t, err))
	require.Equal(t, []string{
		"Brand", "UseCase", "Description", "MessageFlow", "Samples", "OptOut.Keywords", "Help.Keywords", "OptIn.Message", "OptOut.Message",
		"Help.Message", "PrivacyURL", "TermsURL",
	}, fields(t, registration.Campaign{}.Validate(review())))
	require.Equal(t, []string{
		"Brand", "Notify", "Uses", "Summary", "Sample", "OptIn", "OptInFlow", "OptInImages", "Volume", "Confirmation", "Help", "PrivacyURL", "TermsURL",
	}, fields(t, registration.TollFree{}.Validate(review())))
}

func TestBrand(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*registration.Brand)
		field string
	}{
		"a name too long":          {func(b *registration.Brand) { b.Name = strings.Repeat("x", 101) }, "Name"},
		"a display name too long":  {func(b *registration.Brand) { b.DisplayName = strings.Repeat("x", 101) }, "DisplayName"},
		"a name that is no text":   {func(b *registration.Brand) { b.Name = "Elm\xff" }, "Name"},
		"another form of business": {func(b *registration.Brand) { b.Entity = "LLC" }, "Entity"},
		"an EIN of eight digits":   {func(b *registration.Brand) { b.EIN = "12-345678" }, "EIN"},
		"an EIN of letters":        {func(b *registration.Brand) { b.EIN = "AB-CDEFGHI" }, "EIN"},
		"an EIN of one digit":      {func(b *registration.Brand) { b.EIN = "11-1111111" }, "EIN"},
		"a Canadian number of no digits": {func(b *registration.Brand) {
			b.EIN = "--"
			b.Address.Country, b.Address.State, b.Address.Zip = "CA", "ON", "K1A 0B1"
		}, "EIN"},
		"a sole proprietor's EIN":     {func(b *registration.Brand) { b.Entity = registration.SoleProprietor }, "EIN"},
		"another vertical":            {func(b *registration.Brand) { b.Vertical = "DENTAL" }, "Vertical"},
		"a website without scheme":    {func(b *registration.Brand) { b.Website = "elm.example" }, "Website"},
		"a website with a password":   {func(b *registration.Brand) { b.Website = "https://a:b@elm.example" }, "Website"},
		"a website too long":          {func(b *registration.Brand) { b.Website = "https://elm.example/" + strings.Repeat("x", 81) }, "Website"},
		"an e-mail address with name": {func(b *registration.Brand) { b.Email = "Elm <a@elm.example>" }, "Email"},
		"a phone number of ten":       {func(b *registration.Brand) { b.Phone = "5125550100" }, "Phone"},
		"a State that is none":        {func(b *registration.Brand) { b.Address.State = "XX" }, "Address.State"},
		"a State's name":              {func(b *registration.Brand) { b.Address.State = "Texas" }, "Address.State"},
		"a ZIP code of four":          {func(b *registration.Brand) { b.Address.Zip = "7870" }, "Address.Zip"},
		"another country":             {func(b *registration.Brand) { b.Address.Country = "MX" }, "Address.Country"},
		"a Canadian ZIP code":         {func(b *registration.Brand) { b.Address.Country, b.Address.State = "CA", "ON" }, "Address.Zip"},
		"shares that nobody trades":   {func(b *registration.Brand) { b.StockSymbol = "ELM" }, "StockSymbol"},
		"shares without exchange": {func(b *registration.Brand) {
			b.Entity, b.StockSymbol = registration.PublicProfit, "ELM"
		}, "Exchange"},
	} {
		t.Run(name, func(t *testing.T) {
			b := elm()
			c.spoil(&b)
			err := b.Validate(review())
			require.Equal(t, []string{c.field}, fields(t, err))
			require.NotContains(t, err.Error(), "7654321", "an EIN is in an error")
		})
	}
	for name, change := range map[string]func(*registration.Brand){
		"digits alone":      func(b *registration.Brand) { b.EIN = "987654321" },
		"a long ZIP code":   func(b *registration.Brand) { b.Address.Zip = "78701-0001" },
		"a sole proprietor": func(b *registration.Brand) { b.Entity, b.EIN = registration.SoleProprietor, "" },
		"a name of the most characters": func(b *registration.Brand) {
			b.Name = strings.Repeat("é", 100)
		},
		"a practice in Canada": func(b *registration.Brand) {
			b.EIN = "123456789RC0001"
			b.Address.Country, b.Address.State, b.Address.Zip = "CA", "ON", "K1A 0B1"
		},
		"a practice whose shares are traded": func(b *registration.Brand) {
			b.Entity, b.StockSymbol, b.Exchange = registration.PublicProfit, "ELM", "NYSE"
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := elm()
			change(&b)
			require.NoError(t, b.Validate(review()))
		})
	}
}

func TestCampaign(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*registration.Campaign)
		fields []string
	}{
		"another use case":        {func(c *registration.Campaign) { c.UseCase = "REMINDERS" }, []string{"UseCase"}},
		"parts of one use case":   {func(c *registration.Campaign) { c.SubUseCases = []registration.UseCase{registration.Marketing} }, []string{"SubUseCases"}},
		"mixed without parts":     {func(c *registration.Campaign) { c.UseCase = registration.Mixed }, []string{"SubUseCases"}},
		"mixed of one part twice": {func(c *registration.Campaign) { mix(c, registration.Marketing, registration.Marketing) }, []string{"SubUseCases[1]"}},
		"mixed of mixed":          {func(c *registration.Campaign) { mix(c, registration.Marketing, registration.Mixed) }, []string{"SubUseCases[1]"}},
		"mixed of six": {func(c *registration.Campaign) {
			mix(c, registration.Marketing, registration.CustomerCare, registration.AccountNotification, "2FA", "FRAUD_ALERT", "SECURITY_ALERT")
		}, []string{"SubUseCases"}},
		"a short description": {func(c *registration.Campaign) { c.Description = strings.Repeat("x", 39) }, []string{"Description"}},
		"a long description":  {func(c *registration.Campaign) { c.Description = strings.Repeat("x", 4097) }, []string{"Description"}},
		"a short flow":        {func(c *registration.Campaign) { c.MessageFlow = strings.Repeat("x", 39) }, []string{"MessageFlow"}},
		"a long flow":         {func(c *registration.Campaign) { c.MessageFlow = strings.Repeat("x", 2049) }, []string{"MessageFlow"}},
		"one sample":          {func(c *registration.Campaign) { c.Samples = c.Samples[:1] }, []string{"Samples"}},
		"a sample twice":      {func(c *registration.Campaign) { c.Samples[1] = c.Samples[0] }, []string{"Samples[1]"}},
		"a short sample":      {func(c *registration.Campaign) { c.Samples[1] = "Elm Street Dental." }, []string{"Samples[1]"}},
		"a long sample":       {func(c *registration.Campaign) { c.Samples[1] += strings.Repeat("x", 1024) }, []string{"Samples[1]"}},
		"a nameless sample":   {func(c *registration.Campaign) { c.Samples[1] = "Your visit is tomorrow. Reply STOP to end." }, []string{"Samples[1]"}},
		"an endless sample": {func(c *registration.Campaign) {
			c.Samples[1] = "Elm Street Dental: your visit is tomorrow. A bus will stop here."
		}, []string{"Samples[1]"}},
		"a link unsaid":         {func(c *registration.Campaign) { c.Samples[1] += " See elm.example/v" }, []string{"Links"}},
		"a link unshown":        {func(c *registration.Campaign) { c.Links, c.LinkSample = true, "https://elm.example/v" }, []string{"Links"}},
		"a link sample unsaid":  {func(c *registration.Campaign) { c.LinkSample = "https://elm.example/v" }, []string{"LinkSample"}},
		"no link sample":        {func(c *registration.Campaign) { c.Links = true; c.Samples[1] += " See elm.example/v" }, []string{"LinkSample"}},
		"a shortener":           {func(c *registration.Campaign) { link(c, "https://bit.ly/x") }, []string{"LinkSample"}},
		"a phone number unsaid": {func(c *registration.Campaign) { c.Samples[1] += " Call 512-555-0100." }, []string{"Phones"}},
		"a phone unshown":       {func(c *registration.Campaign) { c.Phones = true }, []string{"Phones"}},
		"no STOP":               {func(c *registration.Campaign) { c.OptOut.Keywords = []string{"END"} }, []string{"OptOut.Keywords"}},
		"no HELP":               {func(c *registration.Campaign) { c.Help.Keywords = nil }, []string{"Help.Keywords"}},
		"a keyword of two words": {func(c *registration.Campaign) {
			c.OptOut.Keywords = append(c.OptOut.Keywords, "OPT OUT")
		}, []string{"OptOut.Keywords[2]"}},
		"a keyword with an accent": {func(c *registration.Campaign) {
			c.OptOut.Keywords = append(c.OptOut.Keywords, "ARRÊT")
		}, []string{"OptOut.Keywords[2]"}},
		"a keyword twice":          {func(c *registration.Campaign) { c.OptOut.Keywords = []string{"STOP", "stop"} }, []string{"OptOut.Keywords[1]"}},
		"a keyword of two replies": {func(c *registration.Campaign) { c.OptIn.Keywords = []string{"END"} }, []string{"OptOut.Keywords[1]"}},
		"keywords too long":        {func(c *registration.Campaign) { c.OptIn.Keywords = []string{strings.Repeat("x", 256)} }, []string{"OptIn.Keywords"}},
		"a short reply":            {func(c *registration.Campaign) { c.OptOut.Message = "Elm Street Dental." }, []string{"OptOut.Message"}},
		"a long reply":             {func(c *registration.Campaign) { c.Help.Message += strings.Repeat("x", 320) }, []string{"Help.Message"}},
		"a nameless goodbye":       {func(c *registration.Campaign) { c.OptOut.Message = "You will receive no more texts." }, []string{"OptOut.Message"}},
		"a goodbye that is none":   {func(c *registration.Campaign) { c.OptOut.Message = "Elm Street Dental: see you soon!" }, []string{"OptOut.Message"}},
		"help without contact":     {func(c *registration.Campaign) { c.Help.Message = "Elm Street Dental: reply STOP to end." }, []string{"Help.Message"}},
		"Twilio's own help message": {func(c *registration.Campaign) {
			c.Help.Message = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
		}, []string{"Help.Message", "Help.Message"}},
		"a bare confirmation": {func(c *registration.Campaign) { c.OptIn.Message = "Welcome! You are signed up." }, []string{"OptIn.Message", "OptIn.Message", "OptIn.Message", "OptIn.Message", "OptIn.Message"}},
		"a privacy page that is none": {func(c *registration.Campaign) {
			c.PrivacyURL = "on request"
		}, []string{"PrivacyURL"}},
	} {
		t.Run(name, func(t *testing.T) {
			campaign := reminders()
			c.spoil(&campaign)
			require.Equal(t, c.fields, fields(t, campaign.Validate(review())))
		})
	}
	for name, change := range map[string]func(*registration.Campaign){
		"of low volume": func(c *registration.Campaign) {
			c.UseCase, c.SubUseCases = registration.LowVolume, []registration.UseCase{registration.AccountNotification}
		},
		"mixed":        func(c *registration.Campaign) { mix(c, registration.AccountNotification, registration.CustomerCare) },
		"with a link":  func(c *registration.Campaign) { link(c, "https://elm.example/v") },
		"with a phone": func(c *registration.Campaign) { c.Phones = true; c.Samples[1] += " Call (512) 555-0100." },
		"by the legal name": func(c *registration.Campaign) {
			c.Samples[1] = "ELM STREET DENTAL PLLC: see you tomorrow. Text STOP to end."
		},
		"of a long sample":   func(c *registration.Campaign) { c.Samples[1] += strings.Repeat("é", 1024-len(c.Samples[1])) },
		"of the most flow":   func(c *registration.Campaign) { c.MessageFlow = strings.Repeat("x", 2048) },
		"of the least flow":  func(c *registration.Campaign) { c.MessageFlow = strings.Repeat("x", 40) },
		"of the most letter": func(c *registration.Campaign) { c.OptIn.Keywords = []string{strings.Repeat("x", 255)} },
	} {
		t.Run(name, func(t *testing.T) {
			campaign := reminders()
			change(&campaign)
			require.NoError(t, campaign.Validate(review()))
		})
	}
}

// A link is shown as it is sent, so nothing stands in it that may stand in no text.
func TestTheLinkThatIsShownIsScreened(t *testing.T) {
	for _, s := range []string{"https://dub.sh/abc", "https://rebrand.ly/x", "https://elm.example/v?patient=77", "https://elm.example/root-canal"} {
		c := reminders()
		link(&c, s)
		require.Equal(t, []string{"LinkSample"}, fields(t, c.Validate(review())), s)
	}
	c := reminders()
	link(&c, "https://elm.example/v/QTZK4W7XGPHV2N6RJSC3YDBLKF")
	require.NoError(t, c.Validate(review()))
}

func mix(c *registration.Campaign, of ...registration.UseCase) {
	c.UseCase, c.SubUseCases = registration.Mixed, of
}

func link(c *registration.Campaign, s string) {
	c.Links, c.LinkSample = true, s
	c.Samples[1] += " See elm.example/v"
}

func TestTollFree(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*registration.TollFree)
		fields []string
	}{
		"another use":            {func(f *registration.TollFree) { f.Uses = append(f.Uses, "APPOINTMENTS") }, []string{"Uses[1]"}},
		"no picture":             {func(f *registration.TollFree) { f.OptInImages = nil }, []string{"OptInImages"}},
		"a picture that is none": {func(f *registration.TollFree) { f.OptInImages[0] = "form.png" }, []string{"OptInImages[0]"}},
		"another volume":         {func(f *registration.TollFree) { f.Volume = "1000" }, []string{"Volume"}},
		"an import":              {func(f *registration.TollFree) { f.OptIn = "IMPORT" }, []string{"OptIn"}},
		"an import to replace":   {func(f *registration.TollFree) { f.OptIn = "IMPORT_PLEASE_REPLACE" }, []string{"OptIn"}},
		"another opt-in":         {func(f *registration.TollFree) { f.OptIn = "FAX" }, []string{"OptIn"}},
		"spoken without script":  {func(f *registration.TollFree) { f.OptIn, f.OptInFlow = registration.Verbal, "" }, []string{"OptInFlow"}},
		"by text without word":   {func(f *registration.TollFree) { f.OptIn = registration.ViaText }, []string{"Keywords"}},
		"an endless sample":      {func(f *registration.TollFree) { f.Sample = "Elm Street Dental: see you tomorrow." }, []string{"Sample"}},
		"no address to notify":   {func(f *registration.TollFree) { f.Notify = "the office" }, []string{"Notify"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := verification()
			c.spoil(&f)
			require.Equal(t, c.fields, fields(t, f.Validate(review())))
		})
	}
	r := review()
	r.Brand.Contact.Last, r.Brand.EIN = "", "12"
	require.Equal(t, []string{"Brand.EIN", "Brand.Contact.Last"}, fields(t, verification().Validate(r)), "the brand's problems are the number's")
}

func TestRequirementsBeginOnTheirDay(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	bare := verification()
	bare.PrivacyURL, bare.TermsURL = "", ""
	check := func(at time.Time, provider string) []string {
		r := review()
		r.At, r.Provider, r.Brand.EIN = at, provider, ""
		return fields(t, bare.Validate(r))
	}
	require.Empty(t, check(day(2026, time.January, 1).Add(-1), "twilio"))
	require.Equal(t, []string{"Brand.EIN"}, check(day(2026, time.January, 1), "twilio"))
	require.Empty(t, check(day(2026, time.February, 17).Add(-1), "telnyx"))
	require.Equal(t, []string{"Brand.EIN"}, check(day(2026, time.February, 17), "telnyx"))
	require.Equal(t, []string{"Brand.EIN"}, check(day(2026, time.September, 15).Add(-1), ""))
	require.Equal(t, []string{"Brand.EIN", "PrivacyURL", "TermsURL"}, check(day(2026, time.September, 15), ""))

	r := review()
	r.Brand.Entity, r.Brand.EIN = registration.SoleProprietor, ""
	require.NoError(t, verification().Validate(r), "a sole proprietor has no EIN")

	r = review()
	r.Rules = []registration.Rule{}
	c := reminders()
	c.PrivacyURL, c.TermsURL = "", ""
	require.NoError(t, c.Validate(r), "without rules nothing else asks for the pages")
	for _, rule := range registration.Required() {
		require.NotEmpty(t, rule.Source)
		require.NotEmpty(t, rule.Mend)
	}
}

func TestSamplesAreScreened(t *testing.T) {
	c, r := reminders(), review()
	c.Samples[1] = "Elm Street Dental: your crown for tooth 3 is ready, and the root canal too. Reply STOP to end."
	err := c.Validate(r)
	require.Equal(t, []string{"Samples[1]"}, fields(t, err), "each kind of finding is said once")
	require.ErrorContains(t, err, "(health)")
	require.NotContains(t, err.Error(), "crown")
	const offer = "Elm Street Dental: a special offer, 20% off this week. Reply STOP to end."
	c.Samples[1] = offer
	require.ErrorContains(t, c.Validate(r), "(promotion)")
	c.UseCase = registration.Marketing
	require.NoError(t, c.Validate(r), "to advertise is what the campaign is for")
	f := verification()
	f.Sample = offer
	require.ErrorContains(t, f.Validate(r), "(promotion)")
	f.Uses = append(f.Uses, registration.Offers)
	require.NoError(t, f.Validate(r))
	r.Brand.DisplayName = "Elm Implant Dental"
	c.Samples[0], c.Samples[1] = "Elm Implant Dental: your visit is tomorrow at 9. Reply STOP to end.", strings.ReplaceAll(offer, "Elm Street", "Elm Implant")
	c.OptIn.Message = strings.ReplaceAll(c.OptIn.Message, "Elm Street", "Elm Implant")
	c.OptOut.Message, c.Help.Message = "Elm Implant Dental: no more texts.", "Elm Implant Dental: call 512-555-0100. Reply STOP to end."
	require.NoError(t, c.Validate(r), "the practice's name is no statement about anybody's health")
}

func TestUseCasesAdmitCategories(t *testing.T) {
	for use, want := range map[registration.UseCase][]consent.Category{
		registration.AccountNotification: {consent.Transactional}, registration.CustomerCare: {consent.Conversational},
		registration.Marketing: {consent.Promotional}, "2FA": nil, "POLITICAL": nil, "": nil,
	} {
		require.Equal(t, want, registration.Campaign{UseCase: use}.Categories(), use)
	}
	c := registration.Campaign{UseCase: registration.LowVolume, SubUseCases: []registration.UseCase{registration.Marketing, registration.AccountNotification, "2FA"}}
	require.Equal(t, []consent.Category{consent.Transactional, consent.Promotional}, c.Categories())
	f := registration.TollFree{Uses: []registration.TollFreeUse{registration.Offers, registration.Care, "EVENTS"}}
	require.Equal(t, []consent.Category{consent.Conversational, consent.Promotional}, f.Categories())
}

func TestKindOf(t *testing.T) {
	for number, want := range map[string]registration.NumberKind{
		"+15125550100": registration.LongCode, "+18005550100": registration.TollFreeNumber, "+18885550100": registration.TollFreeNumber,
		"+18225550100": registration.LongCode, "+448005550100": registration.LongCode, "+180055501": registration.LongCode,
		"12345": registration.ShortCode, "123456": registration.ShortCode, "1234": "", "1234567": "", "": "", "12a45": "", "+12345": "", "5125550100": "",
	} {
		require.Equal(t, want, registration.KindOf(number), "%q", number)
	}
}
