package cookie

import (
	"fmt"
	"io"
	"net/http"

	"github.com/enamel-go/enamel/internal/civil"
)

// Date is a date of the calendar.
type Date = civil.Date

// GPCPath is where a browser looks for [GPC].
const GPCPath = "/.well-known/gpc.json"

// GPC returns the handler of [GPCPath]: the statement that the site abides by Global Privacy Control, as it has since the
// date (W3C Global Privacy Control, "GPC Support Resource"). A date that the calendar does not have is refused.
func GPC(since Date) (http.Handler, error) {
	if !since.Valid() {
		return nil, fmt.Errorf("%w: the statement on Global Privacy Control has no date", ErrInvalid)
	}
	body := `{"gpc":true,"lastUpdate":"` + since.String() + `"}`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This statement can only be read.", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body) // a client that has gone reads nothing
	}), nil
}
