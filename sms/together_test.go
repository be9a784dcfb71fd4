package sms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
)

func TestTogether(t *testing.T) {
	visit := func(id, number string, start time.Time) sms.Visit {
		return sms.Visit{Practice: practice, Appointment: id, Number: number, Zone: "America/Chicago", Start: start, Active: true}
	}
	evening := time.Date(2026, 3, 3, 23, 30, 0, 0, zone(t, "America/Chicago"))
	visits := []sms.Visit{
		visit("second", patient, noon.Add(time.Hour)),
		visit("first", patient, noon),
		visit("next day", patient, evening.Add(time.Hour)), // the same day in UTC
		visit("evening", patient, evening),
		visit("another phone", "+12125550101", noon),
		visit("elsewhere", patient, noon),
		visit("cancelled", patient, noon),
		visit("no phone", "", noon),
		visit("nowhere", patient, noon.Add(-time.Hour)),
	}
	visits[5].Practice, visits[6].Active, visits[8].Zone = "oak-street", false, "America/Nowhere"
	given := slices.Clone(visits)
	var got []string
	for _, group := range sms.Together(visits) {
		var ids []string
		for _, v := range group {
			ids = append(ids, v.Appointment)
		}
		got = append(got, strings.Join(ids, ", "))
	}
	require.Equal(t, []string{"nowhere", "first, second, evening", "another phone", "elsewhere", "next day"}, got)
	require.Equal(t, given, visits, "what is given stays as it is")
	require.Empty(t, sms.Together(nil))
}
