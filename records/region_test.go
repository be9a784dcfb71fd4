package records_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/records"
)

// What charts hold under State and Country is as people type it.
func TestTheRegionOfAnAddress(t *testing.T) {
	for address, region := range map[records.Address]string{
		{State: "FL", Country: "US"}:                   "US-FL",
		{State: " il", Country: "USA"}:                 "US-IL",
		{State: "Massachusetts", Country: "US"}:        "US-MA",
		{State: "new  york", Country: "United States"}: "US-NY",
		{State: "D.C.", Country: "U.S.A."}:             "US-DC",
		{State: "TX"}:                                  "US-TX",
		{State: "ON"}:                                  "CA-ON",
		{State: "Québec", Country: "Canada"}:           "CA-QC",
		{State: "PR", Country: "US"}:                   "US-PR",
		{State: "ON", Country: "US"}:                   "", // Ontario, California, perhaps
		{State: "FL", Country: "CA"}:                   "",
		{State: "Bayern", Country: "DE"}:               "",
		{State: "CA", Country: "DE"}:                   "",
		{State: "Somewhere", Country: "US"}:            "",
		{Country: "US"}:                                "",
		{}:                                             "",
	} {
		require.Equal(t, region, address.Region(), "%+v", address)
	}
}
