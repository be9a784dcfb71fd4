package sms

// moved is why a text does not leave through the provider that it was queued for, in the rule's place.
const (
	moved   = "provider"
	movedOn = "Its number is carried by another provider now."
)

// through settles a text whose number another provider carries since it was queued: the same text takes its place, and goes
// through that one. Nothing of it is under way at the old one: a text that may be is in doubt, and is asked about there.
func (t Tracked) through(provider string, decision Decision) Settlement {
	next := t.instead(t.about())
	next.Provider = provider
	return Settlement{State: Cancelled, Decision: decision.refused(moved, movedOn), Next: []Text{next}}
}
