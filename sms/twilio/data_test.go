package twilio

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
)

// vector is a webhook with the verdict of Twilio's own libraries.
type vector struct {
	ID, Provider, Token, URL, Form, Signature string
	Params                                    map[string]any
	Valid                                     bool
}

// fields returns what was posted: a form, or parameters of one or several values.
func (v vector) fields(t *testing.T) url.Values {
	if v.Params == nil {
		form, err := url.ParseQuery(v.Form)
		require.NoError(t, err)
		return form
	}
	fields := url.Values{}
	for key, value := range v.Params {
		switch value := value.(type) {
		case string:
			fields.Add(key, value)
		case []any:
			for _, one := range value {
				fields.Add(key, one.(string))
			}
		default:
			t.Fatalf("%s: a value of type %T", v.ID, value)
		}
	}
	if v.Form != "" {
		form, err := url.ParseQuery(v.Form)
		require.NoError(t, err)
		require.Equal(t, fields, form, v.ID)
	}
	return fields
}

func TestVerdictsOfTwiliosLibraries(t *testing.T) {
	var valid, invalid, read int
	for _, file := range []string{"webhooks/published.jsonl", "webhooks/oracle_twilio.jsonl"} {
		for _, v := range vectors(t, file) {
			if v.Provider != "twilio" {
				continue
			}
			fields := v.fields(t)
			p := &Provider{token: v.Token}
			require.Equal(t, v.Valid, p.fits(v.URL, fields, []string{v.Signature}), v.ID)
			if v.Valid {
				valid++
			} else {
				invalid++
			}

			// And again as a request, where the address is one that may be configured.
			public, query, _ := strings.Cut(v.URL, "?")
			p, err := New("AC"+strings.Repeat("0", 32), v.Token, &Options{InboundURL: public})
			if err != nil {
				require.True(t, strings.HasPrefix(public, "http://"), v.ID)
				continue
			}
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fields.Encode()))
			r.URL.RawQuery = query
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", v.Signature)
			if _, err = p.ReadWebhook(r); v.Valid {
				require.NotErrorIs(t, err, sms.ErrSignature, v.ID)
			} else {
				require.ErrorIs(t, err, sms.ErrSignature, v.ID)
			}
			read++
		}
	}
	t.Logf("%d valid, %d invalid; %d of them read as requests", valid, invalid, read)
	require.Positive(t, valid)
	require.Positive(t, invalid)
}

func vectors(t *testing.T, name string) []vector {
	t.Helper()
	file, err := os.Open(shareddata.Path(t, name))
	require.NoError(t, err)
	defer file.Close()
	var out []vector
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var head struct{ Provider string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &head))
		if head.Provider != "twilio" {
			continue // other providers' rows have other shapes
		}
		var v vector
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		out = append(out, v)
	}
	require.NoError(t, lines.Err())
	return out
}
