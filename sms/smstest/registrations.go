package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/suite"
	"github.com/enamel-go/enamel/sms/registration"
)

// RegistrationHarness is one fresh store of registrations under test and the audit store that its entries go to.
type RegistrationHarness struct {
	Store   registration.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// RegistrationCase is one rule that every store of registrations keeps.
type RegistrationCase struct {
	Name  string
	Check func(ctx context.Context, h RegistrationHarness) error
}

// RegistrationCases returns the suite of stores of registrations.
func RegistrationCases() []RegistrationCase {
	return []RegistrationCase{
		{"facts come back as written, in order", registrationsInOrder},
		{"every field of a registration survives", everyRegistrationField},
		{"a practice that registered nothing has no facts", noRegistrations},
		{"a repeated fact changes nothing and leaves no second entry", repeatedRegistration},
		{"practices do not see each other's registrations", registrationsApart},
		{"practices, subjects and ids of registrations are exact", exactRegistrations},
		{"a stale change writes nothing", staleRegistration},
		{"a refused entry takes the fact with it", registrationAllOrNothing},
		{"what is given and returned is not shared", registrationsNotShared},
		{"every entry of a fact is kept", everyRegistrationEntry},
		{"what no store can keep is refused", invalidRegistrations},
		{"a cancelled context registers nothing", cancelledRegistration},
		{"concurrent decisions on one ledger exclude each other", concurrentRegistrations},
		{"a long ledger comes back whole", longRegistrations},
		{"facts come page by page, all or of one subject", registrationPages},
		{"errors of registrations carry no secrets", noRegistrationSecrets},
	}
}

// campaignFact is a draft of a campaign.
func campaignFact(id string) registration.Fact {
	return registration.Fact{
		ID: id, Practice: practice, Subject: registration.Subject{Kind: registration.CampaignKind, ID: "reminders"},
		Kind: registration.Drafted, At: start, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Content: registration.Content{Campaign: registration.Campaign{Brand: "brand", Samples: []string{"Elm Street Dental: see you."}}},
	}
}

// registered returns a changed fact.
func registered(id string, change func(*registration.Fact)) registration.Fact {
	f := campaignFact(id)
	change(&f)
	return f
}

// on is a change decided on a ledger of seen facts, with the entry number n.
func on(f registration.Fact, seen, n int) registration.Change {
	return registration.Change{Fact: f, Seen: seen, Leaves: []audit.Leaf{leaf(n, f.Practice)}}
}

// register has a change written that is new.
func register(ctx context.Context, h RegistrationHarness, c registration.Change) error {
	written, err := h.Store.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new fact was taken for a repeated one")
	}
	return err
}

// ledgerHolds checks which facts the practice's ledger has, by their ids, and how many entries its log has.
func ledgerHolds(ctx context.Context, h RegistrationHarness, ids string, entries int) error {
	facts, err := h.Store.Ledger(ctx, practice)
	if err != nil {
		return err
	}
	var got []string
	for _, f := range facts {
		got = append(got, f.ID)
	}
	if strings.Join(got, " ") != ids {
		return fmt.Errorf("the ledger holds %q, not %q", got, ids)
	}
	return logged(ctx, Harness{Entries: h.Entries}, entries)
}

func registrationsInOrder(ctx context.Context, h RegistrationHarness) error {
	for i, id := range []string{"c", "a", "b"} {
		f := registered(id, func(f *registration.Fact) { f.Recorded = start.Add(-time.Duration(i) * time.Hour) })
		if err := register(ctx, h, on(f, i, i)); err != nil {
			return err
		}
	}
	return ledgerHolds(ctx, h, "c a b", 3)
}

// wholeRegistrations set every field between them.
func wholeRegistrations() []registration.Fact {
	brand := registered("f-1", func(f *registration.Fact) {
		f.Subject = registration.Subject{Kind: registration.BrandKind, ID: "brand"}
		f.Content = registration.Content{Brand: registration.Brand{
			Name: "Elm Street Dental PLLC", DisplayName: "Elm's \\ «Street» ?0 🦷", Entity: registration.PublicProfit, EIN: "12-3456789",
			Vertical: registration.Healthcare, Website: "https://elm.example", Email: "hello@elm.example", Phone: "+15125550100",
			Address:     registration.Address{Street: "4 Oak Street", Street2: "Suite 1", City: "Austin", State: "TX", Zip: "78701", Country: "US"},
			Contact:     registration.Contact{First: "Ana", Last: "Núñez", Email: "ana@elm.example", Phone: "+15125550101"},
			StockSymbol: "ELM", Exchange: "NYSE",
		}}
	})
	campaign := registered("f-2", func(f *registration.Fact) {
		f.At = start.Add(-time.Hour)
		f.Content.Campaign = registration.Campaign{
			Brand: "brand", UseCase: registration.Mixed, SubUseCases: []registration.UseCase{registration.CustomerCare, registration.Marketing},
			Description: "Reminders <&> offers", MessageFlow: "On a\npaper form", Samples: []string{"one", "two"}, Links: true,
			LinkSample: "https://elm.example/v", Phones: true, AgeGated: true, Lending: true,
			OptIn:  registration.Reply{Keywords: []string{"START"}, Message: "in"},
			OptOut: registration.Reply{Keywords: []string{"STOP", "END"}, Message: "out"},
			Help:   registration.Reply{Keywords: []string{"HELP"}, Message: "help"}, PrivacyURL: "https://elm.example/p", TermsURL: "https://elm.example/t",
		}
	})
	number := registered("f-3", func(f *registration.Fact) {
		f.Subject = registration.Subject{Kind: registration.TollFreeKind, ID: "+18335550100"}
		f.Content = registration.Content{TollFree: registration.TollFree{
			Brand: "brand", Notify: "office@elm.example", Uses: []registration.TollFreeUse{registration.Care}, Summary: "Answers", Sample: "one",
			OptIn: registration.ViaText, OptInFlow: "by text", OptInImages: []string{"https://elm.example/i.png"}, Volume: "1,000",
			Additional: "more", Keywords: []string{"JOIN"}, Confirmation: "in", Help: "help", AgeGated: true,
			PrivacyURL: "https://elm.example/p", TermsURL: "https://elm.example/t",
		}}
	})
	rejected := registered("f-4", func(f *registration.Fact) {
		f.Recorded = start.Add(time.Microsecond)
		f.Kind, f.Content = registration.Rejected, registration.Content{}
		f.Notice = registration.Notice{
			Provider: "twilio", Reference: "QE1", Registry: "C1", Code: "30893", Reason: "samples; it's \\ ?", EditUntil: start.Add(time.Hour),
			Until: start.Add(2 * time.Hour), Score: 75,
		}
	})
	attached := registered("f-5", func(f *registration.Fact) {
		f.Kind, f.Content, f.Number = registration.Attached, registration.Content{}, from
		f.Actor = audit.Actor{Kind: audit.System, ID: "import"}
	})
	return []registration.Fact{brand, campaign, number, rejected, attached}
}

func everyRegistrationField(ctx context.Context, h RegistrationHarness) error {
	whole := wholeRegistrations()
	if err := suite.Filled(struct{ Facts []registration.Fact }{whole}); err != nil {
		return err
	}
	for i, f := range whole {
		if err := register(ctx, h, on(f, i, i)); err != nil {
			return err
		}
	}
	facts, err := h.Store.Ledger(ctx, practice)
	if err != nil {
		return err
	}
	return same("the facts", facts, whole)
}

func noRegistrations(ctx context.Context, h RegistrationHarness) error {
	return ledgerHolds(ctx, h, "", 0)
}

func repeatedRegistration(ctx context.Context, h RegistrationHarness) error {
	if err := register(ctx, h, on(campaignFact("a"), 0, 1)); err != nil {
		return err
	}
	again := registered("a", func(f *registration.Fact) { f.At = start.Add(time.Hour) })
	for i, seen := range []int{0, 1, 2} {
		if written, err := h.Store.Apply(ctx, on(again, seen, 2+i)); err != nil || written {
			return fmt.Errorf("repeated on %d facts: written %v, error %v", seen, written, err)
		}
	}
	facts, err := h.Store.Ledger(ctx, practice)
	if err != nil || len(facts) == 0 || !facts[0].At.Equal(start) {
		return fmt.Errorf("the second one took the first one's place, or error %v", err)
	}
	return ledgerHolds(ctx, h, "a", 1)
}

func registrationsApart(ctx context.Context, h RegistrationHarness) error {
	foreign := registered("a", func(f *registration.Fact) { f.Practice = other })
	if err := register(ctx, h, on(foreign, 0, 1)); err != nil {
		return err
	}
	if err := ledgerHolds(ctx, h, "", 0); err != nil {
		return err
	}
	if err := register(ctx, h, on(campaignFact("a"), 0, 2)); err != nil {
		return fmt.Errorf("another practice's facts were counted, or its ids: %w", err)
	}
	page, err := h.Store.Facts(ctx, registration.Query{Practice: practice})
	if err != nil || len(page.Facts) != 1 {
		return fmt.Errorf("a page of one practice has %d facts, error %v", len(page.Facts), err)
	}
	return ledgerHolds(ctx, h, "a", 1)
}

func exactRegistrations(ctx context.Context, h RegistrationHarness) error {
	n := 0
	for _, name := range []string{"Elm", "elm", "élm", "e\u0301lm", "elm "} {
		n++
		if err := register(ctx, h, on(registered("ID", func(f *registration.Fact) { f.Practice = name }), 0, n)); err != nil {
			return fmt.Errorf("a practice was taken for another: %w", err)
		}
	}
	subjects := []string{"Reminders", "reminders", "reminders "}
	for i, id := range []string{"ID", "id", "id "} {
		n++
		f := registered(id, func(f *registration.Fact) { f.Subject.ID = subjects[i] })
		if err := register(ctx, h, on(f, i, n)); err != nil {
			return fmt.Errorf("an id was taken for another: %w", err)
		}
	}
	for _, subject := range subjects {
		page, err := h.Store.Facts(ctx, registration.Query{Practice: practice, Subject: registration.Subject{Kind: registration.CampaignKind, ID: subject}})
		if err != nil || len(page.Facts) != 1 {
			return fmt.Errorf("a subject of one fact has %d, error %v", len(page.Facts), err)
		}
	}
	return ledgerHolds(ctx, h, "ID id id ", 3)
}

func staleRegistration(ctx context.Context, h RegistrationHarness) error {
	for i, id := range []string{"a", "b"} {
		if err := register(ctx, h, on(campaignFact(id), i, i)); err != nil {
			return err
		}
	}
	for i, seen := range []int{0, 1, 3} {
		if written, err := h.Store.Apply(ctx, on(campaignFact("c"), seen, 3+i)); written || !errors.Is(err, registration.ErrStale) {
			return fmt.Errorf("decided on %d facts of 2: written %v, error %v", seen, written, err)
		}
	}
	if err := register(ctx, h, on(campaignFact("c"), 2, 9)); err != nil {
		return err
	}
	return ledgerHolds(ctx, h, "a b c", 3)
}

// clash is a change whose entry has the id of another, and other bytes.
func clash(f registration.Fact, seen, n int, bytes string) registration.Change {
	c := on(f, seen, n)
	c.Leaves[0].Bytes = []byte(bytes)
	return c
}

func registrationAllOrNothing(ctx context.Context, h RegistrationHarness) error {
	if err := register(ctx, h, on(campaignFact("a"), 0, 1)); err != nil {
		return err
	}
	if written, err := h.Store.Apply(ctx, clash(campaignFact("b"), 1, 1, "{}")); err == nil || written {
		return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
	}
	if h.OneConnection {
		return nil // the refused entry has ended the transaction, and the change with it
	}
	return ledgerHolds(ctx, h, "a", 1)
}

func registrationsNotShared(ctx context.Context, h RegistrationHarness) error {
	const foreign = "changed from outside"
	given := campaignFact("a")
	if err := register(ctx, h, on(given, 0, 1)); err != nil {
		return err
	}
	given.Content.Campaign.Samples[0] = foreign
	for range 2 {
		facts, err := h.Store.Ledger(ctx, practice)
		if err != nil || len(facts) != 1 {
			return fmt.Errorf("the ledger has %d facts, error %v", len(facts), err)
		}
		page, err := h.Store.Facts(ctx, registration.Query{Practice: practice})
		if err != nil || len(page.Facts) != 1 {
			return fmt.Errorf("the page has %d facts, error %v", len(page.Facts), err)
		}
		for _, f := range append(facts, page.Facts...) {
			if f.Content.Campaign.Samples[0] == foreign {
				return errors.New("the store's fact was changed from outside")
			}
			f.Content.Campaign.Samples[0] = foreign
		}
	}
	return nil
}

func everyRegistrationEntry(ctx context.Context, h RegistrationHarness) error {
	c := on(campaignFact("a"), 0, 1)
	c.Leaves = append(c.Leaves, leaf(2, practice), leaf(3, practice))
	if err := register(ctx, h, c); err != nil {
		return err
	}
	return ledgerHolds(ctx, h, "a", 3)
}

func invalidRegistrations(ctx context.Context, h RegistrationHarness) error {
	spoiled := map[string]registration.Change{
		"a change without entry":       {Fact: campaignFact("a")},
		"an entry of another practice": {Fact: campaignFact("a"), Leaves: []audit.Leaf{leaf(1, other)}},
		"a ledger of less than none":   on(campaignFact("a"), -1, 1),
	}
	for name, spoil := range map[string]func(*registration.Fact){
		"a fact without id":               func(f *registration.Fact) { f.ID = "" },
		"an id with a NUL":                func(f *registration.Fact) { f.ID = "a\x00" },
		"an id that is not UTF-8":         func(f *registration.Fact) { f.ID = "\xff" },
		"nobody who acts":                 func(f *registration.Fact) { f.Actor = audit.Actor{} },
		"a patient who acts":              func(f *registration.Fact) { f.Actor.Kind = audit.Patient },
		"a time finer than a microsecond": func(f *registration.Fact) { f.At = start.Add(time.Nanosecond) },
		"a time in another zone":          func(f *registration.Fact) { f.Recorded = start.In(time.FixedZone("", 3600)) },
		"an unknown kind":                 func(f *registration.Fact) { f.Kind = "other" },
		"a subject without id":            func(f *registration.Fact) { f.Subject.ID = "" },
		"a subject of no kind":            func(f *registration.Fact) { f.Subject.Kind = "other" },
		"a toll-free number that is none": func(f *registration.Fact) {
			f.Subject = registration.Subject{Kind: registration.TollFreeKind, ID: from}
		},
		"a sample with a NUL":     func(f *registration.Fact) { f.Content.Campaign.Samples[0] = "a\x00" },
		"a draft of another kind": func(f *registration.Fact) { f.Content.Brand.Name = "Elm" },
		"a word without provider": func(f *registration.Fact) { f.Kind, f.Content = registration.Approved, registration.Content{} },
		"a submission with an answer": func(f *registration.Fact) {
			f.Kind, f.Content = registration.Submitted, registration.Content{}
			f.Notice = registration.Notice{Provider: "twilio", Reference: "QE1"}
		},
		"a score of less than none":  func(f *registration.Fact) { ended(f, start); f.Notice.Score = -1 },
		"a score of more than all":   func(f *registration.Fact) { ended(f, start); f.Notice.Score = 101 },
		"a text that nobody reads":   func(f *registration.Fact) { f.Content.Campaign.Description = strings.Repeat("x", 16<<10+1) },
		"samples that nobody counts": func(f *registration.Fact) { f.Content.Campaign.Samples = make([]string, 65) },
		"a number without one":       func(f *registration.Fact) { f.Kind, f.Content = registration.Attached, registration.Content{} },
		"a draft with a number":      func(f *registration.Fact) { f.Number = from },
		"an approval with a draft":   func(f *registration.Fact) { f.Kind, f.Notice.Provider = registration.Approved, "twilio" },
		"a toll-free number in a campaign": func(f *registration.Fact) {
			f.Kind, f.Content, f.Number = registration.Attached, registration.Content{}, "+18335550100"
		},
		"an end that is finer than microsecond": func(f *registration.Fact) { ended(f, start.Add(time.Nanosecond)) },
	} {
		spoiled[name] = on(registered("a", spoil), 0, 1)
	}
	for name, c := range spoiled {
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	return ledgerHolds(ctx, h, "", 0)
}

// ended makes f an approval that ends.
func ended(f *registration.Fact, at time.Time) {
	f.Kind, f.Content = registration.Approved, registration.Content{}
	f.Notice = registration.Notice{Provider: "twilio", Until: at}
}

func cancelledRegistration(ctx context.Context, h RegistrationHarness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if written, err := h.Store.Apply(gone, on(campaignFact("a"), 0, 1)); written || !errors.Is(err, context.Canceled) {
		return fmt.Errorf("written %v, error %v, not context.Canceled", written, err)
	}
	return ledgerHolds(ctx, h, "", 0)
}

func concurrentRegistrations(ctx context.Context, h RegistrationHarness) error {
	if h.OneConnection {
		return nil
	}
	const writers = 8
	var group sync.WaitGroup
	results := make(chan error, writers)
	for w := range writers {
		group.Go(func() { results <- register(ctx, h, on(campaignFact(fmt.Sprint(w)), 0, w)) })
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, registration.ErrStale):
			return err
		}
	}
	facts, err := h.Store.Ledger(ctx, practice)
	if err != nil || won != 1 || len(facts) != 1 {
		return fmt.Errorf("%d decisions on an empty ledger were written and %d facts kept, error %v", won, len(facts), err)
	}
	return logged(ctx, Harness{Entries: h.Entries}, 1)
}

func longRegistrations(ctx context.Context, h RegistrationHarness) error {
	const n = 150
	for i := range n {
		if err := register(ctx, h, on(campaignFact(fmt.Sprintf("%03d", n-i)), i, i)); err != nil {
			return err
		}
	}
	facts, err := h.Store.Ledger(ctx, practice)
	if err != nil || len(facts) != n {
		return fmt.Errorf("%d facts of %d came back, error %v", len(facts), n, err)
	}
	for i, f := range facts {
		if want := fmt.Sprintf("%03d", n-i); f.ID != want {
			return fmt.Errorf("place %d holds fact %s, not %s", i, f.ID, want)
		}
	}
	return nil
}

func registrationPages(ctx context.Context, h RegistrationHarness) error {
	var all, own []string
	for i, id := range []string{"d", "x", "b", "c", "y", "a", "e"} { // x and y are of another subject
		f := campaignFact(id)
		if id == "x" || id == "y" {
			f.Subject.ID = "offers"
		} else {
			own = append(own, id)
		}
		all = append(all, id)
		foreign := registered(id, func(f *registration.Fact) { f.Practice = other })
		for j, f := range []registration.Fact{f, foreign} {
			if err := register(ctx, h, on(f, i, 2*i+j)); err != nil {
				return err
			}
		}
	}
	for limit, pages := range map[int][2]int{0: {1, 1}, 1: {7, 5}, 2: {4, 3}, 4: {2, 2}, 7: {1, 1}, 1000: {1, 1}} {
		for i, subject := range []registration.Subject{{}, campaignFact("").Subject} {
			want := [][]string{all, own}[i]
			q := registration.Query{Practice: practice, Subject: subject, Limit: limit}
			var got []string
			read := 0
			for more := true; more; more = q.After != "" {
				p, err := h.Store.Facts(ctx, q)
				if err != nil {
					return err
				}
				for _, f := range p.Facts {
					got = append(got, f.ID)
				}
				q.After = p.Next
				read++
			}
			if !reflect.DeepEqual(got, want) || read != pages[i] {
				return fmt.Errorf("by %d: %q on %d pages, not %q on %d", limit, got, read, want, pages[i])
			}
		}
	}
	if _, err := h.Store.Facts(ctx, registration.Query{Practice: practice, After: "nobody's"}); !errors.Is(err, registration.ErrAfter) {
		return fmt.Errorf("a page after a fact that is not there: error %v", err)
	}
	for _, q := range []registration.Query{
		{}, {Practice: practice, Limit: -1}, {Practice: practice, Limit: 1001}, {Practice: practice, Subject: registration.Subject{Kind: "other", ID: "x"}},
	} {
		if _, err := h.Store.Facts(ctx, q); !errors.Is(err, registration.ErrInvalid) {
			return fmt.Errorf("a query that asks for nothing: error %v", err)
		}
	}
	return nil
}

func noRegistrationSecrets(ctx context.Context, h RegistrationHarness) error {
	const ein, name = "98-7654321", "planted-contact-4711"
	secret := func(id string) registration.Fact {
		return registered(id, func(f *registration.Fact) {
			f.Subject = registration.Subject{Kind: registration.BrandKind, ID: "brand"}
			f.Content = registration.Content{Brand: registration.Brand{EIN: ein, Contact: registration.Contact{Last: name}}}
		})
	}
	if err := register(ctx, h, on(secret("a"), 0, 1)); err != nil {
		return err
	}
	_, err := h.Store.Apply(ctx, clash(secret("b"), 1, 1, "other "+ein+name))
	return quiet(err, ein, name)
}
