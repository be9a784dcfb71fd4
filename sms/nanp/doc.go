// Package nanp says where a telephone number of the North American Numbering Plan may be: in which State, province or
// country, and in which time zones. It needs the standard library alone.
//
//	nanp.Regions("+18505550100") // [US-FL]
//	nanp.Zones("+18505550100")   // [America/New_York America/Chicago]
//
// An area code says where a number was given out, not where its holder is. So the answers are supersets: where an area
// code, or one that it overlays, lies in several zones, all of them are returned, and whoever texts keeps to the hours
// that all of them share. [Plan] meets the interfaces of package sms, whose dispatcher asks it unless it is told otherwise.
//
// # Where the table comes from
//
// It is compiled from what the plan's administrator and the numbering authorities of its countries publish: which area
// code serves which State, province or country, as of 2026. A time zone is named by the largest place that keeps its time
// today: Detroit keeps New York's. New area codes are announced about a year before the first number is given out; a
// number of one that is not in the table yet is nowhere.
//
// # Compatibility
//
// Everything here is a pure function of a table and may be used concurrently. A newer version may know more area codes.
package nanp
