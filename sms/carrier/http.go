package carrier

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

// request is a message as it is offered over HTTP.
type request struct {
	Reference string `json:"reference"`
	From      string `json:"from"`
	To        string `json:"to"`
	Body      string `json:"body"`
	Validity  int64  `json:"validity_ms"`
}

// answer is what the network says of a request, a look-up or a reply.
type answer struct {
	ID     string     `json:"id,omitempty"`
	Found  bool       `json:"found,omitempty"`
	Status sms.Status `json:"status,omitempty"`
	Code   string     `json:"code,omitempty"`
}

// state is everything, for a page to show.
type state struct {
	Messages []Message         `json:"messages"`
	Threads  map[string][]Text `json:"threads"`
}

// Handler serves c to other processes:
//
//	POST /v1/messages              offers a message; 201 with its id, 422 with a code, 504 for a lost answer
//	GET  /v1/messages?reference=   looks one up
//	POST /v1/replies               writes a text from a phone: from, to, body
//	GET  /v1/state                 all messages and the thread of every phone
//
// Every request must show the carrier's token as a bearer. Serve it over TLS 1.3, or on a loopback address.
func Handler(c *Carrier) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/messages", c.serveSend)
	mux.HandleFunc("GET /v1/messages", c.serveFind)
	mux.HandleFunc("POST /v1/replies", c.serveReply)
	mux.HandleFunc("GET /v1/state", func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, c.state()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.knows(r.Header.Get("Authorization")) {
			respond(w, http.StatusUnauthorized, answer{Code: CodeUnregistered})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// knows compares digests, so that the time it takes tells nothing of the token, its length included.
func (c *Carrier) knows(authorization string) bool {
	shown, ok := strings.CutPrefix(authorization, "Bearer ")
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(c.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && c.token != ""
}

func (c *Carrier) serveSend(w http.ResponseWriter, r *http.Request) {
	var q request
	if !read(w, r, &q) {
		return
	}
	accepted, err := c.Send(r.Context(), sms.Message{
		Reference: q.Reference, From: q.From, To: q.To, Body: q.Body, Validity: time.Duration(q.Validity) * time.Millisecond,
	})
	var refused *sms.SendError
	switch {
	case err == nil:
		respond(w, http.StatusCreated, answer{ID: accepted.ID})
	case errors.As(err, &refused) && refused.Code != "":
		respond(w, http.StatusUnprocessableEntity, answer{Code: refused.Code})
	default:
		respond(w, http.StatusGatewayTimeout, answer{})
	}
}

func (c *Carrier) serveFind(w http.ResponseWriter, r *http.Request) {
	receipt, found, err := c.Find(r.Context(), sms.Message{Reference: r.URL.Query().Get("reference")})
	if err != nil {
		respond(w, http.StatusGatewayTimeout, answer{})
		return
	}
	respond(w, http.StatusOK, answer{ID: receipt.ID, Found: found, Status: receipt.Status, Code: receipt.Code})
}

func (c *Carrier) serveReply(w http.ResponseWriter, r *http.Request) {
	var q struct {
		From, To, Body string
		Pictures       int
	}
	if !read(w, r, &q) {
		return
	}
	id, err := c.ReplyPictures(q.From, q.To, q.Body, q.Pictures)
	if err != nil {
		respond(w, http.StatusUnprocessableEntity, answer{Code: CodeInvalid})
		return
	}
	respond(w, http.StatusCreated, answer{ID: id})
}

func (c *Carrier) state() state {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := state{Messages: make([]Message, 0, len(c.messages)), Threads: make(map[string][]Text, len(c.threads))}
	for _, m := range c.messages {
		s.Messages = append(s.Messages, *m)
	}
	for number, thread := range c.threads {
		s.Threads[number] = append([]Text(nil), thread...)
	}
	return s
}

// read reads a body of JSON, or answers that it cannot.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := wire.ReadBody(r)
	switch {
	case errors.Is(err, sms.ErrTooLarge):
		respond(w, http.StatusRequestEntityTooLarge, answer{Code: CodeInvalid})
	case err != nil || json.Unmarshal(body, into) != nil:
		respond(w, http.StatusBadRequest, answer{Code: CodeInvalid})
	default:
		return true
	}
	return false
}

func respond(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // who asked may be gone
}
