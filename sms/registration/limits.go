package registration

import (
	"fmt"
	"slices"
	"time"
)

// Limit is how many texts may leave in a time, all workers and all numbers that count under one key together.
type Limit struct {
	Key    string // what counts: the campaign, or the brand
	Count  int
	Source string
}

// Limits is what the carriers take from a number. They are applied to all texts, for whose carrier a recipient is with is
// not known.
type Limits struct {
	PerMinute Limit // AT&T's, by campaign
	PerDay    Limit // T-Mobile's, by brand, over all providers; the day is that of [Day]
}

// The carriers that limit.
const (
	ATT     = "AT&T"     // messages a minute, by campaign
	TMobile = "T-Mobile" // messages a day, by brand
)

// Band is a row of a carrier's table: what a brand of at least a score may send. One that was not vetted has score zero.
type Band struct {
	Carrier string
	Mixed   bool // of mixed campaigns and those that advertise; the others are dedicated to one use
	Least   int
	Count   int
}

// Bands returns the carriers' tables, the highest band first. Scores for which a table says nothing have the next lower
// band.
func Bands() []Band {
	return []Band{
		{ATT, false, 75, 4500},
		{ATT, false, 50, 2400},
		{ATT, false, 1, 240},
		{ATT, false, 0, lowMinute},
		{ATT, true, 75, 4500},
		{ATT, true, 50, 2400},
		{ATT, true, 1, 240},
		{ATT, true, 0, lowMinute},
		{TMobile, false, 76, 200_000},
		{TMobile, false, 51, 40_000},
		{TMobile, false, 1, 10_000},
		{TMobile, false, 0, lowDay},
		{TMobile, true, 86, 200_000},
		{TMobile, true, 66, 40_000},
		{TMobile, true, 26, 10_000},
		{TMobile, true, 0, lowDay},
	}
}

const (
	lowMinute = 75   // class T, and brands that were not vetted
	lowDay    = 2000 // likewise
	soleMin   = 15   // a sole proprietor's
	soleDay   = 1000

	perMinute = "AT&T, SMS messages a minute by message class (Telnyx, 10DLC Rate Limits & Throughput)"
	perDay    = "T-Mobile, messages a day by brand (AWS, 10DLC Campaign Types and Quotas; Bird, Throughput and Daily Caps)"
)

// LimitsOf returns what the carriers take from a practice's number at a moment. It reports false for a number that may not
// text, and for a toll-free one, which no carrier limits by brand or campaign.
func LimitsOf(practice string, facts []Fact, number string, moment time.Time) (Limits, bool) {
	held, ok := attachment(facts, number, moment)
	if !ok || !StandingOf(facts, number, moment).Approved {
		return Limits{}, false
	}
	campaign := StateOf(facts, Subject{CampaignKind, held.Campaign}, moment)
	brand := StateOf(facts, Subject{BrandKind, campaign.Filed.Campaign.Brand}, moment)
	minute, daily := rates(brand, campaign.Filed.Campaign)
	return Limits{
		PerMinute: Limit{Key: campaign.key(practice), Count: minute, Source: perMinute},
		PerDay:    Limit{Key: brand.key(practice), Count: daily, Source: perDay},
	}, true
}

func rates(brand State, c Campaign) (minute, daily int) {
	switch {
	case brand.Filed.Brand.Entity == SoleProprietor:
		return soleMin, soleDay
	case c.UseCase == LowVolume:
		return lowMinute, lowDay
	}
	mixed := c.UseCase == Mixed || c.UseCase == Marketing
	return band(ATT, mixed, brand.Notice.Score), band(TMobile, mixed, brand.Notice.Score)
}

func band(carrier string, mixed bool, score int) int {
	bands := Bands()
	at := slices.IndexFunc(bands, func(b Band) bool { return b.Carrier == carrier && b.Mixed == mixed && score >= b.Least })
	return bands[at].Count
}

// key is what a registration's texts count under: its id at the Campaign Registry, which several practices and providers of
// one brand share; where none is known, the provider's reference; else the practice's own id.
func (s State) key(practice string) string {
	switch {
	case s.Notice.Registry != "":
		return string(s.Subject.Kind) + "/registry/" + s.Notice.Registry
	case s.Notice.Reference != "":
		return fmt.Sprintf("%s/%s/%s", s.Subject.Kind, s.Notice.Provider, s.Notice.Reference)
	}
	return fmt.Sprintf("%s/practice/%q/%q", s.Subject.Kind, practice, s.Subject.ID)
}

// Day returns the day of T-Mobile's count that a moment falls into: from midnight to midnight, Pacific time, in UTC. It is
// an error where the system does not know the time zone.
func Day(moment time.Time) (from, to time.Time, err error) {
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		return time.Time{}, time.Time{}, fmt.Errorf("%w: the time zone America/Los_Angeles is not known here", ErrInvalid)
	}
	y, m, d := moment.In(pacific).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, pacific).UTC(), time.Date(y, m, d+1, 0, 0, 0, 0, pacific).UTC(), nil
}
