package screen_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/screen"
)

// found writes a text's findings as class and words.
func found(body string, in screen.Context) []string {
	var all []string
	for _, f := range screen.Screen(body, in) {
		all = append(all, string(f.Class)+" "+f.Words)
	}
	return all
}

var elm = screen.Context{Practice: "Elm Street Dental", NeedsName: true, NeedsEnd: true}

// What practices send every day has no findings.
func TestOrdinaryTexts(t *testing.T) {
	for _, body := range lines(`
		reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. Reply HELP for help, STOP to end texts.
		we moved to 4 Oak Street. Park for free behind the building. Reply STOP to opt out.
		thanks for filling out your forms. See you at 3! Txt STOP to end
		please finish filling in the forms before your visit. It is no big deal if you need help. STOP to end.
		your visit with Dr. Sarah Lee is Tue, Dec 8 at 9:30 AM. Reply C to confirm or R to reschedule. Reply STOP to opt out.
		we are at 120 Crown Street, Suite #14, across from the Crown Plaza. Your visit is 12/08/2026 at 9. Reply STOP to unsubscribe
		Dr. Crown will see you at 3, not Dr. Lee. Reply STOP to end.
		it is time for your next checkup. Call 214-555-0199 or book at https://elmstreet.example/b/k3J9xZ. Reply STOP to end.
		you are due for a visit. Reply STOP to stop texts.
		your code is 483920. It expires in 10 minutes. Reply STOP to end.
		please bring your insurance card and a photo ID. Reply STOP to end.
		our office is closed Monday. Enjoy the holiday! Reply STOP to end
		your spot at 3 is confirmed. Apt #12, gate #4. Reply STOP to end.
		new patient forms: elmstreet.example/forms. The patient portal is down tonight. Reply STOP to end texts
		please be patient with us, we run late. Reply STOP to end.
		we're rated #1 in Austin thanks to you. Reply STOP to end.
		your family's visits are on Friday from 3 PM. Text STOP to end
		sorry, we must move your appointment of March 5, 2027. Reply STOP to end.
		parking costs $5. Your exam is at 8, your consultation at 9. Reply STOP to end.
		our clinic's hours of operation: 8 to 5. Your consultation with the dentist is at 9; new patients come early. Reply STOP to end.
		no smoking in the medical building. Our terms and conditions: elm.example/terms. Reply STOP to end.
		park on the right side of the hospital; the dentist and the hygienist say hello. Reply STOP to end.
		please complete your medical history form. Reply STOP to end.
		if you need to cancel, please call 24 hours ahead. Yes, we are open. Reply STOP to end.
		about 2 msgs per visit. Msg & data rates may apply. Reply HELP for help, STOP to cancel messages.
		do you still want the 3:00 slot? Reply 1 for 3:00, 2 for 3:40. Stop2end: text "stop" to end.
		le recordamos su cita el martes 8 de diciembre a las 9:30. Responda C para confirmar. Responda ALTO para no recibir más mensajes.
		por favor llegue 10 minutos antes. Responda si necesita ayuda, o BAJA para darse de baja.
		votre rendez-vous est le mardi 8 décembre à 9 h 30. Répondez C pour confirmer, ou ARRET pour ne plus recevoir de messages.
		s'il vous plaît arrivez à l'heure. STOP pour se désabonner.`) {
		require.Empty(t, found("Elm Street Dental: "+body, elm), body)
	}
	require.Empty(t, found("ELM STREET DENTAL: YOUR APPOINTMENT IS ON 12/08 AT 9. REPLY C TO CONFIRM. REPLY STOP TO END.", elm))
	require.Nil(t, screen.Screen("", screen.Context{}))
	require.Nil(t, screen.Screen("See you at 3.", screen.Context{}))
}

// lines returns the lines of a table.
func lines(table string) []string {
	var all []string
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

// Each line is a text, an arrow, and its first finding.
func TestFindings(t *testing.T) {
	for _, line := range lines(`
		Your crown is ready → health crown
		time for your filling → health filling
		root canal consult on Tuesday → health root canal
		your cleaning is at 10 → health your cleaning
		your periodontist, Dr. Lee → health periodontist
		X-rays are due → health X-rays
		Invisalign trays are in → health Invisalign
		suture removal at 9 → health suture
		toothache visit at 2 → health toothache
		gastritis → health gastritis
		your biopsy → health biopsy
		Your test results are in → health test results
		Take your levofloxacin → health levofloxacin
		stop your Eliquis → health Eliquis
		take 500mg → health 500mg
		take 2.5 mg → health 5 mg
		nothing to eat before → health nothing to eat
		Your #14 is ready → health #14
		#3-MOD on Tuesday → health #3-MOD
		# 8 → health # 8
		14 MOD → health 14 MOD
		UL6 at 3 → health UL6
		tooth 14 → health tooth
		code D0001 → health D0001
		code D 0001 → health D 0001
		K02.9 → health K02.9
		your balance → health balance
		please pay $40 → health please pay
		$120 is due → health due
		you owe us → health you owe
		Delta Dental paid → health Delta Dental
		your insurance denied it → health your insurance
		123-45-6789 → health 123-45-6789
		DOB 3/4/24 → health DOB
		you, 3/4/1985 → health 3/4/1985
		you, 1985-03-04 → health 1985-03-04
		4111 1111 1111 1111 → health 4111 1111 1111 1111
		Member ID 77 → health Member ID
		a bridge in the upper left quadrant → health bridge
		su endodoncia el martes → health endodoncia
		Su corona está lista → health Su corona
		cita para extracción de muela → health extracción
		rayos X → health rayos X
		tiene un saldo de $50 → health saldo
		su limpieza dental → health su limpieza
		votre détartrage → health détartrage
		rappel de l'extraction → health extraction
		votre couronne est prête → health votre couronne
		traitement de canal → health traitement de canal
		une œdème → health œdème
		happy hour at our office → shaft happy hour
		free beer → shaft free beer
		enjoy a glass of wine with us → shaft wine
		vape shop → shaft vape shop
		gun raffle → shaft gun raffle
		sexy? reply to 69888 → shaft sexy
		casino night → forbidden casino
		payday loans → forbidden payday loans
		CBD gummies → forbidden CBD gummies
		online pharmacy → forbidden online pharmacy
		Ask for our special offers → promotion special offers
		20%off → promotion 20%off
		20 % off → promotion 20 % off
		$50 off → promotion 50 off
		50% de descuento → promotion descuento
		notre offre → promotion notre offre
		Reply YES to confirm → reserved YES
		reply yes to confirm → reserved yes
		REPLY YES TO CONFIRM YOUR VISIT → reserved YES
		Reply C to confirm or CANCEL to cancel → reserved CANCEL
		Text "cancel" to cancel → reserved cancel
		Reply STOP to cancel your appointment → reserved STOP
		Reply STOP if you can not come → reserved STOP
		Respond with the word CANCEL → reserved CANCEL
		Reply HELP to change the time → reserved HELP
		Reply START to begin your visit → reserved START
		Responda SÍ para confirmar → reserved SÍ
		Responda CANCELAR si no puede venir → reserved CANCELAR
		Répondez OUI → reserved OUI
		https://elm.example/root-canal → link root-canal
		elm.example/rootCanalVisit → link rootCanal
		elm.example/r%6Fot%20can%C3%A1l → link r%6Fot%20can%C3%A1l
		elm.example/D0001 → link D0001
		elm.example/x?patient=77 → link patient=77
		elm.example/x?v=a8&email=z → link email=z
		elm.example/x?id=77 → link id=77
		elm.example/x?amount=9 → link amount=9
		elm.example/v/2145550199 → link 2145550199
		https://ana@elm.example/v/a8 → link https://ana@elm.example/v/a8
		elm.example/v/2026-12-08 → link 2026-12-08
		elm.example/12-31-1980/x → link 12-31-1980
		elm.example/v?d=19801231 → link 19801231
		elm.example/v/123-45-6789 → link 123-45-6789
		elm.example/patients/4711 → link patients/4711
		ELM.COM/PATIENTS/4711 → link PATIENTS/4711
		elm.example/v/214-555-0199 → link 214-555-0199
		elm.example/v?d=3-4-1985 → link 3-4-1985
		elm.example/r%256Fot%2520can%25C3%25A1l → link r%256Fot%2520can%25C3%25A1l
		elm.example/patients%2F4711 → link elm.example/patients%2F4711
		elm.example/v?p%61tient=77 → link elm.example/v?p%61tient=77
		elm.example/in?next=%252Fv%253Fpatient%253D77 → link elm.example/in?next=%252Fv%253Fpatient%253D77
		elm.example/v?d=1985%252D03%252D04 → link elm.example/v?d=1985%252D03%252D04
		https://elm.example/?e=a%2540b.example → link https://elm.example/?e=a%2540b.example
		elm.example/appointment/4711/ok → link appointment/4711
		https://elm.example/?e=a%40b.example → link https://elm.example/?e=a%40b.example
		see bit.ly/abc. → forbidden bit.ly/abc
		https://www.tinyurl.com/a → forbidden https://www.tinyurl.com/a
		ｂｉｔ．ｌｙ/abc → forbidden ｂｉｔ．ｌｙ/abc`) {
		body, want, ok := strings.Cut(line, " → ")
		require.True(t, ok, line)
		all := found(body, screen.Context{})
		require.NotEmpty(t, all, body)
		require.Equal(t, want, all[0], body)
	}
	require.Empty(t, found("elm.example/x?id=k3J9", screen.Context{}), "a random word is nobody's")
	require.Contains(t, found("Get Ozempic, 20% off", screen.Context{}), "forbidden Ozempic")
}

// Whatever is done to its letters, a root canal is one.
func TestHiddenWords(t *testing.T) {
	for _, hidden := range []string{
		"ROOT CANAL", "Root-Canal", "root\ncanal", "rootcanal", "r o o t  c a n a l", "r.o.o.t c.a.n.a.l", "ro.ot ca-nal", "r00t c4nal", "r00t can@l",
		"róót cánâl", "ｒｏｏｔ ｃａｎａｌ", "𝐫𝐨𝐨𝐭 𝒄𝒂𝒏𝒂𝒍", "ro\u200bot can\u00adal", "roo\u0301t canal", "rооt саnаl", "roooot canal", "r\xffoot canal", "root\u00a0canal", "root canals",
	} {
		for _, body := range []string{hidden, "Your " + hidden + " is at 3.", "«" + hidden + "»"} {
			require.Equal(t, []string{"health " + hidden}, found(body, screen.Context{}), "%q", body)
		}
	}
	for _, hidden := range []string{"1mplant", "im-plant", "$urgery", "c@vity", "extrac tion", "ﬁlling", "caaavity", "extracci\xf3n"} {
		require.Equal(t, []string{"health " + hidden}, found(hidden, screen.Context{}), "%q", hidden)
	}
}

func TestThePracticesNameIsNoFinding(t *testing.T) {
	for name, bodies := range map[string][]string{
		"Austin Implant & Oral Surgery Center": {"AUSTIN IMPLANT & ORAL SURGERY CENTER: see you.", "See you at Austin Implant & Oral Surgery Center"},
		"Dr. O'Hara Periodontal":               {"Dr. O’Hara Periodontal: see you."},
		"Clínica Dental Corona":                {"Clinica Dental Corona: hola."},
		"...":                                  {"See you at 3..."},
	} {
		for _, body := range bodies {
			require.Empty(t, found(body, screen.Context{Practice: name}), body)
		}
	}
	require.Equal(t, []string{"health crown"}, found("Crown Dental: your crown is ready, Crown Dental", screen.Context{Practice: "Crown Dental"}))
	require.Equal(t, []string{"health implants"}, found("Implants: your implants are ready", screen.Context{Practice: "Implants", NeedsName: true}))
	require.Empty(t, found("Implants: see https://implants.example", screen.Context{Practice: "Implants"}))
	require.Empty(t, found("implants: see you", screen.Context{Practice: "Implants", NeedsName: true})[1:])
	require.Equal(t, []string{"nameless "}, found("Crown: see you", screen.Context{Practice: "Crown Dental & Co", NeedsName: true})[:1])
}

func TestPeople(t *testing.T) {
	in := screen.Context{Practice: "Emma Dental", People: []string{"Emma", "Noé", "Mary Ann", "María de los Ángeles", "Robert (Bob)", "J", "李", "Иван"}}
	for body, want := range map[string][]string{
		"Emma Dental: EMMA and Emma's brother Noe, and Mary-Ann, not Emmanuel": {"EMMA", "Emma's", "Noe", "Mary-Ann"},
		"emma, Ｅｍｍａ, E\u0301mma and EMMAS":                                     {"emma", "Ｅｍｍａ", "E\u0301mma", "EMMAS"},
		"Mary Ann, or Mary, and maryann; see Ann’s room":                       {"Mary Ann", "Mary", "maryann", "Ann’s"},
		"los angeles, de los Angeles":                                          {"angeles", "Angeles"},
		"Dr. Emma Lee and Dra. Noé, or 4 Emma Street":                          nil,
		"we are at 4 Oak Dr, Emma":                                             {"Emma"},
		"see https://elm.example/v/emma":                                       {"emma"},
		"bob, ROBERT":                                                          {"bob", "ROBERT"},
		"J is for a bah":                                                       nil,
	} {
		require.Equal(t, want, named(body, in), body)
	}
	// What blanks part is a name where it is written as one.
	in = screen.Context{People: []string{"Isa", "Ina", "Maryann", "Maya", "D'Andre", "Ana-Li"}}
	require.Nil(t, named("Elm: it is a visit in a week, may a friend come. Is a. IS A, IN A. An a.", in))
	require.Equal(t, []string{"Mary Ann", "isa", "d’Andre", "DANDRE's", "AnaLi"}, named("for Mary Ann and isa, d’Andre, DANDRE's and AnaLi", in))
}

// named returns the first names that are found.
func named(body string, in screen.Context) (all []string) {
	for _, f := range screen.Screen(body, in) {
		if f.Class == screen.Person {
			all = append(all, f.Words)
		}
	}
	return all
}

// A child may be called as an everyday word is. Such a name is found where it is written as one, and does not stop every text.
func TestPeopleWhoseNameIsAWord(t *testing.T) {
	in := screen.Context{Practice: "Elm Street Dental", People: []string{
		"Will", "May", "April", "June", "Grace", "Hope", "Mark", "Bill", "Rose", "Faith", "Joy", "Summer", "Pat", "Thi", "An", "My", "Sol", "Luz", "Mar", "Rosa", "Paz", "Sun",
		"Eve", "Can", "Una", "Thu", "Julio",
	}}
	for _, body := range lines(`
		we will see you on May 5. Mark your calendar!
		Will you come? May we call? Hope to see you. Can you come?
		WILL YOU COME ON MAY 5? WE HOPE TO SEE YOU.
		you WILL get a call, and we hope you can come in June
		see you in April, or between May and June, the 5th of May, 5 May or May 5th; April, May or June
		see you Thu. 8 or Mar. 5: call us. Thu, Dec 8 or Sun and Mon
		it is in this April, next June, by May; from April to June
		we are closed on Christmas Eve and New Year's Eve. Summer hours are 8 to 5.
		your visit is Thu, Dec 8 at 9:30. We are open Sun 8 to 5, and on Sun too. An hour before is my tip.
		we moved to 4 Rose Street. Dr. Grace Lee and Dr. Hope say hello.
		thank you for your grace and joy; the bills and marks of hopes. Hope you are well!
		this is an hour. See you then; bring your bill
		le recordamos su cita del martes 5 de Mayo, o en Julio, a la luz del sol. Una visita, Mar 3. Que el sol y el mar den paz.
		Esperamos verle, con paz y alegria. El lazo rosa`) {
		require.Nil(t, named("Elm Street Dental: "+body, in), body)
	}
	for _, line := range lines(`
		about Will → Will
		Will's visit is at 3 → Will's
		will's visit is at 3 → will's
		WILL'S VISIT IS AT 3 → WILL'S
		Will, your visit is at 3 → Will
		Will is due at 3 → Will
		your visits: 3:00 Will, 3:40 May → Will, May
		your visits: Leah 3:00, May 3:40 → May
		see you and May on May 5 → May
		hi April, see you in April → April
		see you at 3, May → May
		see you at 3pm May → May
		see you Monday, May → May
		one is at 3 and May is at 4 → May
		closed on May 5: call May → May
		next: Will → Will
		next: Will at 3 → Will
		Will - 3:00 → Will
		the visit is for June → June
		Mr. Will may come → Will
		we see Grace, Hope and Joy → Grace, Hope, Joy
		An's visit, and My's → An's, My's
		the visit of An → An
		la cita de Sol es el martes → Sol
		la visita de Luz y Rosa → Luz, Rosa
		Rosa, su cita es a las 3 → Rosa
		su cita (Paz) es a las 3 → Paz
		for your son Can → Can
		on Rose Street, not at 4 Rose Street → Rose`) {
		body, want, _ := strings.Cut(line, " → ")
		require.Equal(t, strings.Split(want, ", "), named("Elm Street Dental: "+body, in), body)
	}
}

func TestWhatIsMissing(t *testing.T) {
	all := screen.Context{Practice: "Elm", NeedsName: true, NeedsContact: true, NeedsEnd: true}
	require.Equal(t, []string{"endless ", "nameless ", "unreachable "}, found("Hello", all))
	require.Equal(t, []screen.Finding{{Class: screen.Nameless}}, screen.Screen("Hello", screen.Context{NeedsName: true}))
	for _, contact := range []string{"214-555-0199", "(214) 555-0199", "+12145550199", "1 800 555 0199", "office@elm.example", "elm.example/x", "https://elm.example"} {
		require.Equal(t, []string{"endless "}, found("Elm: hello, "+contact, all), contact)
	}
	for _, end := range []string{
		"Reply STOP to end", "Text STOP to opt out", "STOP to end texts", "Txt STOP", "to opt out reply STOP", "reply stop to unsubscribe", "Reply UNSUBSCRIBE", "Reply END to end texts",
		"Reply \"STOP\" to stop", "STOP=end", "Responda ALTO para no recibir textos", "Envíe BAJA para darse de baja", "Répondez ARRÊT pour ne plus recevoir de textos", "Reply STOP if you no longer want texts",
	} {
		require.Empty(t, found("Elm: 214-555-0199. "+end, all), end)
	}
	for _, none := range []string{"We stop at 5", "STOP", "Don't stop smiling", "Reply C to confirm", "Bus stop 14"} {
		require.Contains(t, found("Elm: 214-555-0199. "+none, all), "endless ", none)
	}
}

// An offer may be made in a promotional text, and what is cosmetic be named; health may not.
func TestPromotionalTexts(t *testing.T) {
	promotes := screen.Context{Promotes: true}
	require.Empty(t, found("20% off teeth whitening! Regular price $199. Refer a friend.", promotes))
	require.Len(t, found("20% off teeth whitening! Regular price $199. Refer a friend.", screen.Context{}), 4)
	require.Equal(t, []string{"health root canal"}, found("20% off your root canal", promotes))
}

// A row's terms are in plain letters, which is what a text is compared with.
func TestTermsArePlain(t *testing.T) {
	form := regexp.MustCompile(`^\*?[a-z0-9]+(_[a-z0-9]+)*[*~]?$`)
	for _, term := range screen.Terms() {
		require.Regexp(t, form, term)
		require.LessOrEqual(t, len(term), 60, term)
	}
}
