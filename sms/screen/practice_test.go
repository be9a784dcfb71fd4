package screen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/screen"
)

// Each of these tells something of a person's health or of what is owed, in the words and shorthand of a front desk.
func TestPromise_D1_1_WhatFrontDesksWrite(t *testing.T) {
	for _, body := range lines(`
		ext of #1, 16, 17, 32 Friday
		your wisdoms come out Friday
		no food or drink after midnight before your visit
		Don’t eat or drink anything for 8 hours before your appt
		Please fast from midnight
		pre-med 1 hour before your appt please
		take 4 amox before you come
		crn prep Tue 9
		your case is back from the lab
		Your lab case has arrived, call to schedule your seat
		Bridge try-in Tue 3pm
		Your partial is ready for pickup
		Your flipper is ready
		your nite guard is in
		time to change your trays
		deband Friday 3pm
		BWX due at next visit
		tx plan for you attached
		p/o check Fri
		How's your mouth feeling after yesterday?
		Are you still in pain?
		Hope the numbness wore off
		Bite on gauze 30 min
		Rinse with warm salt water 3x daily
		no straws for 3 days
		soft foods only for 24 hrs after your visit
		Bx results in, call Dr. Lee
		OMFS consult Thu
		pedo appt at 4
		deep clean tmrw
		6mo cleaning w Amy
		cleanings Tue 3pm
		hygiene appt Tue 9 with Amy
		N2O consent form
		UL 6 tomorrow
		bal $112 pls call
		you have a bal of 45.00
		Final notice: your account goes to collections
		your card on file was declined
		Your ins. paid only half
		Chart #4471
		Acct #4471 is ready
		Born 3/4/85
		group no. 4455
		your therapist called
		Corona lista, llame
		puente listo
		sus frenos el martes
		No coma ni beba nada desde medianoche
		venga en ayunas
		Su aseguranza no pagó
		le quitamos los puntos el viernes
		votre pont est prêt
		Vos radios sont prêtes
		Votre appareil est prêt
		bagues mardi
		Ajustement des broches mardi
		Rester à jeun avant le rendez-vous
		Avez-vous encore mal ?
		Vous devez 50 $
		À payer : 50 $
		Paiement de 50 €
		#2MO on Tuesday
		#14DO at 3
		code d-0001
		dx K02
		patient portion: $40
		your share is $40
		refund of $40
		$112 at time of service
		Venmo us $40
		financing approved
		We couldn't run your card
		Insurance renewed? Send us the new card
		your annual max is used up
		Bring your Medi-Cal card
		Your custom tray is ready
		Sports guard ready
		snoring appliance ready
		sleep study at 9
		scale and polish Tue
		bone scan
		all four come out Friday
		elm.example/pay?amt=112
		elm.example/v?pt_name=Ana
		elm.example/v?claim=99
		elm.example/v?ins=delta
		Your Medi-Cal ended
		medi cal renewal
		Tue 9 AM Crown. Park behind the building.
		Tomorrow: implant. Street parking only
		your crown park in lot B
		Tue 9 Crown Dr. Lee
		Ask your doctor. Implant on Tuesday
		We moved to 4 Oak Dr. Crowns are ready
		su extracci&oacute;n el martes
		&copyHIV; see you
		&notcrown; 3 at 9
		votre d&eacute;tartrage
		root&nbsp;canal
		r&#111;ot can&#x61;l
		ᴄʀᴏᴡɴ
		croԝn`) {
		require.True(t, carries(body, screen.Health, screen.Link), body)
	}
	for _, body := range lines(`
		Free alcohol for all!
		Enjoy cigarettes on us
		Free tobacco today`) {
		require.True(t, carries(body, screen.Shaft), body)
	}
	for _, body := range lines(`
		Responda si para confirmar
		Write STOP if you can't make it`) {
		require.True(t, carries(body, screen.Reserved), body)
	}
	for _, body := range lines(`
		Casino night at our Casino Drive office
		See you at the casino, drive safely
		Win big at the casino. Court side seats`) {
		require.True(t, carries(body, screen.Forbidden), body)
	}
	require.True(t, carries("Save $50", screen.Promotion))
	require.True(t, carries("CBD now in stock", screen.Forbidden))
	require.True(t, carries("See you.bit.ly/abc", screen.Forbidden), "behind a full stop without a blank")
}

// None of these does, and each of them was taken for something once or looks as if it might be.
func TestWhatLooksLikeHealth(t *testing.T) {
	for _, body := range lines(`
		Please bring a photo ID and your insurance card.
		Apportez une pièce d’identité et votre carte d’assurance maladie.
		You are overdue for a visit.
		In a dental emergency call 214-555-0100.
		Hi Carrie, see you at 3.
		Our garage carries a sign.
		Hola Dolores, su cita es a las 3.
		Hi Nuria, see you at 3.
		Hi Emeline, see you at 3.
		Bonjour Noémia, à mardi.
		Your visit is with Dr. Barone.
		Your visit is with Dr. Endo.
		Dr. Kaiser and Dr. Murad see you at 3.
		Our phones were impacted by the storm.
		PSA: we close at noon.
		Responda si necesita ayuda.
		We are above the liquor store, and behind the smoke shop.
		She quit tobacco and alcohol.
		Our Norco office is open.
		We are at 777 Casino Dr, Suite 4.
		Take Casino Way, then 12 Crown Court.
		Ms. Molar, see you at 3, at our medical building.
		Tue at 9:30 AM Dr. Crown sees you.
		Use entrance #3, then elevator #2 to level #4.
		Take exit #14.
		Parking is 5 $.
		Parking is $5. Please share this with whoever drives you.
		We see you in UL 60 minutes.
		Here is your timeline.`) {
		require.Empty(t, found(body, screen.Context{}), body)
	}
}

// Whoever writes to a practice decides what it has to look through: nothing keeps it from coming to an end.
func TestHostileTextsEnd(t *testing.T) {
	const size = 128 << 10
	for _, seed := range []string{":a.", "a/;", "a ", "a#", "@a.", "(a.", "a://a,", "#1-", "1-", "l'", "s", "$5 ", "\xff", "%20", "a.b/%20,", "Dr Crown ", "a.b/%2525", "&oacute;", "a.b/?patient=%26"} {
		screen.Screen(strings.Repeat(seed, size/len(seed)), screen.Context{})
	}
}
