package bandwidth

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
			sms.BadNumber: "to",
			sms.BadSender: "from",
			sms.Expired:   "expiration",
			sms.Rejected:  "text 4775 request-validation",
		},
		sms.AtDelivery: {
			sms.OptedOut:   "4775 4475",
			sms.Blocked:    "4482",
			sms.BadNumber:  "4303 4404 4406 4720 4721 4790",
			sms.Transient:  "4701 4702",
			sms.Unknown:    "9902 9999 5106",
			sms.Filtered:   "4470 4770 4771",
			sms.BadSender:  "4403 4773 4774 4795",
			sms.Throttled:  "4781 4785 5600",
			sms.DailyLimit: "4780",
			sms.Rejected:   "4301 4302 400 to",
			sms.Expired:    "4360",
		},
	} {
		for class, list := range classes {
			for _, code := range strings.Fields(list) {
				require.Equal(t, class, classOf(stage, code), "%s at %s", code, stage)
			}
		}
	}
}

func classOf(stage sms.Stage, code string) sms.Class {
	if stage == sms.AtDelivery {
		return failed(code)
	}
	return codes.Class(stage, code)
}
