package main

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/examples/internal/world"
)

type consentInput struct {
	Number    string `json:"number" doc:"the phone number that was written on the form"`
	Category  string `json:"category" doc:"transactional, conversational or promotional; may be left out with published, which says it"`
	Basis     string `json:"basis" doc:"office_document or signed_agreement; office_document where it is left out"`
	Published string `json:"published" doc:"the id of the published text that the patient read and signed; instead of wording and language"`
	Wording   string `json:"wording" doc:"what the patient read and signed, exactly"`
	Language  string `json:"language" doc:"of the wording; en where it is left out"`
	Document  string `json:"document" doc:"where the signed paper or its scan is kept"`
	Given     string `json:"given" doc:"when it was signed, as in book; now where it is left out"`
	Sender    string `json:"sender" doc:"the one number of the practice that it is for; all of them where it is left out"`
}

func recordConsent(ctx context.Context, s *app, in consentInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	if err := in.complete(ctx, sc); err != nil {
		return done{}, err
	}
	category, err := choice("category", in.Category, consent.Categories()...)
	if err != nil {
		return done{}, err
	}
	basis := consent.OfficeDocument
	if in.Basis != "" {
		if basis, err = choice("basis", in.Basis, consent.OfficeDocument, consent.SignedAgreement); err != nil {
			return done{}, err
		}
	}
	g := consent.Grant{
		Practice: practice, Number: to, Category: category, Basis: basis,
		Evidence: consent.Evidence{Wording: in.Wording, Language: in.Language, Document: in.Document, Staff: world.Desk().ID},
	}
	if in.Sender != "" {
		if g.Sender, err = number(in.Sender); err != nil {
			return done{}, err
		}
	}
	if in.Given != "" {
		if g.At, err = moment(in.Given); err != nil {
			return done{}, err
		}
	}
	if _, err := sc.Consents.Grant(ctx, world.Desk(), g); err != nil {
		return done{}, err
	}
	p, err := sc.Consents.Permission(ctx, consent.Key{Practice: practice, Number: to}, consent.Use{Category: category, Sender: g.Sender})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Recorded. " + capital(categoryName(category)) + " to this number: " + permission(p).Word() + ". " + p.Why,
		Result: permission(p),
	}, nil
}

// complete fills in what the published text says that was named.
func (in *consentInput) complete(ctx context.Context, s *scene) error {
	if in.Published == "" {
		if in.Language == "" {
			in.Language = "en"
		}
		return nil
	}
	if in.Wording != "" || in.Language != "" {
		return badInput("Name a published text, or send its words and language, not both.")
	}
	w, err := published(ctx, s, in.Published)
	if err != nil {
		return err
	}
	if in.Category != "" && in.Category != string(w.Category) {
		return badInput("The text %q is for %s, and permits nothing else.", w.ID, categoryName(w.Category))
	}
	in.Category, in.Wording, in.Language = string(w.Category), w.Text, w.Language
	return nil
}

type stopInput struct {
	Number  string `json:"number" doc:"the phone number"`
	Channel string `json:"channel" doc:"call, desk, email, mail or portal; call where it is left out"`
	Words   string `json:"words" doc:"what the patient said; may be left out"`
}

func recordStop(ctx context.Context, s *app, in stopInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	channel, err := spokenBy(in.Channel)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	_, err = sc.Consents.Revoke(ctx, world.Desk(), consent.Revocation{
		Practice: practice, Number: to, Channel: channel, Evidence: consent.Evidence{Words: in.Words, Staff: world.Desk().ID},
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Recorded. From this moment no text leaves for " + shown(to) + ", for nobody on this phone."}, sc.settled(ctx)
}

type optInInput struct {
	Setting string `json:"setting" doc:"off, promotional or all"`
}

func setOptIn(ctx context.Context, s *app, in optInInput) (done, error) {
	setting, err := choice("setting", in.Setting, consent.ConfirmOff, consent.ConfirmPromotional, consent.ConfirmAll)
	if err != nil {
		return done{}, err
	}
	consents := s.scene.Load().Consents
	set, err := consents.Settings(ctx, practice)
	if err != nil {
		return done{}, err
	}
	set.DoubleOptIn = setting
	if err := consents.Configure(ctx, world.Desk(), set); err != nil {
		return done{}, err
	}
	says := map[consent.DoubleOptIn]string{
		consent.ConfirmOff:         "No consent needs to be confirmed by text.",
		consent.ConfirmPromotional: "From now on a consent to offers permits nothing until the patient confirms it by text.",
		consent.ConfirmAll:         "From now on every consent permits nothing until the patient confirms it by text.",
	}
	return done{Said: says[setting] + " Consents that were recorded before stay as they are."}, nil
}

type confirmationInput struct {
	Number string `json:"number" doc:"the phone number"`
}

func askConfirmation(ctx context.Context, s *app, in confirmationInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	k, err := sc.Texts.RequestConfirmation(ctx, world.Desk(), consent.Ask{Practice: practice, Number: to})
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "The patient is asked to confirm. Nothing else leaves until the answer that it asks for comes: AGREE, AUTORIZO or AUTORISE.",
		Result: map[string]string{"text": k.ID},
	}, sc.settled(ctx)
}

type agreementInput struct {
	Provider string `json:"provider" doc:"who carries the texts; carrier where it is left out"`
	InForce  string `json:"in_force" doc:"yes or no"`
}

// setAgreement stands for a register of agreements, which the demonstration has not got.
func setAgreement(ctx context.Context, s *app, in agreementInput) (done, error) {
	sc := s.scene.Load()
	if in.Provider == "" {
		in.Provider = world.Network
	}
	provider, err := choice("provider", in.Provider, sc.providers()...)
	if err != nil {
		return done{}, err
	}
	inForce, err := choice("in_force", in.InForce, "yes", "no")
	if err != nil {
		return done{}, err
	}
	// The entry comes first: an agreement that changed without one would be worse than an entry without a change.
	err = sc.Log.Record(ctx, audit.Entry{
		Practice: practice, Actor: world.Desk(), Action: "demo.agreement.set",
		Object: audit.Object{Kind: "agreement", ID: provider}, Details: map[string]string{"in force": inForce},
	})
	if err != nil {
		return done{}, err
	}
	if err := sc.Agreements.Put(ctx, practice, provider, inForce == "yes"); err != nil {
		return done{}, err
	}
	if inForce == "no" {
		return done{Said: "The agreement with " + provider + " has ended. No text leaves through it, not even an answer."}, nil
	}
	return done{Said: "The agreement with " + provider + " is in force."}, sc.settled(ctx)
}
