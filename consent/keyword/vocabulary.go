package keyword

import (
	"strings"
	"sync"
)

// class is a set of classes of words. A word may be of several.
type class uint64

// The classes that are looked at by themselves. The others stand in patterns only.
const (
	classPolite  class = 1 << iota // courtesy, and what presses: changes nothing
	classLead                      // may stand before a request: "I would like you to"
	classAnd                       // begins another clause
	classNot                       // turns a request into its opposite
	classAsk                       // makes a question of what follows
	classReport                    // says what somebody said
	classIf                        // makes what follows a condition or a possibility
	classMe                        // who writes
	classOther                     // anybody else
	classLimit                     // a time, or how often: less than all texts
	classExcept                    // begins what shall go on
	classAbout                     // begins what a text is about
	classPromo                     // what is sold by text
	classCare                      // what a practice's texts are otherwise about
	classNoun                      // texts
	classSubject                   // who does or does not do what follows: a statement, no request
	named                          // the first of the classes that only patterns name
)

// names are the classes by name, as patterns write them.
func names() map[string]class {
	fixed := map[string]class{
		"POLITE": classPolite, "LEAD": classLead, "AND": classAnd, "NOT": classNot, "ASK": classAsk, "REPORT": classReport,
		"IF": classIf, "ME": classMe, "OTHER": classOther, "LIMIT": classLimit, "EXCEPT": classExcept, "ABOUT": classAbout,
		"PROMO": classPromo, "CARE": classCare, "NOUN": classNoun, "SUBJECT": classSubject,
	}
	next := named
	for _, row := range words {
		if _, known := fixed[row.class]; !known {
			fixed[row.class] = next
			next <<= 1
		}
	}
	return fixed
}

// words are the classes' words in English, Spanish and French, without accents.
var words = []struct{ class, words string }{
	{"POLITE", `omg omfg wtf ugh jeez jesus god dude man bro bruh ffs seriously literally please kindly thanks thank sorry thankyou pardon por favor gracias disculpe disculpen perdon
		svp sil plait merci desole now immediately asap already right ya ahora inmediatamente maintenant immediatement forever
		permanently ever anymore again longer mas plus nunca jamais jamas tout suite entirely altogether completely sir maam
		madam guys folks`},
	{"LEAD", `omg omfg wtf ugh jeez jesus god dude man bro bruh ffs dije digo pedi dicho dit please kindly just now so then ok okay yes yeah yep no nope nah hi hello hey dear thanks thank sorry well look
		listen can could would will you may i we need want like wish prefer ask asking am are requesting request told tell asked
		said scam demand decided choose elect wanted people must should have has got to that for be been if it is possible appreciate greatly
		much really again already once time last final third second first also simply go ahead and us me rather make sure try
		let lets going about hereby formally officially all this my the guys folks sir maam madam team dr doctor office everyone
		seriously por favor hola buenas buenos dias tardes noches buen dia gracias quiero quisiera gustaria queremos deseo necesito pido
		le les pedimos solicito puede pueden podria podrian de que ya se lo ruego agradeceria bonjour bonsoir salut merci je j
		ne n vous te nous voudrais veux souhaite aimerais aimerait prie demande d svp s il plait pourriez pouvez peux peut
		voulez veuillez bien a`},
	{"DESIRE", `want need like wish prefer request requesting asking ask demand gustaria quiero quisiera gustaria queremos deseo necesito pido
		solicito voudrais veux souhaite aimerais demande prie told asked`},
	{"AND", `and but because since cause cuz coz bc although though however or nor y e pero porque pues ni o sino et mais
		car parce ou donc puisque`},
	{"NOT", `not never nunca jamais jamas hardly barely without sin sans`},
	{"ASK", `how why when what who where which did does do was como cuando quien donde comment pourquoi quand qui est are is
		should shall`},
	{"REPORT", `said says say saying told tells tell asked asks think thinks thought heard read wrote mentioned dijo dice
		dicen dijeron digo dit disent mean meant`},
	{"IF", `if whether might maybe perhaps suppose happens thinking considering consider wonder wondering accidentally
		mistake accident error erreur accidente si quizas`},
	{"ME", `me us mi mine nos nous moi myself m`},
	{"OTHER", `ex exes coworker roommate neighbor partner fiance nurse caregiver aunt uncle grandma grandpa him her them everyone everybody people each someone anybody anyone others his their husband wife son daughter
		mom mum mother dad father sister brother kids kid child children boyfriend girlfriend friend friends boss secretary
		assistant receptionist parents esposo esposa hijo hija madre padre mama papa hermana hermano mari femme fils fille mere
		pere soeur frere lui leur old work home landline`},
	{"LIMIT", `until till til before during while when whenever weekday weekdays weekend weekends night nights nighttime
		evening evenings morning mornings afternoon today tonight tomorrow week weeks month months monday tuesday wednesday
		thursday friday saturday sunday late early often frequently daily twice hour hours time times work yet oclock school
		meeting vacation awhile minute minutes many much double duplicate duplicates duplicated multiple hourly hasta antes
		despues durante mientras manana noche noches tarde tardes lunes martes miercoles jueves viernes sabado domingo semana
		temprano tan tanto tantos tanta tantas seguido trabajo veces hora horas jusqu jusque avant pendant quand soir matin nuit
		lundi mardi mercredi jeudi vendredi samedi dimanche semaine souvent autant tard tot demain heure heures tant`},
	{"EXCEPT", `unless except excluding besides excepto salvo sauf hormis excepte`},
	{"ABOUT", `about regarding concerning re sobre acerca concernant`},
	{"PROMO", `ad ads advert adverts advertisement advertisements advertising promo promos promotion promotions promotional
		marketing offers deals specials coupon coupons newsletter newsletters discounts sales solicitation solicitations
		commercial commercials promocion promociones promocional promocionales ofertas publicidad anuncios propaganda descuentos
		cupones boletin boletines publicite publicites publicitaire publicitaires pub pubs offres soldes rabais infolettre
		infolettres commerciaux commerciales`},
	{"REMIND", `reminders confirmations recordatorios confirmaciones rappels`},
	{"CARE", `reminder reminders appointment appointments visit visits confirmation confirmations cleanings schedule
		scheduling emergency emergencies cita citas recordatorio recordatorios confirmacion confirmaciones emergencia
		emergencias consulta consultas rdv rappel rappels rendez urgence urgences`},
	{"NOUN", `text texts message messages sms smses mms notification notifications alert alerts reminder
		reminders communication communications contact correspondence blasts robotexts spam mensaje mensajes mensajito
		mensajitos texto textos recordatorio recordatorios aviso avisos notificacion notificaciones alerta alertas contacto
		comunicacion comunicaciones rappels rappel avis texte`},
	{"PLURAL", `texts messages sms notifications alerts reminders communications communication contact
		correspondence spam mensajes mensajitos textos recordatorios avisos notificaciones alertas contacto comunicacion rappels`},
	{"FILL", `anymore so special birthday holiday seasonal nada envio mis mes the these those this that any all more of my your such every further future additional other automated auto
		automatic annoying stupid unwanted unsolicited constant damn damned fucking freaking bloody dumb silly appointment
		dental email emails and or group mass bulk random robot incoming with both kind type types sort los las el la estos
		estas esos esas este esta ese esa sus su tus tu mas ningun ninguna de todos todas todo toda tipo con automaticos
		automaticas les des ces ce cet cette vos votre tes ton d tous toutes tout plus aucun aucune automatiques par en mes l
		aux au avec many much tantos tantas daily weekly multiple double duplicate`},
	{"SUBJECT", `i we you he she they it people yo tu je il elle ils elles`},
	{"CEASE", `stop quit cease halt desist stopping quitting ceasing`},
	{"END", `end cancel terminate disable discontinue suspend kill block ditch deactivate turn shut switch cut ending
		cancelling canceling`},
	{"TEXTING", `texting messaging contacting spamming soliciting emailing blasting mailing`},
	{"PESTERING", `bothering harassing harrassing bugging pestering hounding annoying disturbing notifying pinging reminding
		stalking writing hassling badgering hitting`},
	{"CALLING", `calling phoning ringing dialing`},
	{"SENDINGS", `sending mailing shooting`},
	{"SENDS", `send give forward shoot`},
	{"GET", `get receive have see getting receiving having seeing`},
	{"TEXT", `text message contact sms spam solicit email texting messaging contacting texted messaged contacted`},
	{"PESTER", `bother harass bug pester annoy disturb notify hassle write ping reach hit`},
	{"CALL", `call phone ring dial`},
	{"STUFF", `this these that those things stuff crap shit junk nonsense garbage bs anything it spam esto eso cosas nada ca
		cela rien`},
	{"WANTS", `want wish need care desire`},
	{"AGAIN", `anymore again ever longer further more back either`},
	{"NUMBER", `number cell phone mobile line digits cellphone telephone celular telefono numero cel movil portable info`},
	{"LIST", `list lists database thread subscription subscriptions subscribers contacts texts messages messaging texting
		rotation lista listas contactos mensajes liste listes envois diffusion fichier base`},
	{"LISTED", `text texting texts message messaging sms mailing contact contacts call calling marketing distribution
		promotional reminder reminders phone notification alert email spam de d difusion distribucion contactos mensajes textos
		envio envios datos diffusion envoi numero your the this that these any all of tu su sus la las los esta esa el vos votre
		cette ta tous toutes les promos ads promo group`},
	{"REMOVE", `remove delete take drop erase wipe scrub strike purge pull scratch removing exclude`},
	{"LOSE", `lose forget delete erase wipe remove drop scrub purge trash`},
	{"UNSUB", `unsubscribe unenroll disenroll unregister unsubscribing unsubscribed deregister
		desuscribir desuscribirme desuscribame desuscribanme desuscribeme desinscribir desinscribirme desinscribame
		desinscribanme desapuntarme desapuntame desapuntenme desafiliarme desubscribir desubscribirme desabonner desabonnez
		desabonne desinscrire desinscrivez desinscris desinscription desabonnement desabonnes`},
	{"CONSENT", `consent permission authorization authorisation approval consentimiento autorizacion permiso consentement
		autorisation accord`},
	{"REVOKE", `revoke revoking withdraw withdrawing rescind rescinding retract retracting revoco retiro anulo revoque retire`},
	{"ESCEASE", `parenle parele dejenme dejo deja deje dejen dejad dejar dejes parar pare paren cesa cese cesen cesar suspenda suspendan suspender
		termine terminen detenga detengan detener corten basta evite eviten stop`},
	{"ESEND", `cancele cancelen cancelar suspenda suspendan suspender pare paren parar detenga detengan detener elimine
		eliminen eliminar quite quiten quitar corten basta terminen desactive desactiven desactivar anular anule anulen bloqueen`},
	{"INF", `escribirme escribirnos escribir contactarme contactarnos contactar textearme textear mensajearme molestarme
		molestarnos molestar acosarme fastidiarme spamear hostigarme joder chingar mensajear notificarme ecrire texter contacter
		deranger harceler importuner spammer embeter emmerder relancer solliciter notifier messager`},
	{"SENDINF", `enviarme enviarnos enviar mandarme mandarnos mandar envoyer`},
	{"CALLINF", `llamarme llamarnos llamar marcarme appeler telephoner`},
	{"IMP", `escriba escriban escribas contacte contacten contactes textee texteen textees mensajee mensajeen mensajees
		moleste molesten molestes fastidien fastidies fastidie acosen hostiguen notifiquen notifique notifiques busquen escribe
		escriben contactan contacta molestar molesta texten text ecrivez ecris contactez textez texte derangez derange relancez
		relance sollicitez harcelez harcele embetez embete importunez spammez ecriviez contactiez derangiez textiez ecrives`},
	{"SENDIMP", `mande manden mandes envie envien envies manda mandan envia envian envoyez envoie envoies envoyiez`},
	{"CALLIMP", `llame llamen llames marquen marque llamar llama appelez appelle appelles appeliez`},
	{"WISH", `quiero deseo queremos necesito quisiera deseamos veux souhaite desire voudrais voulons souhaitons veut aimerais
		prefere prefererais`},
	{"ESREMOVE", `quite quiten quitar quitenme quiteme quitame quitarme saque saquen sacar saquenme saqueme sacame sacarme
		borre borren borrar borrenme borreme borrame borrarme elimine eliminen eliminar eliminenme elimineme eliminame
		eliminarme remueva remuevan remover remuevanme remuevame removerme retire retiren retirar retirenme retireme retirarme
		desuscriba`},
	{"ESREMOVEME", `quitenme quiteme quitame quitarme saquenme saqueme sacame sacarme borrenme borreme borrame borrarme
		eliminenme elimineme eliminame eliminarme remuevanme remuevame removerme retirenme retireme retirarme`},
	{"ESLOSE", `olvide olviden olvida olvidense olvidese olvidate pierda pierdan pierde borre borren borra elimine eliminen
		elimina quite quiten quita saque saquen saca remueva remuevan retire retiren quitar borrar eliminar sacar remover
		retirar`},
	{"FRCEASE", `arretez arrete arreter cessez cesse cesser stop stoppez stoppe stopper finissez evitez arrett`},
	{"FRREMOVE", `retirez retire retirer enlevez enleve enlever supprimez supprime supprimer effacez efface effacer otez
		rayez raye radiez radier sortez`},
}

// lexicon is the vocabulary, ready to look words up in.
type lexicon struct {
	classes map[string]class
	names   map[string]class
	short   map[string]string // words that people shorten or misspell, and what they stand for
}

// vocabulary puts [words] in order once.
var vocabulary = sync.OnceValue(func() *lexicon {
	l := &lexicon{classes: map[string]class{}, names: names(), short: map[string]string{}}
	for _, row := range words {
		for _, w := range strings.Fields(row.words) {
			l.classes[w] |= l.names[row.class]
		}
	}
	for _, row := range shortened {
		for _, w := range strings.Fields(row.words) {
			l.short[w] = row.full
		}
	}
	return l
})

// class returns the classes of a word. One in -ly may stand before a request: "honestly", "respectfully"; what begins as
// "unsubscribe" does and is no word is that, however its end is spelled.
func (l *lexicon) class(word string) class {
	c := l.classes[word]
	switch {
	case c != 0:
	case len(word) > 5 && strings.HasSuffix(word, "ly"):
		return classLead
	case strings.HasPrefix(word, "unsubs"), strings.HasPrefix(word, "unsubc"), strings.HasPrefix(word, "unsusc"):
		return l.names["UNSUB"]
	}
	return c
}

// unglued parts words that were written as one, such as "stoptextingme". What begins like a request and is made of known
// words is taken so.
func (l *lexicon) unglued(word string) []string {
	if len(word) > 40 || l.classes[word] != 0 {
		return nil
	}
	for _, head := range []string{"stop", "pleasestop", "plsstop", "unsubscribe", "remove", "takeme", "leaveme", "dont", "nomore"} {
		if rest, ok := strings.CutPrefix(word, head); ok && len(rest) > 1 {
			if parts := l.split(rest); parts != nil {
				return append(l.split(head), parts...)
			}
		}
	}
	return nil
}

// split returns the known words that word is made of, the longest first, or nil. It tries each place once.
func (l *lexicon) split(word string) []string {
	last := make([]int, len(word)+1) // where the word that ends at each place begins, and one more
	last[0] = 1
	for end := 2; end <= len(word); end++ {
		for begin := range end - 1 {
			part := word[begin:end]
			if last[begin] != 0 && (l.classes[part] != 0 || l.short[part] != "") {
				last[end] = begin + 1
				break
			}
		}
	}
	if last[len(word)] == 0 {
		return nil
	}
	var parts []string
	for end := len(word); end > 0; end = last[end] - 1 {
		parts = append(strings.Fields(l.full(word[last[end]-1:end])), parts...)
	}
	return parts
}

// full returns what a shortened word stands for, or the word.
func (l *lexicon) full(word string) string {
	if full, ok := l.short[word]; ok {
		return full
	}
	return word
}

// shortened are words that people shorten, contract or misspell as a rule.
var shortened = []struct{ full, words string }{
	{"do not", "dont donot dnt dont't"},
	{"does not", "doesnt"},
	{"did not", "didnt"},
	{"can not", "cant cannot"},
	{"will not", "wont"},
	{"would not", "wouldnt"},
	{"could not", "couldnt"},
	{"should not", "shouldnt"},
	{"is not", "isnt aint"},
	{"are not", "arent"},
	{"was not", "wasnt"},
	{"have not", "havent"},
	{"has not", "hasnt"},
	{"i am", "im"},
	{"i have", "ive"},
	{"you are", "youre"},
	{"you have", "youve"},
	{"that is", "thats"},
	{"who is", "whos"},
	{"want to", "wanna"},
	{"going to", "gonna"},
	{"have to", "gotta"},
	{"you", "u ya'll yall yous"},
	{"your", "ur yr"},
	{"please", "pls plz plse pleas plese pleez plzz"},
	{"text", "txt tx"},
	{"texts", "txts texs textes"},
	{"texting", "txting txtin txtn textin texing textng txtng"},
	{"texted", "txted"},
	{"message", "msg mssg mesg mesage"},
	{"messages", "msgs mssgs mesages"},
	{"messaging", "msging messagin mesaging msgin"},
	{"sending", "sendin"},
	{"getting", "gettin"},
	{"receiving", "recieving receivin"},
	{"receive", "recieve recive"},
	{"calling", "callin"},
	{"bothering", "botherin"},
	{"thanks", "thx thks thanx tks ty"},
	{"no more", "nomore"},
	{"any more", "anymor"},
	{"number", "num nmbr nbr phonenumber nmber"},
	{"stop", "stahp stpo sotp tsop stopp stp sto stio srop"},
	{"no mas", "nomas"},
	{"stop all", "stopall"},
	{"opt out", "optout"},
	{"unsubscribe", "unsuscribe unsubcribe unsubscibe unsubscrib unsub unsubscripe"},
	{"appointment", "appt apt appoint appointmnt"},
	{"appointments", "appts"},
	{"interested", "intrested interrested"},
	{"wrong", "wring wrng worng"},
	{"por favor", "xfa porfa porfavor"},
	{"que", "q"},
	{"ok", "k kk"},
	{"mensajes", "msj msjs"},
	{"rdv", "rendezvous rdvs"},
}
