package smstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/suite"
	"github.com/enamel-go/enamel/sms/link"
)

// LinkHarness is one fresh store of links under test and the audit store that its entries go to.
type LinkHarness struct {
	Store   link.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// LinkCase is one rule that every store of links keeps.
type LinkCase struct {
	Name  string
	Check func(ctx context.Context, h LinkHarness) error
}

// LinkCases returns the suite of stores of links.
func LinkCases() []LinkCase {
	return []LinkCase{
		{"every field of a link survives", everyLinkField},
		{"a link is found by its id and by its token", linkFound},
		{"what was not issued is not found", noLink},
		{"a link that is issued again changes nothing", linkIssuedAgain},
		{"a link ends once", linkEndsOnce},
		{"what was not issued does not end", linkNotIssued},
		{"two links do not share a token", tokenTaken},
		{"practices do not see each other's links", linksApart},
		{"practices, patients and ids of links are exact", exactLinks},
		{"a patient's links come in order", patientsLinks},
		{"a refused entry takes the fact of a link with it", linkAllOrNothing},
		{"every entry of a link is kept", everyLinkEntry},
		{"what no store of links can keep is refused", invalidLinks},
		{"a cancelled context issues nothing", cancelledLink},
		{"of concurrent presses one opens", concurrentPresses},
		{"errors of links carry no secrets", noLinkSecrets},
	}
}

// hash is the n-th hash of the suite's.
func hash(n int) string { return fmt.Sprintf("%064x", n) }

// issued is a link, changed.
func issued(id string, n int, change ...func(*link.Fact)) link.Fact {
	f := link.Fact{
		ID: id, Practice: practice, Kind: link.Issued, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Patient: "p-1", Resource: link.Resource{Kind: "document", ID: "d-1"}, Token: hash(n), Expires: start.Add(time.Hour),
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

// endedBy is what ends a link.
func endedBy(id string, kind link.Kind) link.Fact {
	by := audit.Actor{Kind: audit.Patient, ID: "p-1"}
	if kind == link.Revoked {
		by = audit.Actor{Kind: audit.System, ID: "worker"}
	}
	return link.Fact{ID: id, Practice: practice, Kind: kind, Recorded: start.Add(time.Minute), Actor: by}
}

// linking is a change with the entry number n.
func linking(f link.Fact, n int) link.Change {
	return link.Change{Fact: f, Leaves: []audit.Leaf{leaf(n, f.Practice)}}
}

// links writes facts, each with an entry, which are all new.
func links(ctx context.Context, h LinkHarness, facts ...link.Fact) error {
	for i, f := range facts {
		if written, err := h.Store.Apply(ctx, linking(f, i)); err != nil || !written {
			return fmt.Errorf("a new fact: written %v, error %v", written, err)
		}
	}
	return nil
}

// refuses checks that a fact changes nothing: it is not written, and the error is as wanted.
func refuses(ctx context.Context, h LinkHarness, f link.Fact, n int, want error) error {
	written, err := h.Store.Apply(ctx, linking(f, n))
	if written || !errors.Is(err, want) {
		return fmt.Errorf("%s %s: written %v, error %v", f.ID, f.Kind, written, err)
	}
	return nil
}

// stands checks what is kept of a link, and how many entries the log has.
func stands(ctx context.Context, h LinkHarness, want link.State, entries int) error {
	got, found, err := h.Store.Link(ctx, practice, want.Issued.ID)
	if err != nil || !found {
		return fmt.Errorf("link %s: found %v, error %v", want.Issued.ID, found, err)
	}
	if err := same("the link", got, want); err != nil {
		return err
	}
	return logged(ctx, Harness{Entries: h.Entries}, entries)
}

func everyLinkField(ctx context.Context, h LinkHarness) error {
	whole := []link.State{
		{Issued: issued("l-1", 1, func(f *link.Fact) {
			f.Patient, f.Resource = "p-1 \\ it's ?0", link.Resource{Kind: "plan «x»", ID: "d-\\ 🦷"}
			f.Expires = start.Add(time.Hour + time.Microsecond)
		}), Ended: endedBy("l-1", link.Opened)},
		{Issued: issued("l-2", 2, func(f *link.Fact) { f.Actor.Kind = audit.System }), Ended: endedBy("l-2", link.Revoked)},
		{Issued: issued("l-3", 3), Ended: endedBy("l-3", link.Opened)},
	}
	whole[2].Ended.Actor = audit.Actor{Kind: audit.Representative, ID: "r-1 ünïque"}
	var facts []link.Fact
	for _, s := range whole {
		facts = append(facts, s.Issued, s.Ended)
	}
	if err := suite.Filled(struct{ Facts []link.Fact }{facts}); err != nil {
		return err
	}
	if err := links(ctx, h, facts...); err != nil {
		return err
	}
	for _, s := range whole {
		if err := stands(ctx, h, s, len(facts)); err != nil {
			return err
		}
		found, _, err := h.Store.Find(ctx, practice, s.Issued.Token)
		if err = errors.Join(err, same("the link of the token", found, s)); err != nil {
			return err
		}
		of, err := h.Store.Of(ctx, practice, s.Issued.Patient)
		if err != nil || len(of) == 0 {
			return fmt.Errorf("the patient has %d links, error %v", len(of), err)
		}
	}
	return nil
}

func linkFound(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1), issued("b", 2)); err != nil {
		return err
	}
	for n, id := range map[int]string{1: "a", 2: "b"} {
		if err := stands(ctx, h, link.State{Issued: issued(id, n)}, 2); err != nil {
			return err
		}
		s, found, err := h.Store.Find(ctx, practice, hash(n))
		if err != nil || !found || s.Issued.ID != id {
			return fmt.Errorf("token %d: link %q, found %v, error %v", n, s.Issued.ID, found, err)
		}
	}
	return nil
}

func noLink(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	if s, found, err := h.Store.Link(ctx, practice, "b"); found || err != nil || s != (link.State{}) {
		return fmt.Errorf("an id of no link: found %v, error %v", found, err)
	}
	for _, token := range []string{hash(2), "", hash(1)[:63]} {
		if s, found, err := h.Store.Find(ctx, practice, token); found || err != nil || s != (link.State{}) {
			return fmt.Errorf("a token of no link: found %v, error %v", found, err)
		}
	}
	if of, err := h.Store.Of(ctx, practice, "p-2"); len(of) > 0 || err != nil {
		return fmt.Errorf("a patient without links has %d, error %v", len(of), err)
	}
	return nil
}

func linkIssuedAgain(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	for n, f := range []link.Fact{issued("a", 1), issued("a", 2), issued("a", 1, func(f *link.Fact) { f.Patient = "p-2" })} {
		if err := refuses(ctx, h, f, 1+n, nil); err != nil {
			return err
		}
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1)}, 1)
}

func linkEndsOnce(ctx context.Context, h LinkHarness) error {
	for i, id := range []string{"a", "b"} {
		kinds := []link.Kind{link.Opened, link.Revoked}
		first, second := kinds[i], kinds[1-i]
		if written, err := h.Store.Apply(ctx, linking(issued(id, i), 10*i)); err != nil || !written {
			return fmt.Errorf("a new link: written %v, error %v", written, err)
		}
		if written, err := h.Store.Apply(ctx, linking(endedBy(id, first), 10*i+1)); err != nil || !written {
			return fmt.Errorf("%s the first time: written %v, error %v", first, written, err)
		}
		for n, kind := range []link.Kind{first, second, link.Issued} {
			f := endedBy(id, kind)
			if kind == link.Issued {
				f = issued(id, 9)
			}
			if err := refuses(ctx, h, f, 10*i+2+n, nil); err != nil {
				return err
			}
		}
		if err := stands(ctx, h, link.State{Issued: issued(id, i), Ended: endedBy(id, first)}, 2*i+2); err != nil {
			return err
		}
	}
	return nil
}

func linkNotIssued(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	for n, kind := range []link.Kind{link.Opened, link.Revoked} {
		if err := refuses(ctx, h, endedBy("b", kind), 2+n, nil); err != nil {
			return err
		}
	}
	if _, found, err := h.Store.Link(ctx, practice, "b"); found || err != nil {
		return fmt.Errorf("a link that was not issued: found %v, error %v", found, err)
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1)}, 1)
}

func tokenTaken(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	if err := refuses(ctx, h, issued("b", 1), 2, link.ErrConflict); err != nil {
		return err
	}
	if _, found, err := h.Store.Link(ctx, practice, "b"); found || err != nil {
		return fmt.Errorf("a link with another's token: found %v, error %v", found, err)
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1)}, 1)
}

func linksApart(ctx context.Context, h LinkHarness) error {
	foreign := issued("a", 1, func(f *link.Fact) { f.Practice = other })
	if err := links(ctx, h, foreign); err != nil {
		return err
	}
	if err := noLinkOf(ctx, h, practice); err != nil {
		return err
	}
	if err := refuses(ctx, h, endedBy("a", link.Opened), 5, nil); err != nil {
		return fmt.Errorf("a link of another practice ended: %w", err)
	}
	if written, err := h.Store.Apply(ctx, linking(issued("a", 1), 6)); err != nil || !written {
		return fmt.Errorf("another practice has the id and the token: written %v, error %v", written, err)
	}
	if written, err := h.Store.Apply(ctx, linking(endedBy("a", link.Opened), 7)); err != nil || !written {
		return fmt.Errorf("its own link: written %v, error %v", written, err)
	}
	got, _, err := h.Store.Link(ctx, other, "a")
	if err != nil || got.Ended.Kind != "" {
		return fmt.Errorf("another practice's link was ended with it, error %v", err)
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1), Ended: endedBy("a", link.Opened)}, 2)
}

// noLinkOf checks that a practice has none of the suite's links.
func noLinkOf(ctx context.Context, h LinkHarness, practice string) error {
	_, byID, err := h.Store.Link(ctx, practice, "a")
	_, byToken, err2 := h.Store.Find(ctx, practice, hash(1))
	of, err3 := h.Store.Of(ctx, practice, "p-1")
	if err = errors.Join(err, err2, err3); err != nil || byID || byToken || len(of) > 0 {
		return fmt.Errorf("found by id %v, by token %v, of the patient %d, error %v", byID, byToken, len(of), err)
	}
	return nil
}

func exactLinks(ctx context.Context, h LinkHarness) error {
	var facts []link.Fact
	for i, name := range []string{"Elm", "elm", "élm", "e\u0301lm", "elm "} {
		facts = append(facts, issued("ID", 1, func(f *link.Fact) { f.Practice = name }),
			issued(name, 10+i, func(f *link.Fact) { f.Patient = name }))
	}
	if err := links(ctx, h, facts...); err != nil {
		return fmt.Errorf("a practice or an id was taken for another: %w", err)
	}
	for i, name := range []string{"Elm", "elm", "élm", "e\u0301lm", "elm "} {
		of, err := h.Store.Of(ctx, practice, name)
		if err != nil || len(of) != 1 || of[0].Issued.ID != name {
			return fmt.Errorf("a patient of one link has %d, error %v", len(of), err)
		}
		if err := stands(ctx, h, link.State{Issued: issued(name, 10+i, func(f *link.Fact) { f.Patient = name })}, 5); err != nil {
			return err
		}
	}
	return nil
}

func patientsLinks(ctx context.Context, h LinkHarness) error {
	late := func(f *link.Fact) { f.Recorded = start.Add(time.Second) }
	foreign := func(f *link.Fact) { f.Patient = "p-2" }
	end := endedBy("c", link.Revoked)
	facts := []link.Fact{issued("A", 1, late), issued("c", 2), issued("x", 3, foreign), issued("B", 4), issued("a", 5), end}
	if err := links(ctx, h, facts...); err != nil {
		return err
	}
	of, err := h.Store.Of(ctx, practice, "p-1")
	if err != nil {
		return err
	}
	want := []link.State{{Issued: facts[3]}, {Issued: facts[4]}, {Issued: facts[1], Ended: end}, {Issued: facts[0]}}
	return same("the patient's links", of, want)
}

// collides is a change whose entry has the id of another, and other bytes.
func collides(f link.Fact, n int, bytes string) link.Change {
	c := linking(f, n)
	c.Leaves[0].Bytes = []byte(bytes)
	return c
}

func linkAllOrNothing(ctx context.Context, h LinkHarness) error {
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	for _, f := range []link.Fact{endedBy("a", link.Opened), issued("b", 2)} {
		if written, err := h.Store.Apply(ctx, collides(f, 0, "{}")); err == nil || written {
			return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
		}
		if h.OneConnection {
			return nil // the refused entry has ended the transaction, and the change with it
		}
	}
	if _, found, err := h.Store.Link(ctx, practice, "b"); found || err != nil {
		return fmt.Errorf("a link whose entry was refused: found %v, error %v", found, err)
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1)}, 1)
}

func everyLinkEntry(ctx context.Context, h LinkHarness) error {
	for n, f := range []link.Fact{issued("a", 1), endedBy("a", link.Opened)} {
		c := linking(f, 3*n)
		c.Leaves = append(c.Leaves, leaf(3*n+1, practice), leaf(3*n+2, practice))
		if written, err := h.Store.Apply(ctx, c); err != nil || !written {
			return fmt.Errorf("written %v, error %v", written, err)
		}
	}
	return logged(ctx, Harness{Entries: h.Entries}, 6)
}

func invalidLinks(ctx context.Context, h LinkHarness) error {
	spoiled := map[string]link.Change{
		"a change without entry":       {Fact: issued("a", 1)},
		"an entry of another practice": {Fact: issued("a", 1), Leaves: []audit.Leaf{leaf(1, other)}},
	}
	for name, spoil := range map[string]func(*link.Fact){
		"no id":                           func(f *link.Fact) { f.ID = "" },
		"an id with a NUL":                func(f *link.Fact) { f.ID = "a\x00" },
		"an id that is not UTF-8":         func(f *link.Fact) { f.ID = "\xff" },
		"no practice":                     func(f *link.Fact) { f.Practice = "" },
		"nobody who issues":               func(f *link.Fact) { f.Actor = audit.Actor{} },
		"a patient who issues":            func(f *link.Fact) { f.Actor.Kind = audit.Patient },
		"a time finer than a microsecond": func(f *link.Fact) { f.Recorded = start.Add(time.Nanosecond) },
		"an expiry in another zone":       func(f *link.Fact) { f.Expires = start.In(time.FixedZone("", 3600)) },
		"no patient":                      func(f *link.Fact) { f.Patient = "" },
		"a patient with a NUL":            func(f *link.Fact) { f.Patient = "p\x00" },
		"a long patient":                  func(f *link.Fact) { f.Patient = strings.Repeat("p", 65) },
		"no kind of resource":             func(f *link.Fact) { f.Resource.Kind = "" },
		"no resource":                     func(f *link.Fact) { f.Resource.ID = "" },
		"a resource that is not UTF-8":    func(f *link.Fact) { f.Resource.ID = "\xff" },
		"a token that is no hash":         func(f *link.Fact) { f.Token = strings.Repeat("Z", 64) },
		"a short token":                   func(f *link.Fact) { f.Token = hash(1)[1:] },
		"an unknown kind":                 func(f *link.Fact) { f.Kind = "other" },
		"an opening that leads somewhere": func(f *link.Fact) { f.Kind, f.Actor.Kind = link.Opened, audit.Patient },
		"an opening by staff":             func(f *link.Fact) { *f = endedBy("a", link.Opened); f.Actor.Kind = audit.Staff },
		"a revocation by a patient":       func(f *link.Fact) { *f = endedBy("a", link.Revoked); f.Actor.Kind = audit.Patient },
	} {
		spoiled[name] = linking(issued("a", 1, spoil), 1)
	}
	for name, c := range spoiled {
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	if err := logged(ctx, Harness{Entries: h.Entries}, 0); err != nil {
		return err
	}
	return noLinkOf(ctx, h, practice)
}

func cancelledLink(ctx context.Context, h LinkHarness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := refuses(gone, h, issued("a", 1), 1, context.Canceled); err != nil {
		return err
	}
	return noLinkOf(ctx, h, practice)
}

func concurrentPresses(ctx context.Context, h LinkHarness) error {
	if h.OneConnection {
		return nil
	}
	const presses = 8
	if err := links(ctx, h, issued("a", 1)); err != nil {
		return err
	}
	var group sync.WaitGroup
	won := make(chan bool, presses)
	failed := make(chan error, presses)
	for n := range presses {
		group.Go(func() {
			written, err := h.Store.Apply(ctx, linking(endedBy("a", link.Opened), 1+n))
			won <- written
			failed <- err
		})
	}
	group.Wait()
	opened := 0
	for range presses {
		if <-won {
			opened++
		}
		if err := <-failed; err != nil {
			return err
		}
	}
	if opened != 1 {
		return fmt.Errorf("of %d presses %d opened the link", presses, opened)
	}
	return stands(ctx, h, link.State{Issued: issued("a", 1), Ended: endedBy("a", link.Opened)}, 2)
}

func noLinkSecrets(ctx context.Context, h LinkHarness) error {
	const whose, what = "planted-patient-4711", "planted-resource-4711"
	secret := func(f *link.Fact) { f.Patient, f.Resource.ID = whose, what }
	if err := links(ctx, h, issued("a", 1, secret)); err != nil {
		return err
	}
	_, err := h.Store.Apply(ctx, collides(issued("b", 2, secret), 0, "other "+whose+what))
	return quiet(err, whose, what)
}
