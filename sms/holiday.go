package sms

import "time"

// date is a day of the calendar with what holidays are told by.
type date struct {
	year    int
	month   time.Month
	day     int
	weekday time.Weekday
}

// dateOf returns the date that is so many days after January 1, 1970.
func dateOf(days int64) date {
	t := time.Unix(days*secondsADay, 0).UTC()
	year, month, day := t.Date()
	return date{year, month, day, t.Weekday()}
}

// feast is a holiday as a row of data: a day of a month, or the weekday that falls within some days of it. A feast
// without a month is counted from Easter.
type feast struct {
	month    time.Month
	from, to int
	weekday  time.Weekday // where from and to differ
	even     bool         // in even years alone
}

func (f feast) is(d date) bool {
	switch {
	case f.even && d.year%2 != 0:
		return false
	case f.month == 0:
		return d == dateOf(easter(d.year)+int64(f.from))
	case f.month != d.month || d.day < f.from || d.day > f.to:
		return false
	}
	return f.from == f.to || f.weekday == d.weekday
}

// calendar is a jurisdiction's holidays, and on which day those that fall on a weekend are kept too. The days themselves
// count as well: whatever a statute means, nothing leaves on either.
type calendar struct {
	feasts [][]feast
	friday bool // for one that falls on a Saturday
	monday bool // for one that falls on a Sunday
}

// has reports whether a day, counted from January 1, 1970, is a holiday.
func (c calendar) has(days int64) bool {
	d := dateOf(days)
	return c.falls(d) ||
		c.monday && d.weekday == time.Monday && c.falls(dateOf(days-1)) ||
		c.friday && d.weekday == time.Friday && c.falls(dateOf(days+1))
}

func (c calendar) falls(d date) bool {
	for _, list := range c.feasts {
		for _, f := range list {
			if f.is(d) {
				return true
			}
		}
	}
	return false
}

// federal are the legal public holidays of the United States (5 U.S.C. 6103(a)).
var federal = []feast{
	{month: time.January, from: 1, to: 1},
	{month: time.January, from: 15, to: 21, weekday: time.Monday},
	{month: time.February, from: 15, to: 21, weekday: time.Monday},
	{month: time.May, from: 25, to: 31, weekday: time.Monday},
	{month: time.June, from: 19, to: 19},
	{month: time.July, from: 4, to: 4},
	{month: time.September, from: 1, to: 7, weekday: time.Monday},
	{month: time.October, from: 8, to: 14, weekday: time.Monday},
	{month: time.November, from: 11, to: 11},
	{month: time.November, from: 22, to: 28, weekday: time.Thursday},
	{month: time.December, from: 25, to: 25},
}

// The holidays that several jurisdictions share.
var (
	mardiGras    = feast{from: -47}
	goodFriday   = feast{from: -2}
	electionDay  = feast{month: time.November, from: 2, to: 8, weekday: time.Tuesday}
	evenElection = feast{month: time.November, from: 2, to: 8, weekday: time.Tuesday, even: true}
)

// calendars are the legal holidays by jurisdiction: the federal ones, and those of the States' own, as dnc.com lists them for
// telemarketing and vicifast names them. A day that one list has and another has not is kept. What a governor proclaims in
// the course of a year, as Louisiana's does, is not here.
var calendars = map[string]calendar{
	"US-AL": {monday: true, friday: true, feasts: [][]feast{federal, {
		mardiGras,
		{month: time.April, from: 22, to: 28, weekday: time.Monday},
		{month: time.June, from: 1, to: 7, weekday: time.Monday},
		{month: time.December, from: 1, to: 1},
	}}},
	"US-LA": {monday: true, friday: true, feasts: [][]feast{federal, {
		mardiGras,
		goodFriday,
		evenElection,
		{month: time.January, from: 8, to: 8},
		{month: time.January, from: 19, to: 19},
		{month: time.June, from: 3, to: 3},
		{month: time.August, from: 30, to: 30},
		{month: time.November, from: 1, to: 1},
		{month: time.November, from: 23, to: 29, weekday: time.Friday},
	}}},
	"US-MS": {monday: true, friday: true, feasts: [][]feast{federal, {{month: time.April, from: 24, to: 30, weekday: time.Monday}}}},
	"US-PA": {monday: true, friday: true, feasts: [][]feast{federal, {
		goodFriday,
		electionDay,
		{month: time.June, from: 14, to: 14},
		{month: time.December, from: 15, to: 15},
	}}},
	"US-RI": {monday: true, friday: true, feasts: [][]feast{federal, {
		evenElection,
		{month: time.May, from: 4, to: 4},
		{month: time.August, from: 8, to: 14, weekday: time.Monday},
	}}},
	"US-UT": {monday: true, friday: true, feasts: [][]feast{federal, {{month: time.July, from: 24, to: 24}}}},
	"CA-BC": {monday: true, feasts: [][]feast{{
		goodFriday,
		{month: time.January, from: 1, to: 1},
		{month: time.February, from: 15, to: 21, weekday: time.Monday},
		{month: time.May, from: 18, to: 24, weekday: time.Monday},
		{month: time.July, from: 1, to: 1},
		{month: time.August, from: 1, to: 7, weekday: time.Monday},
		{month: time.September, from: 1, to: 7, weekday: time.Monday},
		{month: time.September, from: 30, to: 30},
		{month: time.October, from: 8, to: 14, weekday: time.Monday},
		{month: time.November, from: 11, to: 11},
		{month: time.December, from: 25, to: 25},
	}}},
}

// easter returns the day of Easter of a year, counted from January 1, 1970: the Sunday after the first full moon of
// spring, by the Gregorian calendar's tables.
func easter(year int) int64 {
	golden := year%19 + 1
	century := year/100 + 1
	skipped := 3*century/4 - 12       // leap days that the calendar leaves out
	moon := (8*century+5)/25 - 5      // the correction of the moon's cycle
	sunday := 5*year/4 - skipped - 10 // its remainder by seven gives March's Sundays
	epact := ((11*golden+20+moon-skipped)%30 + 30) % 30
	if epact == 25 && golden > 11 || epact == 24 {
		epact++
	}
	full := 44 - epact
	if full < 21 {
		full += 30
	}
	full += 7 - (sunday+full)%7
	return time.Date(year, time.March, full, 0, 0, 0, 0, time.UTC).Unix() / secondsADay
}
