package httpaudit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/httpaudit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func Example() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	must(err)
	log, err := audit.NewLog(auditmem.New(), keys, nil)
	must(err)
	who := func(*http.Request) (string, audit.Actor, bool) { // from the session, in a real server
		return "elm-street", audit.Actor{Kind: audit.Staff, ID: "u-17"}, true
	}
	middleware, err := httpaudit.New(log, who, nil)
	must(err)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /patients/{id}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a chart") })
	request := httptest.NewRequest(http.MethodGet, "/patients/p-204?tab=allergies", nil)
	request.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")
	middleware.Wrap(mux).ServeHTTP(httptest.NewRecorder(), request)

	page, err := log.Leaves(context.Background(), audit.Query{Practice: "elm-street"})
	must(err)
	entry, err := log.Open(context.Background(), page.Leaves[0])
	must(err)
	d := entry.Details
	fmt.Println(entry.Actor.ID, d["address"], d["browser"], d["system"], d["route"], d["feature"], d["status"])
	// Output: u-17 192.0.2.1 Firefox 132 Linux GET /patients/{id} patients 200
}
