package screen

import (
	"fmt"
	"testing"
)

func TestTry(t *testing.T) {
	in := Context{Practice: "Elm Street Dental", NeedsName: true, NeedsEnd: true}
	fmt.Println("--- must pass")
	for _, b := range []string{
		"Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. Reply HELP for help, STOP to end texts.",
		"Elm Street Dental: we moved to 4 Oak Street. Park for free behind the building. Reply STOP to opt out.",
		"Elm Street Dental: Thanks for filling out your forms. See you at 3! Txt STOP to end",
		"Elm Street Dental: Please finish filling in the forms before your visit. It is no big deal if you need help. STOP to end.",
		"Hi Maria, your visit with Dr. Sarah Lee at Elm Street Dental is Tue, Dec 8 at 9:30 AM. Reply C to confirm or R to reschedule. Reply STOP to opt out.",
		"Elm Street Dental, 120 Crown Street, Suite #14. Your visit is 12/08/2026 at 9. Reply STOP to unsubscribe",
		"ELM STREET DENTAL: YOUR APPOINTMENT IS ON 12/08 AT 9. REPLY C TO CONFIRM. REPLY STOP TO END.",
		"Elm Street Dental: it is time for your next checkup. Call 214-555-0199 or book at https://elmstreet.example/b/k3J9xZ. Reply STOP to end.",
		"Elm Street Dental: you are due for a visit. Reply STOP to stop texts.",
		"Elm Street Dental: your code is 483920. It expires in 10 minutes. Reply STOP to end.",
		"Elm Street Dental: please bring your insurance card and a photo ID. Reply STOP to end.",
		"Elm Street Dental: we missed your call. Please call us back at (214) 555-0199. Reply STOP to opt-out.",
		"Elm Street Dental: le recordamos su cita el martes 8 de diciembre a las 9:30. Responda C para confirmar. Responda ALTO para no recibir más mensajes.",
		"Elm Street Dental : rappel de votre rendez-vous le mardi 8 décembre à 9 h 30. Répondez C pour confirmer, ou ARRET pour ne plus recevoir de messages.",
		"Elm Street Dental: our office is closed Monday. Enjoy the holiday! Reply STOP to end",
		"Elm Street Dental: Dr. Patel is running 15 minutes late. Reply STOP to end.",
		"Elm Street Dental: your spot at 3 is confirmed. Apt #12, gate #4. Parking is free. Reply STOP to end.",
		"Elm Street Dental: please arrive 10 minutes early. New patient forms: elmstreet.example/forms. Reply STOP to end texts",
		"Elm Street Dental: your family's visits are on Friday from 3 PM. Text STOP to end",
		"Elm Street Dental: we're rated #1 in Austin thanks to you. Reply STOP to end.",
		"Elm Street Dental: thank you for your visit! Please tell us how we did: elm.example/r/8aKq2. Reply STOP to end.",
		"Elm Street Dental: please call us about your appointment. Reply STOP to end.",
		"Elm Street Dental: sorry, we must move your appointment of March 5, 2027. Reply STOP to end.",
		"Elm Street Dental: parking costs $5. Reply STOP to end.",
		"Elm Street Dental: Please complete your medical history form before the visit. Reply STOP to end.",
		"Elm Street Dental: if you need to cancel, please call 24 hours ahead. Reply STOP to end.",
		"Elm Street Dental: yes, we are open on Monday. Reply STOP to end.",
		"Elm Street Dental: Msg & data rates may apply. About 2 msgs per visit. Reply HELP for help, STOP to cancel messages.",
	} {
		if f := Screen(b, in); len(f) > 0 {
			fmt.Printf("%.90q\n", b)
			for _, x := range f {
				fmt.Printf("      %s/%s %q\n", x.Class, x.What, x.Words)
			}
		}
	}
	fmt.Println("--- must be found")
	for _, b := range []string{
		"r o o t  c a n a l at 3", "r.o.o.t c.a.n.a.l", "r00t c4nal", "ROOT-CANAL", "rｏｏｔ canal", "ro\u200bot can\u00adal", "róót cánál", "root\ncanal", "rооt саnаl", "extrac tion at 3", "ex-trac-tion",
		"im-plant", "1mplant", "c@vity", "$urgery", "caaavity", "Your #14 is ready", "#3-MOD on Tuesday", "# 8", "UL6 at 3", "D0001", "D 0001?", "K02.9", "500mg", "500 mg twice", "tooth 14", "123-45-6789", "born 3/4/1985",
		"$120 due", "you owe us", "saldo pendiente", "votre solde", "endodoncia el martes", "traitement de canal", "l'extraction", "détartrage", "su limpieza dental", "amoxicillin", "levofloxacin",
		"Delta Dental paid", "test results", "https://elm.example/root-canal", "elm.example/x?patient=77", "https://elm.example/?e=a%40b.example", "elm.example/r%6Fot%20canal", "https://bit.ly/x", "bit.ly/abc", "ｂｉｔ．ｌｙ/abc", "https://tinyurl.com/a", "elm.example/rootCanalVisit", "elm.example/D0001",
		"Reply YES to confirm", "Reply C to confirm or CANCEL to cancel", "Text \"cancel\" to cancel", "Responda SÍ para confirmar", "Répondez OUI", "Reply STOP to cancel your appointment", "reply yes to confirm", "Respond with the word CANCEL", "Reply Y or YES", "Responda CANCELAR si no puede venir", "REPLY YES TO CONFIRM YOUR VISIT",
		"20%off this week", "20 % off", "$50 off your visit", "Ask for our special offers", "50% de descuento", "happy hour at our office", "free beer", "vape shop", "casino night", "payday loans", "buy viagra online", "Get Ozempic, 20% off", "CBD gummies",
		"your periodontist", "root canal consult", "gum surgery", "extracci\xf3n", "r\xffoot canal", "perio maintenance", "X-rays", "wisdom teeth", "ﬁlling at 3", "Your crown is ready", "impl\u0307ant",
	} {
		f := Screen(b, Context{})
		fmt.Printf("%-40q ", b)
		for _, x := range f {
			fmt.Printf(" %s/%s %q", x.Class, x.What, x.Words)
		}
		fmt.Println()
	}
}
