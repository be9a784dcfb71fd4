// Package records keeps who a practice treats and when: its patients with how to reach them, and its schedule.
//
// A [Patient] is saved whole and found by name and birth date, by phone or by e-mail address. A phone number that is
// none is kept as it was given, and says why no text can go to it. An [Appointment] is booked, moved, cancelled, and in
// the end kept or missed.
//
//	patients, err := records.New(recordspg.New(db, keyring, nil), log, nil)
//	saved, err := patients.SavePatient(ctx, by, records.Save{Patient: records.Patient{
//		Practice: "elm-street", ID: "p-204",
//		Name:  records.Name{Family: "Kreiger", Given: "Clemente"},
//		Birth: born, Phones: []records.Phone{{Number: "(512) 555-0142", Use: records.Mobile}},
//	}})
//	visit, err := patients.Book(ctx, by, records.Booking{
//		Practice: "elm-street", Appointment: "a-88", Patient: "p-204", Clinician: "u-3",
//		Start: start, Zone: "America/Chicago", Duration: 30 * time.Minute,
//	})
//
// All of a patient's data is sealed under the patient's own key by the store on Postgres; what is found is found by
// blind indexes of the normalised value ([Terms]).
//
// # What patients are found by
//
// By a name with the birth date, where the family name may be the whole or one of several (Garcia finds García
// Márquez); by a phone number; by an e-mail address. How names are written makes no difference, as package
// crypto/blindindex has it, but Müller and Mueller are two names.
//
// Not by a name alone, and not by a birth date alone. A blind index hides which value a row has, but not how many rows
// have the same. Of surnames it is known which are frequent, and of birth dates there are so few that a list of known
// people's can be laid beside them; with the name and the birth date in one index nearly every row differs. That is the
// plan that the tests check. The one exception: patients whose birth date is not known are found by the name without
// one. A vendor who wants more keeps an index of its own, and plans with blindindex how few bits it may keep.
//
// # Every read and write leaves its entry
//
// A write's entry is part of the write. A read's entry is committed before the data is returned, one for each patient
// or appointment that is; when it cannot be, nothing is returned. A question that finds nobody, and one that is
// refused, leave an entry too. Only [Service.Current], [Service.Planned] and [Service.PutOff] leave none: they tell a machine
// nothing of a patient.
//
// # Transactions
//
// The log given to [New] records reads and refusals, and keys are made on the keyring's handle. Both keep a handle of
// their own, because what was seen, refused or sealed must survive the caller's rollback; so callers who open
// transactions give log and keys a connection pool of their own (two connections do): from a shared pool, transactions
// that each wait for a second connection stop each other.
//
// A record and its entry in the log are one change of the store, kept together or not at all. To make them part of a
// transaction of yours, bind a copy of the service to it:
//
//	_, err := patients.WithStore(store.WithTx(tx)).SavePatient(ctx, by, save)
//
// A copy bound to a transaction belongs to the goroutine that owns the transaction.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and
// returns the record as it is now; with other content it is refused with [ErrConflict]. A command that asks for what is
// kept already changes nothing either. In both cases the call is a read, and leaves a read's entry.
//
// Who changes a record says which revision was seen. When another one is kept, the command is refused with
// [ErrRevision]: nobody overwrites what they have not seen.
//
// # Reminders
//
// [Service.Changed], [Service.Planned], [Service.PutOff] and [Service.Current] are the schedule as a planner of reminders reads it. An
// appointment's version changes with its time and status, and with the number, the language, the time zone and the State or province
// ([Address.Region]) of its patient, so a reminder that was planned for an older version is known to be out of date.
// [Service.Visit] is what a patient's answer to a reminder is held against; that the patient confirmed is yours to keep.
// [Service.FirstNames] says which names no text to a family's phone may give.
//
// # Errors
//
// [ErrInvalid] for commands and questions that lack something; [ErrNotFound], and the finer [ErrGone] of what was
// destroyed; [ErrConflict], and the finer [ErrRevision]; [ErrClosed] for appointments that are no longer booked. A
// refusal is recorded in the log and changes nothing. [ErrTampered] says that a record was altered behind our back. No
// error carries a name, a number, an address or a date.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package recordstest against it. recordsmem and recordspg pass the same cases.
package records
