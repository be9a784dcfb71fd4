package twilio

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
)

// The table of error classes, by stage: what is done about a code depends on when it came.
func TestClassesByStage(t *testing.T) {
	for stage, classes := range map[sms.Stage]map[sms.Class]string{
		sms.AtSend: {
			sms.OptedOut:   "21610",
			sms.BadNumber:  "21211 21614 21635",
			sms.Filtered:   "30007",
			sms.BadSender:  "30032 30034 21606 21701 21703 21704 21705 30024",
			sms.Throttled:  "20429 21611 30001 30022",
			sms.DailyLimit: "30023 30027",
			sms.Unknown:    "20500",
			sms.Rejected:   "21602 21603 21604 21617 30003 99999 planted",
			sms.Expired:    "30012 30013",
		},
		sms.AtDelivery: {
			sms.OptedOut:   "21610",
			sms.BadNumber:  "21211 21614 21635 30005 30006",
			sms.Transient:  "30003 30008",
			sms.Blocked:    "30004",
			sms.Filtered:   "30007",
			sms.BadSender:  "30032 30034 30024",
			sms.Throttled:  "30001 30017 30022",
			sms.DailyLimit: "30023 30027",
			sms.Expired:    "30012 30013 30036",
			sms.Rejected:   "20429 99999",
		},
	} {
		for class, list := range classes {
			for _, code := range strings.Fields(list) {
				require.Equal(t, class, codes.Class(stage, code), "%s at %s", code, stage)
			}
		}
	}
}
