package cookie

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Name is the cookie in which a visitor's browser carries the choice. The prefix makes browsers keep it to this host,
// so that no neighbour under the same domain can set it. It is first set when a visitor chooses: who has chosen nothing
// has no id.
const Name = "__Host-cookie-choice"

// ours is the register's entry of the choice itself.
func ours() Cookie {
	return Cookie{
		Name: Name, Category: Session, Lasts: holds, Path: "/",
		Purpose: "Remembers which cookies you allowed, so that you are not asked again.",
		Translated: map[string]string{
			"es": "Recuerda qué cookies permitió, para no volver a preguntarle.",
			"fr": "Retient les cookies que vous avez autorisés, pour ne pas vous le redemander.",
		},
	}
}

// mark is the JSON that [Name] carries. Its names are part of what browsers hold: add, never rename.
type mark struct {
	ID      string     `json:"i"`
	Visitor string     `json:"v"`
	Allowed []Category `json:"a,omitempty"`
	At      int64      `json:"t"` // microseconds since 1970
	Shown   string     `json:"s,omitempty"`
}

// signer writes and reads marks of one practice.
type signer struct {
	practice string
	codes    []coder // the first one writes, all of them read
}

// coder authenticates what a mark says. It is a function, so that whoever prints a [Site] prints no key.
type coder func(said string) []byte

// newCoder takes the practice into what is authenticated, so that one practice's choice is none at another.
func newCoder(practice string, key []byte) coder {
	key = bytes.Clone(key)
	return func(said string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte("enamel/cookie/1\n" + practice + "\n" + said)) // what is said has no line feed
		return h.Sum(nil)
	}
}

var encoding = base64.RawURLEncoding.Strict()

// write returns a choice as the cookie's value: the JSON and its code, a full stop between.
func (s signer) write(c Choice) string {
	raw, _ := json.Marshal(mark{c.ID, c.Visitor, c.Allowed, c.At.UnixMicro(), c.Shown}) // strings and numbers always have a JSON form
	said := encoding.EncodeToString(raw)
	return said + "." + encoding.EncodeToString(s.codes[0](said))
}

// read returns the choice that a cookie's value carries: its ID, Practice, Visitor, Allowed, At and Shown. Whatever was
// not written under one of the keys is no choice.
func (s signer) read(value string) (Choice, bool) {
	said, code, found := strings.Cut(value, ".")
	given, err := encoding.DecodeString(code)
	if !found || err != nil || !s.signed(said, given) {
		return Choice{}, false
	}
	raw, err := encoding.DecodeString(said)
	if err != nil {
		return Choice{}, false
	}
	var m mark
	if err := json.Unmarshal(raw, &m); err != nil {
		return Choice{}, false
	}
	return Choice{
		ID: m.ID, Practice: s.practice, Visitor: m.Visitor, Allowed: ordered(m.Allowed),
		At: time.UnixMicro(m.At).UTC(), Shown: m.Shown,
	}, true
}

func (s signer) signed(said string, code []byte) bool {
	return slices.ContainsFunc(s.codes, func(c coder) bool { return hmac.Equal(code, c(said)) })
}

// cookie returns a choice as the browser is to keep it.
func (s signer) cookie(c Choice) *http.Cookie {
	return &http.Cookie{
		Name: Name, Value: s.write(c), Path: "/", MaxAge: int(holds / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
