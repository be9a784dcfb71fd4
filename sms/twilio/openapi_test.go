package twilio_test

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/shareddata"
)

// schema is the part of an OpenAPI schema that a form's field can break.
type schema struct {
	Type       string
	Format     string
	Pattern    string
	Enum       []string
	MaxLength  *int   `json:"maxLength"`
	MinLength  *int   `json:"minLength"`
	Ref        string `json:"$ref"`
	Required   []string
	Properties map[string]schema
	AllOf      []schema `json:"allOf"`
	AnyOf      []schema `json:"anyOf"`
}

type openAPI struct {
	Paths map[string]struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			} `json:"requestBody"`
		}
	}
	Components struct{ Schemas map[string]schema }
}

// strict checks a request to send against Twilio's own description with the documented rules added.
func strict(t *testing.T, form url.Values) {
	t.Helper()
	data := shareddata.Read(t, "openapi/twilio_messages_strict.json")
	var doc openAPI
	require.NoError(t, json.Unmarshal(data, &doc))
	create := doc.Paths["/2010-04-01/Accounts/{AccountSid}/Messages.json"].Post.RequestBody.
		Content["application/x-www-form-urlencoded"].Schema
	require.NotEmpty(t, create.Properties)
	require.NotEmpty(t, create.AllOf)
	require.True(t, complete(create, form), "a required field is missing")
	for key, values := range form {
		property, known := create.Properties[key]
		require.True(t, known, "Twilio knows no %s", key)
		if property.Ref != "" {
			property = doc.Components.Schemas[filepath.Base(property.Ref)]
		}
		require.Len(t, values, 1)
		property.check(t, key, values[0])
	}
}

// complete reports whether form has the fields that s requires, as its alternatives allow.
func complete(s schema, form url.Values) bool {
	has := func(key string) bool { return form.Get(key) != "" }
	for _, key := range s.Required {
		if !has(key) {
			return false
		}
	}
	for _, all := range s.AllOf {
		if !complete(all, form) {
			return false
		}
	}
	return len(s.AnyOf) == 0 || slices.ContainsFunc(s.AnyOf, func(any schema) bool { return complete(any, form) })
}

func (s schema) check(t *testing.T, key, value string) {
	t.Helper()
	switch s.Type {
	case "integer":
		_, err := strconv.Atoi(value)
		require.NoError(t, err, key)
	case "boolean":
		require.Contains(t, []string{"true", "false"}, value, key)
	}
	if s.Format == "uri" {
		u, err := url.ParseRequestURI(value)
		require.NoError(t, err, key)
		require.NotEmpty(t, u.Host, key)
	}
	if s.Pattern != "" {
		require.Regexp(t, regexp.MustCompile(s.Pattern), value, key)
	}
	if len(s.Enum) > 0 {
		require.Contains(t, s.Enum, value, key)
	}
	if s.MaxLength != nil {
		require.LessOrEqual(t, utf8.RuneCountInString(value), *s.MaxLength, key)
	}
	if s.MinLength != nil {
		require.GreaterOrEqual(t, utf8.RuneCountInString(value), *s.MinLength, key)
	}
}

// The check itself must refuse what the description refuses.
func TestStrictCheckRefuses(t *testing.T) {
	data := shareddata.Read(t, "openapi/twilio_messages_strict.json")
	var doc openAPI
	require.NoError(t, json.Unmarshal(data, &doc))
	create := doc.Paths["/2010-04-01/Accounts/{AccountSid}/Messages.json"].Post.RequestBody.
		Content["application/x-www-form-urlencoded"].Schema
	require.True(t, complete(create, url.Values{"To": {to}, "From": {from}, "Body": {"b"}}))
	require.False(t, complete(create, url.Values{"From": {from}, "Body": {"b"}}))
	require.False(t, complete(create, url.Values{"To": {to}, "Body": {"b"}}))
	require.False(t, complete(create, url.Values{"To": {to}, "From": {from}}))
}
