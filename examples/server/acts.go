package main

import (
	"context"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/examples/internal/copied"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/phone"
)

// acts lists what can be done, in the order of the story.
func acts() []act {
	return []act{
		newAct("text", "texts", "Writes a text to a patient. Whether it may leave is decided when it is due, at once or at the next lawful hour.", writeText),
		newAct("resolve", "texts", "Says what became of a text that needs a person. It is never sent again.", resolveText),
		newAct("requeue", "texts", "Puts a text back that failed or was refused. It is decided on anew before it leaves.", requeueText),
		newAct("replay", "texts", "Makes every decision on a text again from the facts that were kept with it, and says whether it is the same.", replay),
		newAct("withdraw", "texts", "Takes back a text that has not left.", withdrawText),
		newAct("finish", "tasks", "Finishes what needs a person, and does what follows from its outcome.", finish),
		newAct("content", "tasks", "Reads what a message holds that speaks of health. That it was read, and what for, is recorded first.", readContent),
		newAct("filecontent", "tasks", "Hands out what such a message holds, for the chart, and destroys it here.", fileContent),
		newAct("deletecontent", "tasks", "Destroys what such a message holds.", deleteContent),
		newAct("broadcast", "broadcasts", "Plans one text to many. What it says was screened, and the audience is chosen from consents or by a date of visit.", draftCast),
		newAct("steer", "broadcasts", "Starts, pauses, resumes or cancels a text to many.", steer),
		newAct("link", "links", "Texts a patient a link to what no text may say. It opens once, expires, and is told nowhere but in the text.", textLink),
		newAct("openlink", "links", "Opens a link as whoever has signed in, as a portal does: the patient, or who may see the patient's record.", openLink),
		newAct("revokelink", "links", "Takes a link back. It opens no more.", revokeLink),
		newAct("channel", "patients", "Records that a patient asked to be reached at another number, or by no text.", reach),
		newAct("try", "try", "Asks whether a text would leave, and by which rules, before anybody queues it. Nothing comes of it.", try),
		newAct("preview", "templates", "Makes a text of a template, with typed values alone, and counts what it takes.", preview),
		newAct("screentemplate", "templates", "Screens a wording as a template is screened before any patient's name is put into it.", screenTemplate),
		newAct("brand", "registration", "Writes, or writes anew, what carriers are told of the practice.", draftBrand),
		newAct("campaign", "registration", "Writes, or writes anew, a campaign: what the practice texts from ordinary numbers, and for what.", draftCampaign),
		newAct("tollfree", "registration", "Writes, or writes anew, the verification of a toll-free number.", draftTollFree),
		newAct("submit", "registration", "Submits a registration. One that would be rejected is refused, and the answer lists what is wrong with it.", submit),
		newAct("registry", "registration", "Has the simulated registry decide on a registration, and the practice hear of it.", registry),
		newAct("attach", "registration", "Adds a number to a campaign.", attach),
		newAct("carry", "registration", "Says that the carriers know a number as its campaign's.", carry),
		newAct("detach", "registration", "Takes a number from its campaign. Nothing leaves from it any more.", detach),
		newAct("weather", "network", "Says how the simulated network behaves from now on.", turn),
		newAct("book", "schedule", "Books an appointment. Its reminder is planned by itself.", book),
		newAct("move", "schedule", "Moves an appointment. The reminder of the old time never leaves; one with the new time does.", move),
		newAct("cancel", "schedule", "Cancels an appointment. Its reminder never leaves.", cancel),
		newAct("reply", "phone", "Writes a text from a simulated phone to the practice.", reply),
		newAct("consent", "consent", "Records a consent that was given on paper.", recordConsent),
		newAct("stop", "consent", "Records a stop that was said by telephone or in another way. It counts at once.", recordStop),
		newAct("heard", "alarms", "Records what somebody said about texts, in any words, and answers what it was taken for and why.", recordHeard),
		newAct("clear", "alarms", "Says that what may have been a stop was none.", clearDoubt),
		newAct("lapse", "suppressed", "Records that a number has another holder, is wrong, is out of service, or is a landline. What was given for it ends.", recordLapse),
		newAct("mute", "suppressed", "Records that one patient of a shared phone wants no texts about himself. Others are not concerned.", mute),
		newAct("unmute", "suppressed", "Records that this patient wants them again. It permits nothing by itself.", unmute),
		newAct("optin", "consent", "Sets which consents a patient must confirm by text before they permit anything.", setOptIn),
		newAct("confirmation", "consent", "Asks a patient, once, to confirm the consents that wait for it.", askConfirmation),
		newAct("asklink", "consent", "Asks a patient, once, to confirm by a link, which is told this once. It reaches landlines too.", askByLink),
		importConsentsAct(),
		newAct("agreement", "consent", "Says whether the agreement with a provider is in force. Without one no text leaves.", setAgreement),
		newAct("appoint", "representatives", "Records who may act for a patient: a parent, whom a court has named, or whom the patient has chosen.", appoint),
		newAct("parentconsent", "representatives", "Records a parent's verified consent that a child enters data itself.", parentConsent),
		newAct("parentwithdrawal", "representatives", "Records that a parent takes that consent back. It counts at once.", parentWithdrawal),
		newAct("enter", "representatives", "Asks whether a form of a portal would be taken from a patient, or from who acts for the patient.", enter),
		newAct("reportchild", "representatives", "Records that somebody believes that a child gave data; all of it is frozen. Anybody does so at /report, without a token.", reportChild),
		newAct("unfreeze", "representatives", "Decides on a report: what was given may be used.", unfreeze),
		newAct("remove", "representatives", "Decides on a report: what the child gave was deleted.", remove),
		newAct("answer", "representatives", "Says that whoever reported got the answer.", answerReport),
		newAct("requestpack", "packs", "Asks for the evidence of consent in one file: for the practice, the patient, a court or a carrier, and nobody else.", requestPack),
		newAct("approvepack", "packs", "Approves, as the manager, a file for a court or a carrier. Whoever asked cannot.", approvePack),
		newAct("denypack", "packs", "Denies a file, as the manager, and says why.", denyPack),
		newAct("practice", "practice", "Says what the practice is called, and accepts its duty to obtain its patients' consent.", setPractice),
		newAct("publish", "practice", "Publishes a text that patients may sign. One that leaves out something it must say is refused, and the answer lists what.", publish),
		newAct("publishpolicy", "policies", "Publishes a version of the privacy policy. A change that is not announced as the policy promises is refused.", publishPolicy),
		newAct("acceptpolicy", "policies", "Accepts the privacy policy, for whoever uses the page.", acceptPolicy),
		newAct("patient", "patients", "Adds a patient, or saves one anew.", savePatient),
		importAct(),
		newAct("verify", "log", "Checks the whole log against its signed tree, and against a checkpoint that was kept elsewhere.", verifyLog),
		newAct("check", "log", "Exports the whole log and checks it with the public key alone, as whoever is given it does.", checkExport),
		newAct("rotate", "keys", "Gives the practice a new key and wraps all others under it. Nothing that is sealed changes, and all goes on meanwhile.", rotate),
		newAct("clock", "top", "Moves the demo clock forward. It stops at every text that falls due on the way.", moveClock),
		newAct("reset", "top", "Starts the story over. In memory alone.", reset),
	}
}

// number reads a phone number as people type it.
func number(typed string) (string, error) {
	e164, err := phone.Parse(typed)
	if err != nil {
		return "", err
	}
	return e164, phone.Textable(e164)
}

// choice refuses a value that is none of those that a field takes.
func choice[T ~string](field, value string, among ...T) (T, error) {
	for _, a := range among {
		if value == string(a) {
			return a, nil
		}
	}
	return "", badInput("%q is nothing that the field %q takes. It takes %v.", value, field, among)
}

// whole reads a whole number from a field.
func whole(field, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, badInput("The field %q is a whole number.", field)
	}
	return n, nil
}

type clockInput struct {
	Forward string `json:"forward" doc:"how far: 1h, 24h, 90m, or next: to the next text that is due"`
}

// moveClock moves the demonstration's clock. The entry keeps what the real clock showed.
func moveClock(ctx context.Context, s *app, in clockInput) (done, error) {
	s.change.Lock()
	defer s.change.Unlock()
	sc := s.scene.Load()
	var by time.Duration
	if in.Forward == "next" {
		next, found, err := sc.Next(ctx)
		if err != nil {
			return done{}, err
		}
		if !found {
			return done{Said: "No text waits, so the clock was not moved."}, nil
		}
		by = next.Sub(sc.Clock.Now())
	} else {
		var err error
		if by, err = time.ParseDuration(in.Forward); err != nil {
			return done{}, badInput("Say how far the clock moves as 1h, 24h or 90m, or say next.")
		}
	}
	from := sc.Clock.Now()
	now, err := sc.Advance(ctx, by)
	if err != nil {
		return done{}, err
	}
	if err := recordMove(ctx, sc, from, now); err != nil {
		return done{}, err
	}
	return done{Said: "It is now " + spoken(now) + ".", Result: map[string]time.Time{"now": now}}, sc.settled(ctx)
}

// settled waits until what has just become due was handled, so that the page shows what came of it.
func (s *scene) settled(ctx context.Context) error { return s.Settle(ctx, 3*time.Second) }

type resetInput struct{}

// reset puts a new world in the place of the old one.
func reset(ctx context.Context, s *app, _ resetInput) (done, error) {
	s.change.Lock()
	defer s.change.Unlock()
	old := s.scene.Load()
	if old.Durable {
		return done{}, badInput("Only the story in memory can start over. To begin anew on Postgres, stop the server and its workers and name another -schema.")
	}
	fresh, err := raise(ctx, s.config, s.address(), s.cert, s.logger)
	if err != nil {
		return done{}, err
	}
	s.scene.Store(fresh)
	fresh.start(s.logger)
	if err := old.end(ctx); err != nil {
		return done{}, err
	}
	return done{Said: "The story starts over. It is " + spoken(fresh.Clock.Now()) + ".", who: people0}, fresh.settled(ctx)
}

// people0 is whom the page shows first.
const people0 = "p-101"

type verifyInput struct {
	Checkpoint string `json:"checkpoint" doc:"a signed checkpoint that was kept elsewhere; may be left out"`
}

func verifyLog(ctx context.Context, s *app, in verifyInput) (done, error) {
	report, err := verify(ctx, s.scene.Load(), s.config, copied.Checkpoint(in.Checkpoint))
	if err != nil {
		return done{}, err
	}
	return done{Said: report.Says, Result: report}, nil
}

// practice is the id that every command carries.
const practice = world.Practice
