package nanp

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/enamel-go/enamel/internal/phone"
)

// Valid reports whether number is a number of the plan in E.164 form, such as +15125550100: its area code is in use and its
// exchange possible. Whether anybody answers, only the carrier knows.
func Valid(number string) bool {
	parsed, err := phone.Parse(number)
	return err == nil && parsed == number && strings.HasPrefix(number, "+1")
}

// TollFree reports whether number has one of the plan's toll-free codes. Such a number is in no State and no zone.
func TollFree(number string) bool {
	area, ok := cut(number)
	return ok && slices.Contains(strings.Fields(tollFree), area)
}

// Zones returns the IANA names of all time zones that a number in E.164 form may be in. It returns none for a number
// that is not of the plan, or whose area code belongs to no place.
func Zones(number string) []string {
	if p := find(number); p != nil {
		return strings.Fields(p.zones)
	}
	return nil
}

// Regions returns the State or province of a number in E.164 form as ISO 3166-2 has it, such as US-FL or CA-ON, and in
// other countries the country, such as JM. Where an area code serves several, all of them are returned. It returns none for
// a number that is not of the plan, or whose area code belongs to no place.
func Regions(number string) []string {
	if p := find(number); p != nil {
		return strings.Fields(p.regions)
	}
	return nil
}

// Known reports whether a region, by its code as [Regions] returns it, has an area code of its own. A territory of the United
// States may go by the code that it has as a country, such as PR.
func Known(region string) bool {
	_, known := table().zones[own(region)]
	return known
}

// Within returns the IANA names of all time zones that a region has, by its code as [Known] takes it, in order. It returns
// none for a region that has no area code of its own.
func Within(region string) []string {
	return slices.Clone(table().zones[own(region)])
}

// Everywhere returns the IANA names of all time zones of the plan, in order.
func Everywhere() []string {
	var zones []string
	for _, p := range places {
		zones = append(zones, strings.Fields(p.zones)...)
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

// Plan answers as [Zones] and [Regions] do, in the form in which package sms asks. Its errors are nil.
type Plan struct{}

// Zones returns what the function of this name does.
func (Plan) Zones(_ context.Context, number string) ([]string, error) { return Zones(number), nil }

// Regions returns what the function of this name does.
func (Plan) Regions(_ context.Context, number string) ([]string, error) { return Regions(number), nil }

// own returns the code that [Regions] returns for a region.
func own(region string) string {
	switch region {
	case "AS", "GU", "MP", "PR", "VI":
		return "US-" + region
	}
	return region
}

// cut returns the area code of a number that has the plan's form.
func cut(number string) (area string, ok bool) {
	if len(number) != len("+15125550100") || number[:2] != "+1" || strings.Trim(number[2:], "0123456789") != "" {
		return "", false
	}
	return number[2:5], true
}

// find returns the place of a number, or nil.
func find(number string) *place {
	area, _ := cut(number)
	return table().areas[area]
}

// tables are the places by what they are asked for by.
type tables struct {
	areas map[string]*place   // by each of their area codes
	zones map[string][]string // the zones of each region, in order
}

var table = sync.OnceValue(func() tables {
	t := tables{map[string]*place{}, map[string][]string{}}
	for i := range places {
		p := &places[i]
		for _, area := range strings.Fields(p.codes) {
			t.areas[area] = p
		}
		for _, region := range strings.Fields(p.regions) {
			t.zones[region] = append(t.zones[region], strings.Fields(p.zones)...)
		}
	}
	for region, zones := range t.zones {
		slices.Sort(zones)
		t.zones[region] = slices.Compact(zones)
	}
	return t
})
