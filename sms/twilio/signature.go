package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's signature is an HMAC of SHA-1, in which no weakness is known
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// header carries the signature.
const header = "X-Twilio-Signature"

// read checks a webhook against the public addresses that it may have been called by, and returns its fields. Source of
// the scheme: twilio.com/docs/usage/security#validating-requests.
func (p *Provider) read(r *http.Request) (url.Values, error) {
	if p.inbound == "" && p.receipt == "" {
		return nil, fmt.Errorf("%w: no public address is configured", sms.ErrSignature)
	}
	if r.Method != http.MethodPost {
		return nil, fmt.Errorf("%w: a webhook is a POST", sms.ErrInvalid)
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 && len(r.PostForm) > 0 {
		return nil, fmt.Errorf("%w: the webhook's form was read before it came here, and what is signed is the form as it came", sms.ErrInvalid)
	}
	query := ""
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		query = "?" + r.URL.RawQuery
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var fields, signed url.Values
	switch kind {
	case "application/x-www-form-urlencoded":
		if fields, err = url.ParseQuery(string(body)); err != nil {
			return nil, fmt.Errorf("%w: the webhook's form cannot be read", sms.ErrInvalid)
		}
		signed = fields
	case "application/json":
		// The signature covers the address alone, and the address the body, by its digest.
		sum := sha256.Sum256(body)
		claimed, err := hex.DecodeString(r.URL.Query().Get("bodySHA256"))
		if err != nil || !hmac.Equal(claimed, sum[:]) {
			return nil, sms.ErrSignature
		}
		if fields, err = flat(body); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("%w: the webhook is neither a form nor JSON", sms.ErrInvalid)
	}
	ok := false
	for _, public := range []string{p.inbound, p.receipt} {
		if public != "" && p.fits(public+query, signed, r.Header.Values(header)) {
			ok = true
		}
	}
	if !ok {
		return nil, sms.ErrSignature
	}
	return fields, nil
}

// flat reads the strings of a JSON object.
func flat(body []byte) (url.Values, error) {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return nil, fmt.Errorf("%w: the webhook's JSON cannot be read", sms.ErrInvalid)
	}
	fields := url.Values{}
	for key, value := range object {
		if s, ok := value.(string); ok {
			fields.Set(key, s)
		}
	}
	return fields, nil
}

// fits reports whether one of the spellings of target, with the fields, has the signature. Both are computed whatever
// the first one says, so that the time it takes tells nothing.
func (p *Provider) fits(target string, fields url.Values, signatures []string) bool {
	if len(signatures) != 1 {
		return false
	}
	given, err := base64.StdEncoding.Strict().DecodeString(signatures[0])
	if err != nil {
		return false
	}
	ok := false
	for _, spelling := range spellings(target) {
		if hmac.Equal(given, sign(p.token, spelling, fields)) {
			ok = true
		}
	}
	return ok
}

// sign computes Twilio's signature: HMAC-SHA1 of the address and, for each key in order, the key and each of its
// different values in order.
func sign(token, target string, fields url.Values) []byte {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(target))
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		values := slices.Clone(fields[key])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			mac.Write([]byte(key))
			mac.Write([]byte(value))
		}
	}
	return mac.Sum(nil)
}

// spellings returns target with and without its port: Twilio signs either, and does not say which. The rest stays as
// it is, byte for byte.
func spellings(target string) [2]string {
	scheme, rest, _ := strings.Cut(target, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	user := authority[:strings.LastIndex(authority, "@")+1]
	host, port := authority[len(user):], ""
	if i := strings.LastIndex(host, ":"); i > strings.LastIndex(host, "]") {
		host, port = host[:i], host[i:]
	}
	if port == "" {
		port = ":443"
		if scheme == "http" {
			port = ":80"
		}
	}
	return [2]string{scheme + "://" + user + host + path, scheme + "://" + user + host + port + path}
}
