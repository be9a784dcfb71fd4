package keyword_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
)

// TestWhatATextBeginsWith: who says the word first has said it, whatever comes behind, unless it goes on to what shall stop.
func TestWhatATextBeginsWith(t *testing.T) {
	for want, bodies := range map[keyword.Word][]string{
		keyword.Stop: {
			"stop!! I already paid", "STOP\nSent from my iPhone", "Stop. My tooth hurts", "Please stop. I have had enough of it", "opt-out. I moved",
			"Quit! I paid already", "Revoke\nAna", "Stop all (I moved)", "Alto! ya pagué", "Arrêt. Je change de dentiste", "stop: I am somebody else's patient",
			"STOP my tooth hurts", "STOP I am at another dentist", "STOP it hurts", "STOP hurts", "STOP, my tooth hurts", "Please STOP my tooth hurts",
			"UNSUBSCRIBE I moved", "OPT OUT I moved", "OPTOUT I moved", "STOPALL i moved", "QUIT I moved", "STOP my ACHING tooth hurts",
		},
		keyword.Review: {
			"stop and call me instead", "no more", "No more, thanks", "stop it hurts", "STOP MY TOOTH HURTS", "stop my autopay", "Stop ok see you tomorrow",
			"STOP by at 3", "STOP sign on Main", "STOP the autopay", "STOP charging me", "STOP her appointments", "STOP 2 of them", "STOP until Monday",
			"STOP my antibiotics?", "STOP? why", "Stop! haha", "STOP I love it haha", "“STOP” is what it says", "STOP but keep my appointment",
			"Cancel. I moved", "Cancel\nSent from my iPhone", "END\nSent from my iPhone", "ALTO ya pagué", "ARRÊT je change de dentiste",
		},
		keyword.None: {
			"stop by at 3", "Stop sign on Main", "stop the antibiotics now", "stop charging me", "Stop my antibiotics?", "don't STOP my treatment",
			"no more than ten minutes", "QUIT smoking last year", "CANCEL my appointment", "END of the month works", "OPT OUT of the x-rays please",
			"I had to STOP my treatment", "bus stop. Near it", "the end. bye",
		},
		keyword.Narrow:   {"STOP sending me coupons", "STOP offers please"},
		keyword.Stranger: {"STOP this is not Rosa"},
	} {
		for _, body := range bodies {
			require.Equal(t, want, keyword.Understand(body).Asks, "%q", body)
		}
	}
}
