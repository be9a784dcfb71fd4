package phone_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/phone"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		in, want string
		err      error
	}{
		"ten digits":             {in: "5125550142", want: "+15125550142"},
		"punctuation":            {in: " (512) 555-0142 ", want: "+15125550142"},
		"dots":                   {in: "512.555.0142", want: "+15125550142"},
		"leading one":            {in: "1 512 555 0142", want: "+15125550142"},
		"country code":           {in: "+1 512 555 0142", want: "+15125550142"},
		"code in brackets":       {in: "(+1) 512 555 0142", want: "+15125550142"},
		"no-break spaces":        {in: "512\u00a0555\u20110142", want: "+15125550142"},
		"copied from a page":     {in: "\u202a512 555 0142\u202c\u200b", want: "+15125550142"},
		"full width":             {in: "（５１２）５５５－０１４２", want: "+15125550142"},
		"tel link":               {in: "TEL:+1-512-555-0142", want: "+15125550142"},
		"extension":              {in: "512 555 0142 Ext. 12", want: "+15125550142"},
		"extension after x":      {in: "512-555-0142 x7", want: "+15125550142"},
		"extension of a link":    {in: "tel:+1-512-555-0142;ext=9", want: "+15125550142"},
		"letters":                {in: "1-800-FLOWERS", want: "+18003569377"},
		"abroad":                 {in: "+44 7400 123456", want: "+447400123456"},
		"abroad, with a trunk 0": {in: "+44 (0)7400 123456", want: "+447400123456"},
		"abroad, dialled":        {in: "011 44 7400 123456", want: "+447400123456"},
		"home, dialled":          {in: "011 1 512 555 0142", want: "+15125550142"},
		"fictional":              {in: "512-555-0100", want: "+15125550100"},
		"empty":                  {in: " \t", err: phone.ErrEmpty},
		"words":                  {in: "none", err: phone.ErrForm},
		"only a plus":            {in: "+", err: phone.ErrForm},
		"words before":           {in: "cell 512 555 0142", err: phone.ErrForm},
		"one letter":             {in: "512 555 o142", err: phone.ErrForm},
		"letters abroad":         {in: "+44 74 CALLNOW", err: phone.ErrForm},
		"two plus signs":         {in: "++15125550142", err: phone.ErrForm},
		"plus inside":            {in: "512+5550142", err: phone.ErrForm},
		"an e-mail address":      {in: "5125550142@example.com", err: phone.ErrForm},
		"other digits":           {in: "٥١٢٥٥٥٠١٤٢", err: phone.ErrForm},
		"NUL":                    {in: "5125550142\x00" + "1", err: phone.ErrForm},
		"not UTF-8":              {in: "512\xff5550142", err: phone.ErrForm},
		"very long":              {in: strings.Repeat("5125550142 ", 20), err: phone.ErrTooLong},
		"no area code":           {in: "555-0142", err: phone.ErrNoAreaCode},
		"nine digits":            {in: "512555014", err: phone.ErrTooShort},
		"nine with the code":     {in: "+1512555014", err: phone.ErrTooShort},
		"short code":             {in: "12345", err: phone.ErrTooShort},
		"eleven without one":     {in: "25125550142", err: phone.ErrTooLong},
		"twelve":                 {in: "151255501422", err: phone.ErrTooLong},
		"two numbers":            {in: "512 555 0142 / 512 555 0143", err: phone.ErrTooLong},
		"an operator's code":     {in: "001 512 555 0142", err: phone.ErrTooLong},
		"area code 555":          {in: "555 555 0142", err: phone.ErrAreaCode},
		"area code of a service": {in: "911 555 0142", err: phone.ErrAreaCode},
		"area code from 1":       {in: "112 555 0142", err: phone.ErrAreaCode},
		"reserved area code":     {in: "296 555 0142", err: phone.ErrAreaCode},
		"exchange from 1":        {in: "512 155 0142", err: phone.ErrExchange},
		"exchange of a service":  {in: "512 911 0142", err: phone.ErrExchange},
		"unknown country":        {in: "+999 1234 5678", err: phone.ErrCountry},
		"short abroad":           {in: "+44 12345", err: phone.ErrTooShort},
		"long abroad":            {in: "+44 1234 5678 9012 345", err: phone.ErrTooLong},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := phone.Parse(test.in)
			require.ErrorIs(t, err, test.err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestReasonsHoldNoDigit(t *testing.T) {
	for _, err := range []phone.Error{
		phone.ErrEmpty, phone.ErrForm, phone.ErrTooShort, phone.ErrTooLong, phone.ErrNoAreaCode, phone.ErrAreaCode,
		phone.ErrExchange, phone.ErrCountry, phone.ErrPremium, phone.ErrService,
	} {
		require.NotEmpty(t, err.Reason())
		require.False(t, strings.ContainsAny(err.Error(), "0123456789"), err.Error())
	}
}

func TestTextable(t *testing.T) {
	for number, want := range map[string]error{
		"+15125550142":     nil,
		"+18005550142":     nil, // toll-free numbers may take texts
		"+447400123456":    nil,
		"+19005550142":     phone.ErrPremium,
		"+979123456789":    phone.ErrPremium,
		"+15005550142":     phone.ErrService,
		"+16005550142":     phone.ErrService,
		"+80012345678":     phone.ErrService,
		"+1900":            phone.ErrForm,
		"5125550142":       phone.ErrForm,
		"":                 phone.ErrForm,
		"+":                phone.ErrForm,
		"whatsapp:+151255": phone.ErrForm,
	} {
		require.Equal(t, want, phone.Textable(number), number)
	}
}

func TestRegion(t *testing.T) {
	for number, want := range map[string]string{
		"+15125550142": "US", "+16045550142": "CA", "+17875550142": "PR", "+12425550142": "BS",
		"+18005550142": "", "+19005550142": "", "+447400123456": "", "+1512": "", "": "", "+15555550142": "",
	} {
		require.Equal(t, want, phone.Region(number), number)
	}
}

// Parsing must never panic, and what it returns must be E.164 and parse to itself.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"5125550142", "+1 (512) 555-0142 ext. 3", "1-800-FLOWERS", "011447400123456", "＋１2147223712", ";ext=9", "x1", "\xff", "+",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := phone.Parse(s)
		if err != nil {
			require.Empty(t, got)
			require.ErrorAs(t, err, new(phone.Error))
			return
		}
		require.Regexp(t, `^\+[1-9][0-9]{7,14}$`, got)
		again, err := phone.Parse(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
		_, _ = phone.Textable(got), phone.Region(got)
	})
}
