package fhir

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/records"
)

// patient takes a Patient resource over.
func (d *reader) patient(o object, place string) {
	delete(o, "resourceType")
	id, identified := o.text("id")
	who := id
	if !identified || len(id) > form.ID {
		who = place
	}
	skip := func(reason string) { d.result.Skipped = append(d.result.Skipped, Note{who, reason}) }
	note := func(reason string) { d.result.Notes = append(d.result.Notes, Note{who, reason}) }
	switch {
	case !identified:
		skip("it has no id")
		return
	case o["modifierExtension"] != nil || o["implicitRules"] != nil:
		// R4, Extensibility: who does not know a modifier extension must not process what carries it.
		skip("it carries modifiers, which change what it says in a way that is not known here")
		return
	}
	p := records.Patient{ID: id, Name: d.name(o), Address: d.address(o), Language: d.language(o)}
	if p.Name == (records.Name{}) {
		skip("it has neither a family name nor a given name")
		return
	}
	if date, ok := o.text("birthDate"); ok {
		birth, err := records.ParseDate(date)
		if err != nil {
			note("its birth date is not a full date of the calendar, and was left out")
		}
		p.Birth = birth
	}
	d.telecom(o, &p, note)
	d.standing(o, note)
	d.rest(o, "Patient")
	d.result.Patients = append(d.result.Patients, p)
}

// standing notes what it means for the practice that the patient is dead, or the record out of use or merged into another one,
// which is not kept.
func (d *reader) standing(o object, note func(string)) {
	switch string(o["active"]) {
	case "true":
		delete(o, "active")
	case "false":
		note("it is marked as not in use, which is not kept")
	}
	if dead := o["deceasedBoolean"]; string(dead) == "false" {
		delete(o, "deceasedBoolean")
	} else if dead != nil || o["deceasedDateTime"] != nil {
		note("the patient is marked as deceased, which is not kept")
	}
	type link struct {
		Type string `json:"type"`
	}
	var links []link
	_ = json.Unmarshal(o["link"], &links) // what is of another form says nothing here
	if slices.ContainsFunc(links, func(l link) bool { return l.Type == "replaced-by" }) {
		note("it is marked as replaced by another record, which is not kept")
	}
}

// best takes out the element of a list whose use comes first in order. The others are dropped.
func (d *reader) best(o object, key string, order ...string) object {
	list := d.objects(o, "Patient", key)
	if len(list) == 0 {
		return nil
	}
	place := func(e object) int {
		var use string
		_ = json.Unmarshal(e["use"], &use)
		if at := slices.Index(order, use); at >= 0 {
			return at
		}
		return len(order)
	}
	best := slices.MinFunc(list, func(a, b object) int { return cmp.Compare(place(a), place(b)) })
	for range len(list) - 1 {
		d.drop("Patient", key)
	}
	delete(best, "use")
	return best
}

// name takes over the name that the patient goes by officially.
func (d *reader) name(o object) records.Name {
	n := d.best(o, "name", "official", "usual", "", "temp", "nickname", "anonymous")
	family, _ := n.text("family")
	name := records.Name{Family: family, Given: strings.Join(n.lines("given"), " ")}
	d.rest(n, "Patient.name")
	return name
}

// address takes over where the patient lives.
func (d *reader) address(o object) records.Address {
	a := d.best(o, "address", "home", "", "temp", "work", "billing")
	address := records.Address{Line: strings.Join(a.lines("line"), "\n")}
	address.City, _ = a.text("city")
	address.State, _ = a.text("state")
	address.PostalCode, _ = a.text("postalCode")
	address.Country, _ = a.text("country")
	d.rest(a, "Patient.address")
	return address
}

// language takes over the language that the patient prefers, or the only one.
func (d *reader) language(o object) string {
	list := d.objects(o, "Patient", "communication")
	at := slices.IndexFunc(list, func(c object) bool { return string(c["preferred"]) == "true" })
	if at < 0 && len(list) == 1 {
		at = 0
	}
	language := ""
	for i, c := range list {
		var concept object
		if i != at || json.Unmarshal(c["language"], &concept) != nil {
			d.drop("Patient", "communication")
			continue
		}
		for _, coding := range d.objects(concept, "Patient.communication.language", "coding") {
			code, _ := coding.text("code")
			if system, _ := coding.text("system"); system == "urn:ietf:bcp:47" && form.Language(code) && language == "" {
				language = code
				continue
			}
			d.drop("Patient.communication.language", "coding")
		}
		delete(c, "language")
		delete(c, "preferred")
		d.rest(c, "Patient.communication")
	}
	return language
}

// telecom takes over all phones, and the first e-mail address that is one, in the order of their ranks.
func (d *reader) telecom(o object, p *records.Patient, note func(string)) {
	points := d.objects(o, "Patient", "telecom")
	rank := func(c object) int {
		var n uint16
		if json.Unmarshal(c["rank"], &n) != nil || n == 0 {
			return 1 << 16 // without a rank: behind those that have one
		}
		return int(n)
	}
	slices.SortStableFunc(points, func(a, b object) int { return cmp.Compare(rank(a), rank(b)) })
	for _, c := range points {
		delete(c, "rank")
		system, _ := c.text("system")
		value, valued := c.text("value")
		use, _ := c.text("use")
		if c["period"] != nil && ended(c["period"]) {
			use = string(records.Old)
		}
		switch {
		case !valued:
			d.drop("Patient", "telecom")
			continue
		case system == "phone" || system == "sms":
			p.Phones = append(p.Phones, records.Phone{Number: value, Use: known(use)})
			delete(c, "period")
		case system == "email" && p.Email == "" && use != string(records.Old):
			if !records.ValidEmail(value) {
				note("one of its e-mail addresses is none, and was left out")
				continue
			}
			p.Email = value
		default:
			d.drop("Patient.telecom", system)
			continue
		}
		d.rest(c, "Patient.telecom")
	}
}

// ended reports whether a period has an end. Whether it has passed, this package has no clock to say; a number that is
// given up at some time is not texted.
func ended(period json.RawMessage) bool {
	var p object
	return json.Unmarshal(period, &p) == nil && p["end"] != nil
}

// known returns the use that package records has for a phone.
func known(use string) records.Use {
	switch u := records.Use(use); u {
	case records.Home, records.Work, records.Mobile, records.Temporary, records.Old:
		return u
	}
	return ""
}
