package main

import (
	"context"

	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/civil"
)

type policyInput struct {
	Version   string `json:"version" doc:"its name, such as 2; none that was used before"`
	Text      string `json:"text" doc:"the whole policy, in plain text"`
	Language  string `json:"language" doc:"of the text; en where it is left out"`
	Use       string `json:"use" doc:"the words of the text by which further use accepts a change; may be left out"`
	Effective string `json:"effective" doc:"the first day on which it is in effect, as 2026-06-01"`
	Material  string `json:"material" doc:"yes or no: whether the change matters to those whom it concerns; no where it is left out"`
	Changes   string `json:"changes" doc:"what changed, in plain words; required of all but the first version"`
	Posting   string `json:"posting" doc:"the day from which the change stands on the public page; may be left out"`
	Notice    string `json:"notice" doc:"the day from which the page shows the change to its users; may be left out"`
	Email     string `json:"email" doc:"the day on which the change is told by e-mail; may be left out"`
}

// publishPolicy publishes a version of the privacy policy.
func publishPolicy(ctx context.Context, s *app, in policyInput) (done, error) {
	if in.Language == "" {
		in.Language = "en"
	}
	if in.Material == "" {
		in.Material = "no"
	}
	material, err := choice("material", in.Material, "yes", "no")
	if err != nil {
		return done{}, err
	}
	p := policy.Publication{
		Practice: practice, Document: world.Privacy, Version: in.Version, Zone: world.Sender().Zone, Material: material == "yes",
		Changes: in.Changes, Texts: []policy.Text{{Language: in.Language, Body: in.Text, Use: in.Use}},
	}
	if p.Effective, err = day("effective", in.Effective); err != nil {
		return done{}, err
	}
	for _, a := range []struct {
		channel policy.Channel
		on      string
	}{{policy.Posting, in.Posting}, {policy.Notice, in.Notice}, {policy.Email, in.Email}} {
		if a.on == "" {
			continue
		}
		on, err := day(string(a.channel), a.on)
		if err != nil {
			return done{}, err
		}
		p.Announced = append(p.Announced, policy.Announcement{Channel: a.channel, On: on})
	}
	f, err := s.scene.Load().Policies.Publish(ctx, world.Desk(), p)
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   "Published. Version " + f.Version + " is in effect from " + f.Edition.Effective.String() + ". It stands at /privacy.",
		Result: map[string]string{"version": f.Version, "sha256": f.Edition.Texts[0].Hash()},
	}, nil
}

// day reads a day of the calendar.
func day(field, value string) (policy.Date, error) {
	d, err := civil.Parse(value)
	if err != nil {
		return policy.Date{}, badInput("Write the field %q as a day, such as 2026-06-01.", field)
	}
	return d, nil
}

// acceptance is what stands beside the button.
const acceptance = "I have read the privacy policy and accept it."

type acceptInput struct {
	Version string `json:"version" doc:"the version, as policies says is due"`
	SHA256  string `json:"sha256" doc:"of the text that was read, as policies says"`
}

// acceptPolicy accepts a version of the privacy policy, for the desk.
func acceptPolicy(ctx context.Context, s *app, in acceptInput) (done, error) {
	_, err := s.scene.Load().Policies.Accept(ctx, world.Desk(), policy.Acceptance{
		Practice: practice, Document: world.Privacy, Version: in.Version, Person: world.Desk(), Language: "en", Wording: acceptance, Hash: in.SHA256,
	})
	if err != nil {
		return done{}, err
	}
	return done{Said: "Accepted: version " + in.Version + " of the privacy policy. It permits no texts; only a consent does."}, nil
}
