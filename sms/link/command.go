package link

import "time"

// How long a link lasts. No rule names a time. HIPAA asks that whoever sees health information is who it says it is (45 CFR
// 164.312(d)), which the sign-in answers; these bound how long a link lies about on a phone that is lost or gets another
// holder. Three days reach from a Friday to the Monday after it; seven cover a patient's week away. A one-time code that
// stands for a sign-in itself has ten minutes (NIST SP 800-63B, section 5.1.3.2): such a code is no link of ours.
const (
	Lasts   = 72 * time.Hour
	Longest = 7 * 24 * time.Hour
)

// Link is a link to issue.
type Link struct {
	ID       string // of the link, at most 64 bytes. Defaults to a new one.
	Practice string
	Patient  string // the vendor's id of the patient that it opens for
	Resource Resource
	Expires  time.Time // after now, and at most [Longest] ahead. Defaults to [Lasts] from now.

	// Secret is the token, for those who must be able to repeat the command: take it from [NewToken]. It has 22 to 64
	// letters and digits. Defaults to a new one.
	Secret string
}

// Opening is a press of the button.
type Opening struct {
	Practice string
	Token    string // the last part of the link's address, as Issue returned it
}

// Revocation takes one link back.
type Revocation struct {
	Practice string
	ID       string // of the link
}

// Withdrawal takes back all links of a patient's.
type Withdrawal struct {
	Practice string
	Patient  string
}
