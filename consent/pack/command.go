package pack

import "time"

// Request asks for a file.
type Request struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Release  string // what the release is called from now on. Defaults to the id of the act.
	Scope    Scope
	At       time.Time // when it was asked for. Defaults to now.
}

// Approval approves a release.
type Approval struct {
	ID       string // as in Request
	Practice string
	Release  string
}

// Denial denies a release.
type Denial struct {
	ID       string // as in Request
	Practice string
	Release  string
	Reason   string // required
}
