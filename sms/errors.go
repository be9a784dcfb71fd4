package sms

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of bad input; nothing was changed.
	ErrInvalid = errors.New("sms: invalid")
	// ErrSignature is wrapped when a webhook's signature is missing or wrong.
	ErrSignature = errors.New("sms: the webhook's signature does not fit")
	// ErrCredentials is wrapped when a webhook shows no credentials and its provider shows them only when it is asked to, as
	// Bandwidth: [Webhook] asks. It is [ErrSignature].
	ErrCredentials = fmt.Errorf("%w: it shows no credentials", ErrSignature)
	// ErrTooLarge is wrapped when a webhook's body is longer than 64 KiB.
	ErrTooLarge = errors.New("sms: the webhook's body is too large")
	// ErrAgreement is wrapped when a third party is not asked, for the practice has no agreement with it in force.
	ErrAgreement = errors.New("sms: no agreement with the provider is in force")
	// ErrPurpose is wrapped when texts are read without saying what for, or for what they must not be. It is [ErrInvalid].
	ErrPurpose = fmt.Errorf("%w: a read of texts says that it serves a conversation, their delivery, or a request", ErrInvalid)
	// ErrNotFound is wrapped when there is no such text, number or message.
	ErrNotFound = errors.New("sms: not found")
	// ErrConflict is wrapped when an id was used before with other content.
	ErrConflict = errors.New("sms: another text has this id")
	// ErrUnsure is wrapped when a text is not put back because nobody knows whether it left.
	ErrUnsure = errors.New("sms: the text may have left, for only a person's word says that it did not; queue another text instead")
	// ErrLaw is wrapped when a decision cannot be made again, because it was made by other rules.
	ErrLaw = errors.New("sms: the rules are not those that decided")
)
