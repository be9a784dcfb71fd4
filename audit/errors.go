package audit

import "errors"

var (
	// ErrInvalid is wrapped by the refusal of an entry, a leaf or a query that lacks something or carries what cannot be
	// kept. Its text says what.
	ErrInvalid = errors.New("audit: invalid")

	// ErrShredded is wrapped when an entry about a patient cannot be stamped because the patient's evidence key was destroyed
	// on purpose. It never will be: what happened is told without the patient, or not done.
	ErrShredded = errors.New("audit: the patient's keys were destroyed")

	// ErrTampered is wrapped when a leaf's code does not fit its bytes, or its columns say another thing than they.
	ErrTampered = errors.New("audit: entry was altered")

	// ErrConflict is wrapped by a store that already keeps another leaf under the same practice and id.
	ErrConflict = errors.New("audit: another entry has this id")

	// ErrNotRecorded is wrapped beside the cause of a refusal whose entry could not be written.
	ErrNotRecorded = errors.New("audit: the refusal could not be recorded")
)
