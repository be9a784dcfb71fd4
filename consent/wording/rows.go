package wording

// rows are what the practices' texts of opt-in say, as of July 2026: the words of the policy first ("standard message and data
// rates apply", "consent is not tied to any purchases or additional services"), the CTIA's and the FCC's, and how people
// say them. A missing way to say it refuses a text that could be used; its author gets the list and can say it plainly.
var rows = []row{
	// English.
	{language: "en", element: "practice", denies: []string{`\bnot (sent |given |offered )?(by|from|for|affiliated with) $`, `\b(not|never|don't) (agree|consent|want|wish)\b.*$`}},
	{language: "en", element: "platform", denies: []string{`\bnot (sent |given |offered )?(by|from|for|affiliated with|through|via|with) $`, `\bwithout $`}},
	{
		language: "en", element: "purpose",
		says: []string{
			`\b(texts?|messages?|sms|mms)\b.*\b(about|regarding|concerning|including|such as|relating to|related to|to remind|to confirm)\b.*\b(appointments?|visits?|care|treatments?|billing|payments?|accounts?|offers?|promotions?|services|reminders?|confirmations?|specials|news)\b`,
			`\b(appointments?|visits?|care|billing|payment|account|recall|check-?up)( and [a-z]+| or [a-z]+)? (reminders?|confirmations?|texts?|messages?|notifications?|information|updates|alerts)\b`,
			`\b(reminders?|confirmations?|notices?|news|information) (of|about|for|on) (my|your|the|our|upcoming|future)? ?(dental )?(appointments?|visits?|care|treatments?|billing|accounts?)\b`,
			`\b(promotional|marketing|conversational|transactional|informational) (texts?|messages?|sms)\b`,
			`\b(reminders?|confirmations?|offers?|promotions?)\b.*\bby (text|sms|text message)\b`,
		},
		denies: []string{
			`\b(no|not|never|without)\b.{0,30}\b(about|regarding|reminders?|confirmations?|promotional|marketing)\b`,
		},
	},
	{
		language: "en", element: "frequency",
		says: []string{
			`\b(frequency|number) (of (texts|messages|your texts) )?(varies|may vary|will vary|can vary|depends|differs)\b`,
			`\b(frequency|number) of (the |our |your )?(texts|messages|text messages|sms messages|sms) (varies|may vary|will vary|can vary|depends)\b`,
			`\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)( (to|or|-) (\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty))? ?(recurring )?(sms |text )?(texts?|messages?|msgs?)( are sent| at most)?( |/)?(a|an|per|each|every|/) ?(day|week|month|year|appointment|visit)\b`,
			`\b(texts?|messages?|msgs?)( are sent| come)? (once|twice|daily|weekly|monthly|\d+ times)( a| per| each)? ?(day|week|month|year|appointment|visit)?\b`,
		},
		denies: []string{
			`\b(no|not|never)\b.{0,20}\b(vary|varies|frequency)\b`, `\bfrequency.{0,20}\b(not|unknown|undisclosed|secret)\b`,
			`\bnot (limited to|only|more often than never)\b`,
		},
	},
	{
		language: "en", element: "rates",
		says: []string{
			`\b(message|messaging|msg|text)s? ?(and|&|\+|/|or) ?data (rates|charges|fees)( may| might| will| could| can)?( also)? apply\b`,
			`\b(message|messaging|msg|text)s? ?(and|&|\+|/|or) ?data (rates|charges|fees) of your (carrier|plan|provider)\b.{0,30}\bapply\b`,
		},
		denies:  []string{`\b(no|without|never any|zero) (standard |additional |extra |carrier )?(message|messaging|msg|text)`},
		against: []string{`\b(message|msg|text)s? ?(and|&) ?data (rates|charges|fees) (do|does|will|shall|may|can) (not|never) apply\b`},
	},
	{
		language: "en", element: "stop",
		says: []string{
			`\b(reply|replying|text|texting|send|sending|answer|answering|respond|responding)( back)?( with)?( the word| the keyword)? stop\b( |[.,;:)!]|$)`,
			`\b(reply|replying|text|texting|send|sending|answer|respond)( with)?( the word)? help\b.*\b(or|and|,) ?(reply |text |send )?stop\b( |[.,;:)!]|$)`,
			`\bstop to (opt[ -]out|cancel|end|unsubscribe|quit|stop|leave|no longer|revoke|withdraw)\b`,
		},
		denies: []string{
			`\bstop (by|in|over)\b`, `\bstop (to|for|if) (confirm|reschedule|schedule|book|keep|change|move|accept)\b`,
			`\b(not|never|cannot|can't|don't|doesn't|won't|no longer)( be able to| simply)? (reply|text|send|answer|respond|recognize|honor|support|monitor)`,
			`\bstop\b.{0,30}\b(is|will|does|do|are)( not|n't)\b.{0,30}\b(supported|work|end|honored|monitored|accepted|available|recognized|stop)`,
		},
		against: []string{
			`(^|[.;:!] ?)(you|patients) (cannot|can't|can not|may not|are not able to|are unable to) (opt[ -]out|unsubscribe)\b`,
			`\b(texts?|messages?|sms|reminders?) (cannot|can't|can not|may not|will not|won't) be (stopped|ended|cancell?ed|turned off)\b`,
		},
	},
	{
		language: "en", element: "help",
		says: []string{
			`\b(reply|replying|text|texting|send|sending|answer|answering|respond|responding)( back)?( with)?( the word| the keyword)? help\b( |[.,;:)!]|$)`,
			`\b(reply|replying|text|texting|send|sending|answer|respond)( with)?( the word)? stop\b.*\b(or|and|,) ?(reply |text |send )?help\b( |[.,;:)!]|$)`,
			`\bhelp for (help|info|information|support|assistance|more)\b`,
		},
		denies: []string{
			`\b(not|never|cannot|can't|don't|doesn't|won't|no longer)( be able to| simply)? (reply|text|send|answer|respond|recognize|honor|support|monitor)`,
			`\bhelp\b.{0,30}\b(is|will|does|do|are)( not|n't)\b.{0,30}\b(supported|work|honored|monitored|accepted|available|recognized)`,
		},
	},
	{
		language: "en", element: "terms", says: []string{`\b(terms|tos|conditions)\b`},
		denies: []string{`\b(no|not|without|lacks?)( [a-z]+)? (terms|conditions)\b`},
	},
	{
		language: "en", element: "privacy", says: []string{`\bprivacy\b`},
		denies: []string{`\b(no|not|without|lacks?)( [a-z]+)? privacy\b`},
	},
	{
		language: "en", element: "free",
		says: []string{
			`\b(consent|agreeing|agreement|agree|opting in|opt-in|permission|signing|this)\b.{0,40}(\b(not|never|no)|n't)\b.{0,40}\b(condition|required|requirement|tied|needed|necessary|prerequisite|affect|depend)\b && \b(purchas(e|es|ing)|buy|buying)\b && \b(services?|treatments?|care)\b`,
			`\b(do not|don't|need not) (have to|need to)? ?(consent|agree|sign|opt in)\b && \b(purchases?|buy|buying)\b && \b(services?|treatments?|care)\b`,
		},
		denies: []string{`\bnot (only|just|merely)\b`, `\b(unless|except|but is required|but required)\b`, `\bnot (a )?(condition|required|tied).*\bbut\b`},
		against: []string{
			`\b(consent|agreement|agreeing|opting in|opt-in|permission)( (to|for)( (get|getting|receive|receiving|our|these|the|such|any|all|by|texts?|texting|messages?|sms|marketing|promotional|automated|reminders?|from|us))+)? (is|are|remains) (a |also |always )*(condition|required|requirement|mandatory|necessary|needed|prerequisite)\b`,
			`\b(must|you have to|required to|you need to) (consent|agree|opt in|sign)\b.*\b(to|before|in order to|for) (purchase|buy|buying|receive|get|book|be treated|treatment|service|care)`,
			`\bwe require (your |that you |you to )*(consent|agreement|permission|agree|opt in)\b.{0,40}\b(to|before we|before we can|in order to) (treat|see|serve|book|schedule|provide|care)\b`,
			`\b(condition) of (your |any |a )?(purchase|service|treatment|care)\b.{0,40}\b(consent|agree)`,
			`\bwithout (your |my )?(consent|agreement|permission)\b.{0,40}\b(cannot|can't|can not|will not|won't|may not)\b`,
			`\b(must|have to|required to|need to) accept (our |these |the )?(texts|messages|sms)\b`,
		},
	},
	{
		language: "en", element: "unencrypted",
		says: []string{
			`\b(texts?|messages?|sms|texting|messaging|text messaging)\b.*\b(not|never|n't)( always| fully| securely| end-to-end)? encrypted\b`,
			`\b(isn't|aren't) (always |fully )?encrypted\b`,
			`\bunencrypted\b`, `\bwithout encryption\b`, `\b(texts?|messages?|sms)\b.{0,40}\b(no|lack|lacks) encryption\b`,
		},
		denies: []string{`\b(not|never|no longer|n't) (sent |transmitted )?(unencrypted|without encryption)\b`, `\bnot (only|just|merely) encrypted\b`, `\bno unencrypted\b`, `\b(false|untrue|not true)\b`},
		against: []string{
			`\b(texts?|messages?|sms|texting|messaging|communications?)( that)?( we| you)?( send| receive)?( with us)? (are|is|will be|get|stay) (always |fully |also |all |securely |secure and |safe and |end-to-end )*encrypted\b`,
			`\bours (are|is)( always| fully)?( encrypted| secure)?([.,;!]|$)`, `\b(use|uses|protected by|secured by|secured with) (end-to-end |full |strong |secure )*encryption\b`,
			`\bwe (always |fully |securely |also )?encrypt (all |your |our |these |every )*(texts?|messages?|sms)\b`,
			`\bencrypted (texts|text messages|sms)\b`,
		},
	},

	// Spanish.
	{language: "es", element: "practice", denies: []string{`\bno (es |son |somos )?(de|por|para) $`}},
	{language: "es", element: "platform", denies: []string{`\bno (es |son |somos )?(de|por|para|a traves de|mediante) $`}},
	{
		language: "es", element: "purpose",
		says: []string{
			`\b(textos?|mensajes?|sms)\b.*\b(sobre|acerca de|relacionados con|como|para recordar|para confirmar|incluidos|con)\b.*\b(citas?|visitas?|atencion|tratamientos?|pagos?|cuentas?|ofertas?|promociones|servicios|recordatorios?|confirmaciones?)\b`,
			`\b(recordatorios?|confirmaciones?|avisos|informacion|ofertas|promociones)( de| sobre| y)? .{0,40}\b(citas?|visitas?|pagos?|servicios|por mensaje|por texto|por sms)\b`,
			`\b(textos|mensajes)( de texto)? (promocionales|transaccionales|conversacionales|informativos|publicitarios)\b`,
		},
		denies: []string{`\b(no|nunca|sin)\b.{0,30}\b(sobre|acerca|recordatorios?|confirmaciones?|promocionales|ofertas)\b`},
	},
	{
		language: "es", element: "frequency",
		says: []string{
			`\b(frecuencia|cantidad|numero)( de( los| sus)? (mensajes|textos|envio|envios|mensajes de texto))? (varia|puede variar|variara|depende|es variable)\b`,
			`\b(\d+|un|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)( (a|o) (\d+|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez))? (mensajes?|textos?)( de texto)?( como maximo)? (al|por|cada|a la) (dia|semana|mes|ano|cita|visita)\b`,
		},
		denies: []string{`\b(no|nunca) (varia|puede variar|depende|variara)\b`, `\bno (limitado|solo)\b`, `\bno hay frecuencia\b`},
	},
	{
		language: "es", element: "rates",
		says: []string{
			`\b(pueden|podrian|podran)? ?(aplicarse|aplican|aplicaran|aplicar|se aplican|se aplicaran|se cobran)( las| los)? ?(tarifas|cargos|cobros|costos)( estandar| normales| habituales)?( de| por)( los| el envio de)? (mensajes?|mensajeria|textos?)( de texto)? (y|o) (de |por )?datos\b`,
			`\b(tarifas|cargos|cobros|costos)( estandar| normales| habituales)?( de| por)( los| el envio de)? (mensajes?|mensajeria|textos?)( de texto)? (y|o) (de |por )?datos\b.{0,40}\b(aplican|aplicarse|aplicaran|aplicar)\b`,
		},
		denies: []string{
			`\b(no|nunca|sin) (se )?(pueden |podrian )?(aplican|aplicarse|aplicaran|aplicar|cobran|tarifas|cargos|cobros|costos)\b`,
			`\bdatos (no|nunca)\b`,
		},
	},
	{
		language: "es", element: "stop",
		says: []string{
			`\b(responda|responder|respondiendo|conteste|contestar|envie|enviar|enviando|mande|escriba|texto|textee)( con)?( la palabra)? (stop|alto)\b( |[.,;:)!]|$)`,
			`\b(responda|responder|conteste|envie|enviar|mande|escriba)( con)?( la palabra)? (help|ayuda)\b.*\b(o|y|,) ?(responda |envie )?(stop|alto)\b( |[.,;:)!]|$)`,
			`\b(stop|alto) para (cancelar|darse de baja|dejar|terminar|no recibir|salir|detener)\b`,
		},
		denies:  []string{`\b(stop|alto) (para|si) (confirmar|cambiar|reservar|aceptar|mantener)\b`, `\b(no|nunca) (puede |podra |se puede |debe )?(responda|responder|conteste|contestar|envie|enviar|mande|escriba)\b`, `\b(stop|alto)\b.{0,20}\bno (funciona|esta|se|sirve|es)\b`},
		against: []string{`\bno (puede|podra|es posible) darse de baja\b`, `\b(textos?|mensajes?|sms) no (se )?(puede|pueden) (detener|parar|cancelar)`},
	},
	{
		language: "es", element: "help",
		says: []string{
			`\b(responda|responder|respondiendo|conteste|contestar|envie|enviar|enviando|mande|escriba|texto|textee)( con)?( la palabra)? (help|ayuda)\b( |[.,;:)!]|$)`,
			`\b(responda|responder|conteste|envie|enviar|mande|escriba)( con)?( la palabra)? (stop|alto)\b.*\b(o|y|,) ?(responda |envie )?(help|ayuda)\b( |[.,;:)!]|$)`,
			`\b(help|ayuda) para (obtener|recibir|pedir|mas|ayuda|informacion|asistencia)\b`,
		},
		denies: []string{`\b(no|nunca) (puede |podra |se puede |debe )?(responda|responder|conteste|contestar|envie|enviar|mande|escriba)\b`, `\b(help|ayuda)\b.{0,20}\bno (funciona|esta|se|sirve|es)\b`},
	},
	{
		language: "es", element: "terms", says: []string{`\b(terminos|condiciones|terms|tos)\b`},
		denies: []string{`\b(no|sin)( [a-z]+)? (terminos|condiciones)\b`},
	},
	{
		language: "es", element: "privacy", says: []string{`\b(privacidad|privacy)\b`},
		denies: []string{`\b(no|sin)( [a-z]+){0,3} privacidad\b`},
	},
	{
		language: "es", element: "free",
		says: []string{
			`\b(consentimiento|consentir|aceptar|aceptacion|autorizacion|permiso|acuerdo)\b.{0,40}\b(no|nunca|ni)\b.{0,40}\b(condicion|requisito|requiere|obligatorio|obligatoria|vinculado|vinculada|necesario|necesaria|ligado|depende|condiciona)\b && \b(compras?|comprar)\b && \b(servicios?|tratamientos?|atencion)\b`,
			`\bno (tiene que|necesita|es necesario|esta obligado a|esta obligada a|se requiere|hace falta) (consentir|aceptar|dar su consentimiento|firmar|autorizar|el consentimiento|su consentimiento)\b && \b(compras?|comprar)\b && \b(servicios?|tratamientos?|atencion)\b`,
		},
		denies: []string{`\bno (solo|solamente|unicamente)\b`, `\b(salvo|excepto|a menos que)\b`, `\bsino\b`},
		against: []string{
			`\b(consentimiento|autorizacion|aceptacion)( (a|de|para)( (recibir|los|las|estos|nuestros|sus|mensajes?|textos?|sms|de|recordatorios|promociones))+)? (es|sera) (una |un )?(condicion|requisito|obligatorio|obligatoria|necesario|necesaria)\b`,
			`\b(debe|tiene que|hay que) (consentir|aceptar|autorizar|firmar)\b.*\b(para|antes de) (comprar|recibir|obtener|reservar|ser atendido|la compra|el servicio|el tratamiento)`,
		},
	},
	{
		language: "es", element: "unencrypted",
		says: []string{
			`\b(textos?|mensajes?|sms|mensajeria)\b.*\b(no|nunca|ni)( siempre)? (estan|esta|van|son|viajan|se envian|se transmiten)( siempre| totalmente)? (cifrados?|cifradas?|encriptados?|encriptadas?|codificados)\b`,
			`\bsin (cifrar|cifrado|encriptar|encriptacion)\b`,
		},
		denies: []string{`\b(no|nunca) (van |estan |viajan |se envian |se transmiten )?sin (cifrar|cifrado|encriptar|encriptacion)\b`, `\bno (solo|solamente)\b`, `\b(falso|mentira|no es (cierto|verdad))\b`},
		against: []string{
			`\b(textos?|mensajes?|sms)( de texto)?( que)?( enviamos)? (estan|van|son|viajan|siempre estan) (siempre |todos |totalmente |tambien )*(cifrados?|encriptados?)\b`,
			`\b(nuestros( mensajes| textos)? (si )?|si )(estan|van|son|viajan) (siempre |todos |totalmente )*(cifrados?|encriptados?)\b`,
			`\b(ciframos|encriptamos) (todos |sus |los |nuestros )*(textos|mensajes|sms)\b`,
		},
	},

	// French.
	{language: "fr", element: "practice", denies: []string{`\b(pas|non|jamais) (de|par|pour) $`}},
	{language: "fr", element: "platform", denies: []string{`\b(pas|non|jamais) (de|par|pour|via) $`}},
	{
		language: "fr", element: "purpose",
		says: []string{
			`\b(textos?|messages?|sms)\b.*\b(au sujet de|concernant|a propos de|relatifs a|pour rappeler|pour confirmer|tels que|comme|sur|portant sur)\b.*\b(rendez-vous|visites?|soins?|traitements?|paiements?|comptes?|offres?|promotions?|services|rappels?|confirmations?)\b`,
			`\b(rappels?|confirmations?|avis|offres|promotions)\b.{0,20}\b(de|des|du|sur|d')( vos| votre| mes| mon)? ?(rendez-vous|visites?|paiements?|soins|services)\b`,
			`\b(textos|messages)( texte)? (promotionnels|transactionnels|conversationnels|informatifs|publicitaires)\b`,
		},
		denies: []string{`\b(pas|jamais|sans|aucun|aucune)\b.{0,30}\b(sujet|concernant|propos|rappels?|confirmations?|promotionnels|offres)\b`},
	},
	{
		language: "fr", element: "frequency",
		says: []string{
			`\b(frequence|nombre)( des| de| d'envoi des)?( nos| vos)? ?(messages|textos|sms|envois)?( texte)? (varie|peut varier|variera|depend|est variable)\b`,
			`\b(\d+|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)( (a|ou) (\d+|deux|trois|quatre|cinq|six|sept|huit|neuf|dix))? (messages?|textos?|sms)( texte)?( au plus| au maximum)? (par|chaque) (jour|semaine|mois|an|annee|rendez-vous|visite)\b`,
		},
		denies: []string{`\bne (varie|depend|variera|peut) (pas|jamais|varier)\b`, `\bne peut pas varier\b`, `\bpas (limite|seulement)\b`},
	},
	{
		language: "fr", element: "rates",
		says: []string{
			`\b(frais|tarifs|couts)( standards?| habituels| normaux)?( de| d'envoi de| pour les)? ?(messagerie( texte)?|messages?|messages texte|textos|sms) (et|ou) (de |les )?(transmission de )?donnees\b.{0,40}\b(s'appliquer|s'appliquent|appliquer|appliques|s'appliqueront)\b`,
			`\b(s'appliquer|s'appliquent|appliquer)\b.{0,20}\b(frais|tarifs|couts)( standards?)?( de| d')? ?(messagerie|messages?|textos|sms) (et|ou) (de )?donnees\b`,
		},
		denies: []string{`\b(aucun|aucuns|sans|pas de|jamais de) (frais|tarifs?|couts?)\b`, `\bne (s'appliquent|peuvent|s'appliqueront|pourront) (pas|jamais)\b`},
	},
	{
		language: "fr", element: "stop",
		says: []string{
			`\b(repondez|repondre|repondant|envoyez|envoyer|envoyant|textez|texter|ecrivez)( par| avec)?( le mot)? (stop|arret)\b( |[.,;:)!]|$)`,
			`\b(repondez|repondre|envoyez|envoyer|textez)( par| avec)?( le mot)? (help|aide)\b.*\b(ou|et|,) ?(repondez |envoyez )?(par )?(stop|arret)\b( |[.,;:)!]|$)`,
			`\b(stop|arret) pour (vous desabonner|se desabonner|annuler|arreter|mettre fin|ne plus|cesser|vous desinscrire)\b`,
		},
		denies:  []string{`\b(stop|arret) (pour|si) (confirmer|changer|reserver|accepter|garder)\b`, `\bne (pas |pouvez pas |peut pas |jamais )?(repondez|repondre|envoyez|envoyer|textez)`, `\b(pas|jamais|impossible de) (repondre|envoyer|texter)\b`, `\b(stop|arret)\b.{0,20}\b(ne fonctionne|n'est) pas\b`},
		against: []string{`\bne (pouvez|peut|pourrez) pas (vous |se )?(desabonner|desinscrire)\b`, `\bimpossible de (vous |se )?(desabonner|desinscrire)\b`},
	},
	{
		language: "fr", element: "help",
		says: []string{
			`\b(repondez|repondre|repondant|envoyez|envoyer|envoyant|textez|texter|ecrivez)( par| avec)?( le mot)? (help|aide)\b( |[.,;:)!]|$)`,
			`\b(repondez|repondre|envoyez|envoyer|textez)( par| avec)?( le mot)? (stop|arret)\b.*\b(ou|et|,) ?(repondez |envoyez )?(par )?(help|aide)\b( |[.,;:)!]|$)`,
			`\b(help|aide) pour (obtenir|recevoir|de l'aide|plus|en savoir|avoir)\b`,
		},
		denies: []string{`\bne (pas |pouvez pas |peut pas |jamais )?(repondez|repondre|envoyez|envoyer|textez)`, `\b(pas|jamais|impossible de) (repondre|envoyer|texter)\b`, `\b(help|aide)\b.{0,20}\b(ne fonctionne|n'est) pas\b`},
	},
	{
		language: "fr", element: "terms", says: []string{`\b(conditions|modalites|terms|tos|cgu)\b`},
		denies: []string{`\b(pas|sans|aucune?)( de| d')?( [a-z]+)? ?(conditions|modalites)\b`},
	},
	{
		language: "fr", element: "privacy", says: []string{`\b(confidentialite|vie privee|privacy|confidentialite)\b`},
		denies: []string{`\b(pas|sans|aucune?)( de| d')?( [a-z]+){0,2} ?(confidentialite|vie privee)\b`},
	},
	{
		language: "fr", element: "free",
		says: []string{
			`\b(consentement|consentir|accepter|acceptation|autorisation|accord)\b.{0,40}\b(pas|jamais|aucunement|nullement)\b.{0,40}\b(condition|exige|exigee|requis|requise|lie|liee|obligatoire|necessaire|prealable|conditionne)\b && \b(achats?|acheter)\b && \b(services?|traitements?|soins?)\b`,
			`\b(n'avez pas a|n'etes pas oblige de|n'etes pas tenu de|n'etes pas obligee? de) (consentir|accepter|signer|donner votre consentement)\b && \b(achats?|acheter)\b && \b(services?|traitements?|soins?)\b`,
		},
		denies: []string{`\bpas (seulement|uniquement)\b`, `\b(sauf|excepte|a moins)\b`, `\bpas (une )?(condition|lie|requis).*\bmais\b`},
		against: []string{
			`\b(consentement|autorisation|accord|acceptation)( (a|aux|de|des|pour)( (recevoir|des|les|nos|ces|textos?|messages?|sms|texte|rappels))*)? est (une |un )?(condition|exige|exigee|requis|requise|obligatoire|necessaire|prealable)\b`,
			`\b(devez|faut|tenu de) (consentir|accepter|autoriser|signer)\b.*\b(pour|avant de|avant) (acheter|recevoir|obtenir|reserver|etre soigne|tout achat|un service|les soins)`,
		},
	},
	{
		language: "fr", element: "unencrypted",
		says: []string{
			`\b(textos?|messages?|sms|messagerie)\b.*\b(pas|jamais)( toujours| entierement)? (chiffres?|chiffrees?|cryptes?|cryptees?)\b`,
			`\bnon[ -](chiffres?|chiffrees?|cryptes?)\b`, `\bsans (chiffrement|cryptage|etre chiffres)\b`,
		},
		denies: []string{`\b(pas|jamais) (envoyes |transmis )?(sans chiffrement|sans cryptage|non[ -]chiffres?)\b`, `\bpas (seulement|uniquement)\b`, `\b(faux|pas vrai)\b`},
		against: []string{
			`\b(textos?|messages?|sms)( texte)?( que nous envoyons)? (sont|seront|est) (toujours |tous |entierement |aussi )*(chiffres?|cryptes?)\b`,
			`\bles notres (sont|seront) (toujours |tous |bien )*(chiffres?|cryptes?)\b`,
			`\b(chiffrons|cryptons) (tous |vos |nos |les )*(textos|messages|sms)\b`,
		},
	},
}
