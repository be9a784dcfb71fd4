package sms

import (
	"slices"
	"time"
)

// Together groups the visits that one reminder can serve: those of one number at one practice on one day, by the practice's
// clock. A family's phone is texted once for its day, and the text names nobody of it. Each group is in the order of its
// visits, and the groups in the order of their first. Visits without a number and those that do not stand are in none; one
// whose time zone is not known here is alone.
func Together(visits []Visit) [][]Visit {
	type day struct {
		practice, number string
		date             string
	}
	visits = slices.DeleteFunc(slices.Clone(visits), func(v Visit) bool { return !v.Active || v.Number == "" })
	slices.SortStableFunc(visits, func(a, b Visit) int { return a.Start.Compare(b.Start) })
	at := map[day]int{}
	var groups [][]Visit
	for _, v := range visits {
		zone, err := time.LoadLocation(v.Zone)
		if err != nil {
			groups = append(groups, []Visit{v})
			continue
		}
		d := day{v.Practice, v.Number, v.Start.In(zone).Format(time.DateOnly)}
		i, known := at[d]
		if !known {
			i, at[d] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}
