package screen

// forbidden are the words of what carriers refuse beside SHAFT.
func forbidden() []row {
	return []row{
		{Forbidden, "cannabis", always, `cbd_oil cbd_gummies cbd_products cannabis_dispensary dispensary thc_gummies marijuana_delivery weed_delivery buy_weed buy_cannabis delta_8 delta8 kratom
			medical_marijuana_card edibles_sale marihuana_medicinal`},
		{Forbidden, "cannabis", offered, `cbd thc cannabis marijuana marihuana weed hemp`},
		{Forbidden, "gambling", always, `casino~ casinos online_betting sports_betting sportsbook slot_machine slot_machines free_spins poker_room poker_night place_your_bets place_bets jackpot_slots blackjack roulette
			apuestas_deportivas casino_en_linea paris_sportifs machines_a_sous`},
		{Forbidden, "gambling", offered, `betting gamble gambling jackpot lottery lotto raffle poker bingo`},
		{Forbidden, "lending", always, `payday_loan payday_loans cash_advance cash_loan cash_loans instant_loan instant_loans quick_loan quick_loans fast_cash_loan loan_approved loan_offer loan_offers no_credit_check debt_relief debt_consolidation
			credit_repair debt_forgiveness student_loan_relief bitcoin crypto cryptocurrency forex_signals get_rich work_from_home
			prestamo_rapido prestamos_rapidos pret_rapide prets_rapides`},
		{Forbidden, "lending", offered, `loans mortgage prestamo prestamos`},
		{Forbidden, "prescription promotion", always, `buy_viagra cheap_viagra generic_viagra online_pharmacy no_prescription without_prescription cheap_meds discount_meds weight_loss_injection weight_loss_injections
			weight_loss_shot weight_loss_shots skinny_shot farmacia_en_linea pharmacie_en_ligne sin_receta sans_ordonnance`},
	}
}

// shorteners are the hosts of public shorteners of links. Carriers filter what points at them.
const shorteners = `bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly shorturl.at shorturl.com rb.gy t.ly tiny.cc bl.ink lnkd.in
	s.id adf.ly soo.gd bit.do mcaf.ee qr.ae x.co short.io tiny.one clck.ru snip.ly t2m.io urlz.fr gg.gg dlvr.it trib.al amzn.to fb.me tr.im cli.gs su.pr
	u.to po.st ity.im q.gs kutt.it chilp.it 1url.com shorte.st j.mp db.tt qr.net cur.lv yourls.org lc.chat hyperurl.co zpr.io ouo.io shrtco.de shorten.at
	urlzs.com n9.cl acortar.link tny.im vu.fr urls.fr bc.vc shrinkme.io l.ead.me smsg.io txt.so dub.sh t.me`

// tlds are the endings by which a name without a scheme is taken for a host.
const tlds = `com net org io co us info dental dentist health healthcare care clinic doctor surgery hospital me ly gl gd be ca mx fr es uk edu gov biz app dev link site
	online xyz top ru cn de do at cc gg id in is it to tv ws ai page web shop store live club one fm am eu pr br ar cl pe it nl ch se pt
	gy ee ink st ae im ie au nz tk ml ga cf click chat bz la sh so vc pw mobi name pro tel`

// parameters are names of a link's parameters, and what they say of a person.
func parameters() map[string]string {
	m := map[string]string{}
	for what, names := range map[string]string{
		"name": `name firstname fname first lastname lname last fullname patientname ptname nombre apellido nom prenom`,
		"identifier": `patient patientid pid pt ptid patid mrn chart chartid chartnumber ssn dob birthdate birthday birth dateofbirth memberid member insuranceid
			policy group subscriber account acct accountid accountnumber paciente`,
		"contact": `email mail phone tel mobile cell phonenumber telefono correo courriel telephone`,
		"id":      `id userid uid user apptid appointmentid appt appointment visitid visit`,
		"health": `procedure proc treatment tx dx diagnosis tooth teeth reason service servicetype code cdt icd condition drug rx medication insurer insurance ins claim payer
			result results lab provider specialty visittype appttype`,
		"money": `amount amt balance bal due owed total price copay`,
	} {
		for n := range set(names) {
			m[n] = what
		}
	}
	return m
}
