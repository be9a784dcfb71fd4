package registration

import (
	"slices"

	"github.com/enamel-go/enamel/consent"
)

// UseCase is what a campaign's texts are for. The values are the Campaign Registry's.
type UseCase string

// The use cases that a practice has.
const (
	AccountNotification UseCase = "ACCOUNT_NOTIFICATION" // reminders and confirmations
	CustomerCare        UseCase = "CUSTOMER_CARE"        // conversations
	Marketing           UseCase = "MARKETING"            // services and offers
	LowVolume           UseCase = "LOW_VOLUME"           // several of them at one small office
	Mixed               UseCase = "MIXED"                // two to five of them
)

// useCases are all that a brand can register by itself, and then those that carriers admit after a review of their own.
func useCases() []UseCase {
	return append(subUseCases(), LowVolume, Mixed, "SWEEPSTAKE", "CHARITY", "POLITICAL",
		"AGENTS_FRANCHISES", "PROXY", "EMERGENCY", "K12_EDUCATION", "SOCIAL", "SOLE_PROPRIETOR")
}

// subUseCases are what a mixed campaign can be made of.
func subUseCases() []UseCase {
	return []UseCase{
		"2FA", AccountNotification, CustomerCare, "DELIVERY_NOTIFICATION", "FRAUD_ALERT", "HIGHER_EDUCATION", Marketing,
		"POLLING_VOTING", "PUBLIC_SERVICE_ANNOUNCEMENT", "SECURITY_ALERT",
	}
}

// admits says what texts of a practice are inside a use case. Whatever is not listed admits none: a code to sign in with
// is no reminder.
func admits(u UseCase) []consent.Category {
	switch u {
	case AccountNotification:
		return []consent.Category{consent.Transactional}
	case CustomerCare:
		return []consent.Category{consent.Conversational}
	case Marketing:
		return []consent.Category{consent.Promotional}
	}
	return nil
}

// union returns the categories of several use cases, in the order of [consent.Categories].
func union[T any](of []T, admits func(T) []consent.Category) []consent.Category {
	var all []consent.Category
	for _, c := range consent.Categories() {
		if slices.ContainsFunc(of, func(u T) bool { return slices.Contains(admits(u), c) }) {
			all = append(all, c)
		}
	}
	return all
}

// TollFreeUse is what a toll-free number's texts are for. The values are Twilio's.
type TollFreeUse string

// The uses that a practice has.
const (
	AccountNotifications TollFreeUse = "ACCOUNT_NOTIFICATIONS"
	Care                 TollFreeUse = "CUSTOMER_CARE"
	Offers               TollFreeUse = "MARKETING"
)

func tollFreeUses() []TollFreeUse {
	return []TollFreeUse{
		"TWO_FACTOR_AUTHENTICATION", AccountNotifications, Care, "CHARITY_NONPROFIT", "DELIVERY_NOTIFICATIONS",
		"FRAUD_ALERT_MESSAGING", "EVENTS", "HIGHER_EDUCATION", "K12", Offers, "POLLING_AND_VOTING_NON_POLITICAL",
		"POLITICAL_ELECTION_CAMPAIGNS", "PUBLIC_SERVICE_ANNOUNCEMENT", "SECURITY_ALERT",
	}
}

func (u TollFreeUse) admits() []consent.Category {
	switch u {
	case AccountNotifications:
		return []consent.Category{consent.Transactional}
	case Care:
		return []consent.Category{consent.Conversational}
	case Offers:
		return []consent.Category{consent.Promotional}
	}
	return nil
}
