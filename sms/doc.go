// Package sms decides whether a text may leave, sends it when it may, and takes in what comes back.
//
// A [Text] is queued by the practice or by the [Planner], which keeps the reminders of a schedule. A [Dispatcher] takes
// what is due and asks the law ([Law.Decide]), a pure function of the facts and the moment: is there an agreement with the
// provider, is the sender registered for such texts, does the recipient's consent cover the text, was the recipient warned
// that texts are not encrypted, is the appointment still as the text says, did package screen find nothing that no text may
// say, is the hour lawful here and wherever the recipient may be, is it still of use. The answer is send, defer until, or
// refuse, with every rule that was looked at.
//
//	texts, err := sms.New(store, consents, log, nil)
//	err = texts.Register(ctx, by, sms.Sender{ // once for each number that a practice texts from
//		Practice: "elm-street", Number: "+12145550199", Provider: "twilio", Name: "Elm Street Dental", Contact: "214-555-0199",
//		Frequency: "about 2 texts per visit", Zone: "America/Chicago",
//	})
//	key, err := texts.Enqueue(ctx, by, sms.Text{
//		Practice: "elm-street", Category: consent.Transactional, To: "+12125550100",
//		Body:     "Elm Street Dental: we moved to 4 Oak Street.", LastUseful: inThreeDays,
//	})
//	dispatcher, err := sms.NewDispatcher(queue, store, consents, log, map[string]sms.Provider{"twilio": client},
//		&sms.DispatcherOptions{Agreements: agreements, Registrations: registrations, Schedule: charts, Households: charts})
//	go dispatcher.Run(ctx)
//	http.Handle("POST /texts/twilio", sms.Webhook{Service: texts, Router: queue}.Handler(client))
//
// The stores are smsmem's, which is a store, a queue and a router in one, or smspg's New and NewQueue.
//
// # The law
//
// The rules are dated rows of data ([Promised]) with their citations: what the policies promise, and the federal, State and
// Canadian hours, holidays and daily caps under it, the stricter where sources differ. Where a recipient is, an address says
// ([Text].Zone, [Text].Region), else the number's area code (package sms/nanp) and the practice's own zone, all of which have
// to agree.
// What waits, waits for the first minute that all rules allow, by the rules in effect then; the provider's validity ends with
// the window, however long the request takes. Outside of it only the answers to STOP, HELP and START leave. What cannot leave lawfully while it is of use is
// refused at once, and the reason says when it could have left.
//
// Each decision is kept, sealed, with the facts it was made from, and [Law.Replay] makes it again years later. So rows are
// never altered: a newer row with the same id follows an older one.
//
// # Why nothing leaves after a STOP
//
// A request to a provider cannot be undone. So a dispatcher first claims a text, under a lease, and commits; then it
// reads the recipient's consent, never from a cache, and decides; then it sends, and settles. A message that says stop
// first commits the revocation; then, in one change, the message is kept, queued texts to the number are refused and the
// answer is queued; and the answer can be claimed only when no text to the number is on its way. Each side writes its own
// mark before it reads the other's, so of any interleaving either the sender sees the stop or the stop sees the sender.
// After the answer only answers leave: one to each HELP, one to a START, so many a day.
//
// A text whose answer was lost is doubtful. The provider is asked about it, unless a receipt says what became of it;
// where it cannot tell, a person decides; it is never sent again blindly. A STOP waits for doubtful texts for [Patience],
// then answers and marks them InFlight.
//
// What a provider has taken on by then is taken back where it can be ([Canceller]), and the log says of each text whether it
// was.
//
// # A family's phone
//
// A number gets one reminder for all its appointments of a day, which names nobody and lists times alone: "reminder of your
// appointments on Tuesday, March 3 at 3:00 PM and 3:40 PM". It has a list of what it is about ([Text].Subjects), and its
// entries are in the log for each patient. While it is queued an appointment that is booked or moved comes to it: another text
// takes its place in one write. Before it leaves the schedule, the patients' wishes and consent are asked about each. Where one
// of them may not be told, because it was moved, say, or the patient is muted, the text is taken apart, again in one write:
// those who may be told are told together, and the other one is refused by itself, for its own reason.
//
// Nor does any other text say there which patient it is about: whose names it may not give is asked before it leaves ([Households]),
// and whoever wrote it reads that it names one of those who share the phone. A phone of one patient's own may be told the name. A
// nickname that the chart does not have is not found.
//
// # In the practice's words
//
// A reminder says what a [Wording] makes of its date and times, in the language that the schedule says the patient reads
// ([Visit]): a practice's template, say. It is told nothing else. What does not pass the screen is not used, and a reminder in
// the library's own words, in English, leaves instead.
//
// # In the patient's language
//
// What a number answers by itself is in English, Spanish or French: the answers to STOP, HELP and START, the request to confirm a
// consent, "please call", and the question which appointment is meant. A word of one language alone, such as ALTO or AIDE, and
// a sentence that says stop, are answered in that; STOP, HELP and START, which everybody is taught, and all else in the language of
// the wording that was agreed to last for the number; in English where nobody can tell. No answer is in two. What it offers as a
// word is heard: ALTO, AYUDA, INICIAR and AUTORIZO, ARRET, AIDE, DEBUT and AUTORISE. Name and contact are the practice's, in all
// languages the same; how often it texts, it says in each ([Sender]).
//
// # What changes while a text is queued
//
// A patient may ask for another number ([Channels]) after a text was queued: then the same text to that number takes its place,
// in the settlement's own write, and is decided on anew, by that number's own consent; the answer to a reminder counts from
// there alone. A practice may move its number to another provider ([Service.Register]): what was queued before leaves through
// the new one, and takes its place too. A text of a broadcast does neither, and is refused. Whoever follows a text by its key finds
// with it what took its place ([Tracked.Next]).
//
// # How texts leave
//
// One claim, one read of consent and one settlement serve up to a hundred texts, whose requests run side by side: a slow one
// holds up nobody else's, and some room is always kept for answers, which come first ([Text.Priority]). A [Waker] tells
// workers of new texts; without one they poll. [Limits], which package sms/registration knows, hold a campaign's texts of a
// minute and a brand's of a day over all workers: the store counts them, and inside a process they leave evenly. Package
// sms/breaker lets a provider or a number rest that fails. What a provider refused for good stays [Failed] with its code and
// class, and what a rule forbids [Refused] with its reason, until somebody has seen to it ([Service.Requeue]).
//
// # What comes in
//
// [Service.Receive] hears a stop first, in any words, whatever else a message holds. Who answers a STOP, a HELP or a START, the
// practice, the provider or the carrier, is a setting of each number ([Answering]), so that there is one answer. Any other
// words are the patient's own text and permit the answer to it, until the end of the next day (consent.OwnText).
//
// No health information is collected by text. What speaks of health, by package screen, and any picture is flagged: the words
// are kept apart from the message, sealed, and come into no list, thread, task, entry, or ledger of consent; the picture is
// not fetched; the patient is asked to call, once in 24 hours. Staff reads it by one call, which says what for
// ([Service.Content]), and files it to the chart or deletes it within a week ([Service.File], [Service.Delete]). Then its row
// holds nothing; what the database has not yet cleaned up, and its backups, still do, sealed.
//
// An answer to a reminder, such as C42, C or yes, confirms the appointment that it can be meant for ([Answers]); a bare yes
// does only where nothing else was written to the number since, for it may be an answer to that. Where that is more than one,
// as on a family's phone, it is asked back once, by the times alone: 1 for 3:00 PM, 2 for 3:40 PM, 3 for all. What a reminder
// of several appointments offers as its answer confirms all of them. Nothing offers YES, STOP or CANCEL as an answer, and
// nobody is named.
//
// What needs a person is a [Task] with a due moment ([Service.Tasks], [Service.Alarms], [Service.Finish]): a text that nobody
// can tell of, that failed, that could not leave while it was of use, or that was refused for want of an agreement or a
// registration, which [Service.Requeue] puts back when it is there; flagged content; an answer that stays ambiguous; a
// request to put something right; a message that waits for an answer; words that may be a stop. Those of texts follow from
// the texts, the others are written with their message.
//
// A conversation is read by number, for a purpose ([Service.Thread], [Purpose]): there is no search for what texts say, and no
// purpose that would build an audience.
//
// # What others know
//
// A provider that says a recipient opted out there has told us of a revocation, in the refusal of a text or in a receipt; a
// [Reconciler] reads what its list of opt-outs holds beside. [Lookups] ask who holds a number now, of providers with which
// an agreement is in force, and of nobody by default; every answer is recorded with the day that it speaks of.
//
// # To many
//
// Package broadcast texts many at once, whom it finds among consents. A text about a patient who asked to be reached at another
// number goes to that one, see [Channels].
//
// # Transactions
//
// Consent, the keys, and the log of reads and refusals keep handles of their own, because what was stopped, sealed, seen
// or refused must survive the caller's rollback; so callers who open transactions give them a connection pool of their
// own (two connections do): from a shared pool, transactions that each wait for a second connection stop each other.
//
// [Service.WithStore] binds a copy of the service to the caller's transaction, as in package consent. Dispatchers and
// planners are workers with transactions of their own.
//
// # Errors
//
// [ErrInvalid], [ErrNotFound], [ErrConflict], [ErrUnsure], [ErrLaw], [ErrAgreement], [ErrPurpose], [ErrChannel],
// [ErrElsewhere], [ErrRedirected]; [ErrSignature], [ErrCredentials] and [ErrTooLarge] for webhooks; *[SendError] from
// providers. A refusal is recorded in the log and changes nothing. No error carries a number or a body. A worker's errors go
// to its logger; a text that nobody can decide on, or whose provider this worker does not have, is looked at again, each time
// later, until it is of no use.
//
// # Writing your own
//
// A provider implements [Provider], and as many of [Finder], [WebhookReader], [Canceller], [OptOutLister], [NumberLookup],
// [DeactivationLister] and [Lingering] as it can; it passes the provider's cases of package smstest. A store implements [Store], [Queue] and
// [Router] and passes that package's other cases.
package sms
