// Package phonenumbers reads telephone numbers of all countries and says in which time zones they may be, as Google's
// libphonenumber does. It is a module of its own, so that nobody else links its tables.
//
//	dispatcher, err := sms.NewDispatcher(queue, store, consents, log, providers,
//		&sms.DispatcherOptions{Zones: phonenumbers.Zones{}})
//
// Package sms/nanp, which dispatchers ask by default, knows area codes of North America alone, and names all zones of each.
// libphonenumber knows other countries too, and tells an area code's zones apart by the digits that follow, as they were
// given out; its finer answer is the narrower one, so prefer sms/nanp where patients live in North America.
//
// # Errors
//
// [Parse] refuses what is no number with a reason that quotes none of it. [Zones.Zones] never fails.
//
// # Compatibility
//
// The tables are those of github.com/nyaruka/phonenumbers; a newer version of it may answer otherwise.
package phonenumbers
