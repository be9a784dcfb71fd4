package cookie_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func Example() {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keys, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	choices, err := cookie.New(consentmem.NewCookies(entries), log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	register, err := cookie.NewRegister(
		cookie.Cookie{Name: "sid", Category: cookie.Session, Purpose: "Keeps you signed in."},
		cookie.Cookie{Name: "visits", Category: cookie.Analytics, Purpose: "Counts visits.", Lasts: 30 * 24 * time.Hour},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	key := make([]byte, 32) // the same in all processes; keep it where you keep your secrets
	_, _ = rand.Read(key)
	site, err := cookie.NewSite("elm-street", register, choices, key, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	home := site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"sid", "visits", "_ga"} {
			http.SetCookie(w, &http.Cookie{Name: name, Value: "1", Path: "/", Secure: true})
		}
	}))
	w := httptest.NewRecorder()
	home.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	for _, line := range w.Header().Values("Set-Cookie") {
		fmt.Println(line)
	}
	page, err := log.Leaves(context.Background(), audit.Query{Practice: "elm-street"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, entry := range page.Leaves {
		fmt.Println(entry.Outcome, entry.Action)
	}
	// Output:
	// sid=1; Path=/; Secure; SameSite=Lax
	// refused consent.cookie.unregistered
}

func ExampleLaw_Decide() {
	register, err := cookie.NewRegister(cookie.Cookie{Name: "visits", Category: cookie.Analytics, Purpose: "Counts visits."})
	if err != nil {
		fmt.Println(err)
		return
	}
	law, err := cookie.NewLaw(cookie.Promised())
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	yes := &cookie.Choice{ID: "c-1", Allowed: []cookie.Category{cookie.Analytics}, At: now, Shown: register.Fingerprint()}
	for _, f := range []cookie.Facts{
		{Name: "visits"},
		{Name: "visits", Choice: yes},
		{Name: "visits", Choice: yes, Signals: cookie.Signals{GlobalPrivacyControl: true}},
		{Name: cookie.Name},
	} {
		d := law.Decide(register, f, now)
		fmt.Println(d.Allowed, d.Rule, d.Why)
	}
	// Output:
	// false choice The visitor has not chosen yet.
	// true category The visitor has allowed it.
	// false gpc The browser sends Global Privacy Control.
	// true necessary The site does not work without it.
}
