package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms/registration"
)

type brandInput struct {
	ID      string `json:"id" doc:"the practice's own name for it"`
	Legal   string `json:"legal" doc:"the legal name, exactly as the tax office has it"`
	Display string `json:"display" doc:"the name that patients know"`
	Entity  string `json:"entity" doc:"PRIVATE_PROFIT, PUBLIC_PROFIT, NON_PROFIT, GOVERNMENT or SOLE_PROPRIETOR"`
	EIN     string `json:"ein" doc:"nine digits, as 12-3456789"`
	Website string `json:"website" doc:"the practice's own"`
	Email   string `json:"email" doc:"where patients reach the practice"`
	Phone   string `json:"phone" doc:"in E.164 form"`
	Street  string `json:"street" doc:"street and house number"`
	City    string `json:"city" doc:"city"`
	State   string `json:"state" doc:"two letters"`
	Zip     string `json:"zip" doc:"ZIP or postal code"`
	Country string `json:"country" doc:"US or CA"`
	First   string `json:"first" doc:"given name of the person whom carriers may ask"`
	Last    string `json:"last" doc:"family name of that person"`
	Mail    string `json:"mail" doc:"e-mail address of that person"`
	Direct  string `json:"direct" doc:"phone number of that person, in E.164 form"`
}

// draftBrand writes what carriers are told of the practice.
func draftBrand(ctx context.Context, s *app, in brandInput) (done, error) {
	return draft(ctx, s, registration.BrandKind, in.ID, registration.Content{Brand: registration.Brand{
		Name: in.Legal, DisplayName: in.Display, Entity: registration.Entity(in.Entity), EIN: in.EIN, Vertical: registration.Healthcare,
		Website: in.Website, Email: in.Email, Phone: in.Phone,
		Address: registration.Address{Street: in.Street, City: in.City, State: in.State, Zip: in.Zip, Country: in.Country},
		Contact: registration.Contact{First: in.First, Last: in.Last, Email: in.Mail, Phone: in.Direct},
	}})
}

type campaignInput struct {
	ID          string `json:"id" doc:"the practice's own name for it"`
	Brand       string `json:"brand" doc:"the id of the brand"`
	UseCase     string `json:"use_case" doc:"ACCOUNT_NOTIFICATION, CUSTOMER_CARE, MARKETING, LOW_VOLUME or MIXED"`
	SubUseCases string `json:"sub_use_cases" doc:"of the last two: what they are made of, with commas between"`
	Description string `json:"description" doc:"who texts whom, and why"`
	MessageFlow string `json:"message_flow" doc:"every way in which patients opt in"`
	Samples     string `json:"samples" doc:"two to five texts as they are sent, one in a line"`
	LinkSample  string `json:"link_sample" doc:"a link as it is sent; left out where texts carry none"`
	Phones      string `json:"phones" doc:"yes or no: texts carry phone numbers; no where it is left out"`
	StartWords  string `json:"start_words" doc:"words that opt in, with commas between"`
	StartReply  string `json:"start_reply" doc:"what answers them"`
	StopWords   string `json:"stop_words" doc:"words that opt out, with commas between"`
	StopReply   string `json:"stop_reply" doc:"what answers them"`
	HelpWords   string `json:"help_words" doc:"words that ask for help, with commas between"`
	HelpReply   string `json:"help_reply" doc:"what answers them"`
	Privacy     string `json:"privacy" doc:"the page of the privacy policy"`
	Terms       string `json:"terms" doc:"the page of the terms"`
}

// draftCampaign writes what the practice texts, and for what.
func draftCampaign(ctx context.Context, s *app, in campaignInput) (done, error) {
	if _, err := choice("phones", in.Phones, "", "yes", "no"); err != nil {
		return done{}, err
	}
	return draft(ctx, s, registration.CampaignKind, in.ID, registration.Content{Campaign: in.content()})
}

func (in campaignInput) content() registration.Campaign {
	c := registration.Campaign{
		Brand: in.Brand, UseCase: registration.UseCase(in.UseCase), Description: in.Description, MessageFlow: in.MessageFlow,
		Samples: parts(in.Samples, "\n"), Links: in.LinkSample != "", LinkSample: in.LinkSample, Phones: in.Phones == "yes",
		OptIn:  registration.Reply{Keywords: parts(in.StartWords, ","), Message: in.StartReply},
		OptOut: registration.Reply{Keywords: parts(in.StopWords, ","), Message: in.StopReply},
		Help:   registration.Reply{Keywords: parts(in.HelpWords, ","), Message: in.HelpReply},

		PrivacyURL: in.Privacy, TermsURL: in.Terms,
	}
	for _, u := range parts(in.SubUseCases, ",") {
		c.SubUseCases = append(c.SubUseCases, registration.UseCase(u))
	}
	return c
}

type tollFreeInput struct {
	Number       string `json:"number" doc:"the toll-free number"`
	Brand        string `json:"brand" doc:"the id of the brand"`
	Notify       string `json:"notify" doc:"the e-mail address that the outcome is sent to"`
	Uses         string `json:"uses" doc:"ACCOUNT_NOTIFICATIONS, CUSTOMER_CARE, MARKETING, with commas between"`
	Summary      string `json:"summary" doc:"who texts whom, and why"`
	Sample       string `json:"sample" doc:"a text as it is sent"`
	OptIn        string `json:"opt_in" doc:"VERBAL, WEB_FORM, PAPER_FORM, VIA_TEXT or MOBILE_QR_CODE"`
	OptInFlow    string `json:"opt_in_flow" doc:"how patients opt in"`
	OptInImages  string `json:"opt_in_images" doc:"pages with pictures of the opt-in, one in a line"`
	Volume       string `json:"volume" doc:"messages a month, such as 1,000"`
	Keywords     string `json:"keywords" doc:"words that opt in, with commas between; of VIA_TEXT"`
	Confirmation string `json:"confirmation" doc:"what is sent after the opt-in"`
	Help         string `json:"help" doc:"what answers HELP"`
	Privacy      string `json:"privacy" doc:"the page of the privacy policy"`
	Terms        string `json:"terms" doc:"the page of the terms"`
}

// draftTollFree writes the verification of a toll-free number.
func draftTollFree(ctx context.Context, s *app, in tollFreeInput) (done, error) {
	to, err := number(in.Number)
	if err != nil {
		return done{}, err
	}
	return draft(ctx, s, registration.TollFreeKind, to, registration.Content{TollFree: in.content()})
}

func (in tollFreeInput) content() registration.TollFree {
	t := registration.TollFree{
		Brand: in.Brand, Notify: in.Notify, Summary: in.Summary, Sample: in.Sample, OptIn: registration.OptInType(in.OptIn),
		OptInFlow: in.OptInFlow, OptInImages: parts(in.OptInImages, "\n"), Volume: in.Volume, Keywords: parts(in.Keywords, ","),
		Confirmation: in.Confirmation, Help: in.Help, PrivacyURL: in.Privacy, TermsURL: in.Terms,
	}
	for _, u := range parts(in.Uses, ",") {
		t.Uses = append(t.Uses, registration.TollFreeUse(u))
	}
	return t
}

// draft writes a registration, and answers what it would be rejected for.
func draft(ctx context.Context, s *app, kind registration.SubjectKind, id string, c registration.Content) (done, error) {
	sc, subject := s.scene.Load(), registration.Subject{Kind: kind, ID: id}
	_, err := sc.Registrations.Draft(ctx, world.Desk(), registration.Draft{Practice: practice, Subject: subject, Content: c})
	if err != nil {
		return done{}, err
	}
	problems, err := sc.Registrations.Check(ctx, practice, subject, world.Network)
	if err != nil {
		return done{}, err
	}
	views := []problemView{}
	for _, p := range problems {
		views = append(views, problemView{p.Field, p.Wrong, p.Mend})
	}
	said := "Written. Nothing is wrong with it, so it can be submitted."
	if len(views) > 0 {
		said = fmt.Sprintf("Written. It would be rejected for %d reasons; they are listed with it.", len(views))
	}
	return done{Said: said, Result: map[string]any{"problems": views}}, nil
}

// parts takes a list apart that was typed into one field.
func parts(list, between string) []string {
	var all []string
	for _, part := range strings.Split(list, between) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
