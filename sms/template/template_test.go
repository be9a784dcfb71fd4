package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
	"github.com/enamel-go/enamel/sms/segment"
	"github.com/enamel-go/enamel/sms/template"
)

// source returns a transactional template of one English body.
func source(body string) template.Source {
	return template.Source{
		ID: "mine", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{template.English: body},
	}
}

var setting = template.Setting{Practice: "Elm Street Dental", Hosts: []string{"texts.elm.example"}}

// token is a link of nothing but a token.
const token = "https://texts.elm.example/v/QTZK4W7XGPHV2N6RJSC3YDBLKF"

// values are good values of every type.
func values() template.Values {
	return template.Values{
		"clinician": "Dr. Sarah O'Hara", "first_name": "José", "date": "2026-12-08", "time": "09:30", "times": "09:30,10:15", "phone": "+12145550199",
		"code": "48392071", "answer": "C4", "link": token,
	}
}

func TestStandardTemplates(t *testing.T) {
	for _, s := range template.Standard() {
		made, err := template.New(s)
		require.NoError(t, err, s.ID)
		require.Equal(t, []template.Language{template.English, template.Spanish, template.French}, made.Languages())
		require.Equal(t, s, made.Source())
		for _, l := range made.Languages() {
			p, err := made.Preview(l, setting, false)
			require.NoError(t, err)
			require.Equal(t, segment.GSM7, p.Encoding, "%s %s: %q", s.ID, l, p.Foreign)
			require.LessOrEqual(t, p.Segments, 2, p.Text)
			v := template.Values{}
			for name, kind := range made.Variables(l) {
				v[name] = values()[string(kind)]
			}
			text, err := made.Render(l, setting, v)
			require.NoError(t, err, "%s %s", s.ID, l)
			require.True(t, strings.HasPrefix(text, setting.Practice))
		}
	}
}

func TestRenderWritesAsTheLanguageDoes(t *testing.T) {
	body := "{{practice}}: {{date}}, {{ time }}, {{phone}}, STOP to end."
	made, err := template.New(template.Source{ID: "x", Version: 3, Category: consent.Transactional, Bodies: map[template.Language]string{
		template.English: body, template.Spanish: body, template.French: body,
	}})
	require.NoError(t, err)
	for l, want := range map[template.Language]string{
		template.English: "Elm Street Dental: Sat, Aug 1, 2:05 PM, 214-555-0199, STOP to end.",
		template.Spanish: "Elm Street Dental: sab 1 de ago, 2:05 PM, 214-555-0199, STOP to end.",
		template.French:  "Elm Street Dental: sam 1 aout, 14 h 05, 214-555-0199, STOP to end.",
	} {
		got, err := made.Render(l, setting, template.Values{"date": "2026-08-01", "time": "14:05", "phone": "+12145550199"})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := made.Render(template.English, setting, template.Values{"date": "2026-08-01", "time": "00:00", "phone": "+493012345"})
	require.NoError(t, err)
	require.Equal(t, "Elm Street Dental: Sat, Aug 1, 12:00 AM, +493012345, STOP to end.", got)
}

// A list of times names each, or of many the first and the last.
func TestTimesOfADay(t *testing.T) {
	made, err := template.New(template.Source{ID: "x", Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
		template.English: "{{practice}}: at {{times}}, STOP to end.",
		template.Spanish: "{{practice}}: a las {{times}}, STOP to end.",
		template.French:  "{{practice}}: à {{times}}, STOP to end.",
	}})
	require.NoError(t, err)
	for _, c := range []struct{ reads, times, want string }{
		{"en-US", "09:30", "at 9:30 AM,"},
		{"EN", "09:30,14:00", "at 9:30 AM and 2:00 PM,"},
		{"es-MX", "09:30,10:00,11:15,12:00", "a las 9:30 AM, 10:00 AM, 11:15 AM y 12:00 PM,"},
		{"es", "09:30,10:00,11:15,12:00,13:45", "a las 9:30 AM a 1:45 PM,"},
		{"fr-CA", "09:30,10:00", "à 09 h 30 et 10 h 00,"},
		{"est", "09:30", "at 9:30 AM,"}, // Estonian
		{"", "09:30", "at 9:30 AM,"},
	} {
		text, err := made.Render(made.Language(c.reads, template.English), setting, template.Values{"times": c.times})
		require.NoError(t, err)
		require.Contains(t, text, c.want)
	}
}

// What is as long or as short as a type allows goes into its variable.
func TestValuesAtTheEdge(t *testing.T) {
	for kind, good := range map[string][]string{
		"clinician": {"Dr. " + strings.Repeat("a", 44)}, "first_name": {"J", strings.Repeat("a", 24)}, "code": {"1234"}, "answer": {"A", "Z999"},
		"link": {
			"https://texts.elm.example/QTZK4W7XGPHV2N6RJSC3YD", "https://texts.elm.example/vv/QTZK4W7XGPHV2N6RJSC3YD",
			"https://texts.elm.example/" + strings.Repeat("Q", 94),
		},
	} {
		made, err := template.New(source("{{practice}}: {{" + kind + "}} STOP to end."))
		require.NoError(t, err, kind)
		for _, value := range good {
			_, err := made.Render(template.English, setting, template.Values{kind: value})
			require.NoError(t, err, "%s %q", kind, value)
		}
	}
}

// Nothing but values of its form goes into a variable.
func TestValuesAreOfTheirType(t *testing.T) {
	for kind, bad := range map[string][]string{
		"practice":   {"", "Elm ", "4 + 4", "Elm/Oak", strings.Repeat("a", 65), "a b c d e f g h i"},
		"clinician":  {"", "root canal at 3 with Dr. Lee", "Dr. Lee, 14", "a b c d e", "\xff", "evil.com", "Dr. evil.com", "Dr. Lee.co"},
		"first_name": {"", "Ann and Bob", "Ann 14", "Ann\n", "Ann ", "'", "\u0301Ann", strings.Repeat("a", 25)},
		"date":       {"", "tomorrow", "12/08/2026", "2026-13-01", "2026-12-08 root canal"},
		"time":       {"", "9:30", "25:00", "09:30 extraction"},
		"times":      {"", ",,", "9:30", "09:30,", "09:30, 10:15", "10:15,09:30", "09:30,09:30", "09:30,extraction", "09:30,25:00"},
		"phone":      {"", "214-555-0199", "+1214555019a", "extraction"},
		"code":       {"", "123", "123456789", "D0001", "12 34"},
		"answer":     {"", "c4", "YES", "CANCEL", "STOP", "C1234", "4", "#14"},
		"link": {
			"", strings.Replace(token, "https", "http", 1), strings.Replace(token, "texts", "other", 1), token + "?patient=7", token + "#x", token + "/",
			strings.Replace(token, "://", "://u:p@", 1), strings.Replace(token, "example/", "example:99/", 1), strings.TrimPrefix(token, "https://"),
			strings.Replace(token, "example/", "example.evil.example/", 1), token + "\u200b", strings.Replace(token, "QT", "%72", 1), token[:len(token)-5],
			"https://texts.elm.example/ana-nunez", "https://texts.elm.example/2026-12-08", "https://texts.elm.example/patients/4711", "https://texts.elm.example/",
			strings.Replace(token, "/v/", "/ana/", 1), strings.Replace(token, "/v/", "/v/v/", 1), strings.Replace(token, "/v/", "//", 1), strings.Replace(token, "/v/", "/V/", 1),
			"v/QTZK4W7XGPHV2N6RJSC3YDBLKF", "https:///QTZK4W7XGPHV2N6RJSC3YDBLKF", "https://texts.elm.example/v/ana-nunez-1980-12-08-root-canal", token + strings.Repeat("x", 100),
		},
	} {
		made, err := template.New(source("{{practice}}: {{" + kind + "}} STOP to end."))
		require.NoError(t, err, kind)
		for _, value := range bad {
			s, v := setting, template.Values{kind: value}
			s.Hosts = append(s.Hosts, "")
			if kind == "practice" {
				s.Practice, v = value, nil
			}
			_, err := made.Render(template.English, s, v)
			require.ErrorIs(t, err, template.ErrInvalid, "%s %q", kind, value)
			if value != "" {
				require.NotContains(t, err.Error(), value)
			}
		}
		if kind == "practice" {
			continue
		}
		text, err := made.Render(template.English, setting, template.Values{kind: values()[kind]})
		require.NoError(t, err, kind)
		require.NotContains(t, text, "{{")
	}
}

func TestRenderRefuses(t *testing.T) {
	made, err := template.New(source("{{practice}}: hi {{first_name}}, see you. STOP to end."))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		language template.Language
		setting  template.Setting
		values   template.Values
	}{
		"another language":        {template.French, setting, template.Values{"first_name": "Ann"}},
		"no value":                {template.English, setting, nil},
		"a value of no variable":  {template.English, setting, template.Values{"first_name": "Ann", "date": "2026-01-01"}},
		"a value of the practice": {template.English, setting, template.Values{"first_name": "Ann", "practice": "Oak"}},
		"a value of no name":      {template.English, setting, template.Values{"first_name": "Ann", "": "Ann"}},
		"no practice":             {template.English, template.Setting{}, template.Values{"first_name": "Ann"}},
		"a practice of no name":   {template.English, template.Setting{Practice: "Elm\nStreet"}, template.Values{"first_name": "Ann"}},
		"a name that is a result": {template.English, setting, template.Values{"first_name": "Biopsy"}},
	} {
		_, err := made.Render(c.language, c.setting, c.values)
		require.ErrorIs(t, err, template.ErrInvalid, name)
	}
	family := setting
	family.People = []string{"Ann", "Bob"}
	_, err = made.Render(template.English, family, template.Values{"first_name": "Ann"})
	var refusal *template.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, []screen.Finding{{Class: screen.Person, What: "first name", Words: "Ann", Start: 22, End: 25}}, refusal.Findings)
	require.NotContains(t, err.Error(), "Ann")
}

func TestNewRefuses(t *testing.T) {
	good := source("{{practice}}: hello. STOP to end.")
	for name, change := range map[string]func(*template.Source){
		"no id":          func(s *template.Source) { s.ID = "" },
		"no version":     func(s *template.Source) { s.Version = 0 },
		"no category":    func(s *template.Source) { s.Category = "any" },
		"no body":        func(s *template.Source) { s.Bodies = nil },
		"empty body":     func(s *template.Source) { s.Bodies = map[template.Language]string{"en": ""} },
		"long body":      func(s *template.Source) { s.Bodies = map[template.Language]string{"en": strings.Repeat("x", 1601)} },
		"other language": func(s *template.Source) { s.Bodies = map[template.Language]string{"de": "x"} },
		"free text": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} {{text}} STOP to end"}
		},
		"no type": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} {{}} STOP to end"}
		},
		"a type's ending": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} {{update}} STOP to end"}
		},
		"words before a type": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} {{root canal_date}} STOP to end"}
		},
		"no end": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} {{date STOP to end"}
		},
		"no begin": func(s *template.Source) {
			s.Bodies = map[template.Language]string{"en": "{{practice}} date}} STOP to end"}
		},
		"no stop":     func(s *template.Source) { s.Bodies = map[template.Language]string{"en": "{{practice}}: hello"} },
		"no practice": func(s *template.Source) { s.Bodies = map[template.Language]string{"en": "Hello. STOP to end."} },
	} {
		s := good
		change(&s)
		_, err := template.New(s)
		require.ErrorIs(t, err, template.ErrInvalid, name)
	}
	made, err := template.New(good)
	require.NoError(t, err)
	good.Bodies["en"] = "changed"
	made.Source().Bodies["en"] = "changed"
	require.Equal(t, "{{practice}}: hello. STOP to end.", made.Source().Bodies["en"])
}

// A refusal says where in the body as it is written.
func TestARefusalSaysWhere(t *testing.T) {
	for body, want := range map[string]string{
		"{{practice}}: hi {{first_name}}, your root canal is {{date}}. STOP to end.": "root canal",
		"{{practice}}: #3-{{code}} STOP to end.":                                     "#3-{{code}}",
		"{{practice}}: x.example/v?dob={{date}} STOP to end.":                        "dob={{date}}",
		"{{practice}}: reply YES to confirm {{date}}. STOP to end.":                  "YES",
	} {
		_, err := template.New(source(body))
		var refusal *template.Refusal
		require.ErrorAs(t, err, &refusal, body)
		require.Equal(t, template.English, refusal.Language)
		var found []string
		for _, f := range refusal.Findings {
			require.Equal(t, f.Words, body[f.Start:f.End])
			found = append(found, f.Words)
		}
		require.Contains(t, found, want, body)
	}
}

func TestInitialsAreNoLink(t *testing.T) {
	made, err := template.New(source("{{practice}}: {{clinician}} sees you. STOP to end."))
	require.NoError(t, err)
	for _, name := range []string{"Dr. J.R. Lee", "Ana Lee D.D.S.", "Dra. María-José Núñez"} {
		_, err := made.Render(template.English, setting, template.Values{"clinician": name})
		require.NoError(t, err, name)
	}
}

func TestPreviewNamesWhatMakesItLonger(t *testing.T) {
	made, err := template.New(source("{{practice}}: “see you” – ☺ “soon” ☺ `. STOP to end."))
	require.NoError(t, err)
	p, err := made.Preview(template.English, setting, false)
	require.NoError(t, err)
	require.Equal(t, segment.UCS2, p.Encoding)
	var foreign string
	for _, f := range p.Foreign {
		foreign += string(f.Rune)
		require.True(t, strings.HasPrefix(p.Text[f.At:], string(f.Rune)))
	}
	require.Equal(t, "“”–☺`", foreign)
	p, err = made.Preview(template.English, setting, true)
	require.NoError(t, err)
	require.Len(t, p.Foreign, 1)
	require.Equal(t, '☺', p.Foreign[0].Rune)
	_, err = made.Preview(template.French, setting, true)
	require.ErrorIs(t, err, template.ErrInvalid)
	p, err = made.Preview(template.English, template.Setting{}, true)
	require.NoError(t, err)
	require.Greater(t, strings.Index(p.Text, ":"), 30, "a long name stands for the practice's")
}
