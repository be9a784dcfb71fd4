package template_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/segment"
	"github.com/enamel-go/enamel/sms/template"
)

func TestStandardTemplatesPass(t *testing.T) {
	setting := template.Setting{Practice: "Elm Street Dental"}
	for _, s := range template.Standard() {
		made, err := template.New(s)
		require.NoError(t, err, s.ID)
		require.Equal(t, []template.Language{template.English, template.Spanish, template.French}, made.Languages())
		require.Equal(t, s, made.Source())
		for _, l := range made.Languages() {
			p, err := made.Preview(l, setting, false)
			require.NoError(t, err)
			t.Log(p.Encoding, p.Segments, p.Units, p.Text)
			require.Equal(t, segment.GSM7, p.Encoding, "%s %s: %q", s.ID, l, p.Foreign)
			require.LessOrEqual(t, p.Segments, 2)
		}
	}
}

func TestWordings(t *testing.T) {
	_ = consent.Transactional
}
