package telnyx

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
			sms.OptedOut:  "40300",
			sms.BadNumber: "40001 40012 40310",
			sms.Filtered:  "40002 40003 40009 40015",
			sms.BadSender: "40013 40010 10009",
			sms.Throttled: "40011 40333 10011",
			sms.Unknown:   "10007",
			sms.Rejected:  "10015 10004 40004 99999",
			sms.Expired:   "40014",
		},
		sms.AtDelivery: {
			sms.OptedOut:  "40300",
			sms.BadNumber: "40001 40012",
			sms.Transient: "40004 40006 40008",
			sms.Filtered:  "40002 40003 40009 40015",
			sms.BadSender: "40013 40010",
			sms.Throttled: "40011",
			sms.Expired:   "40005 40014",
			sms.Rejected:  "10009 99999",
		},
	} {
		for class, list := range classes {
			for _, code := range strings.Fields(list) {
				require.Equal(t, class, codes.Class(stage, code), "%s at %s", code, stage)
			}
		}
	}
}
