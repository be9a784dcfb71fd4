package carrier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

const (
	timestampHeader = "Carrier-Timestamp"
	signatureHeader = "Carrier-Signature"

	// tolerance is how far a webhook's time may be from the reader's, both ways.
	tolerance = 5 * time.Minute
	minSecret = 16 // bytes
)

// notice is a webhook's body.
type notice struct {
	Type      string     `json:"type"` // one of the two below: the one cannot be taken for the other
	ID        string     `json:"id"`
	From      string     `json:"from,omitempty"`
	To        string     `json:"to,omitempty"`
	Body      string     `json:"body,omitempty"`
	Pictures  int        `json:"pictures,omitempty"`
	Reference string     `json:"reference,omitempty"`
	Status    sms.Status `json:"status,omitempty"`
	Code      string     `json:"code,omitempty"`
	At        time.Time  `json:"at,omitzero"` // of a reply: when it was written
}

// The types of notices.
const (
	typeInbound = "inbound"
	typeReceipt = "receipt"
)

func inboundNotice(in sms.Inbound) notice {
	return notice{Type: typeInbound, ID: in.ID, From: in.From, To: in.To, Body: in.Body, Pictures: in.Media, At: in.At}
}

func receiptNotice(r sms.Receipt) notice {
	return notice{Type: typeReceipt, ID: r.ID, Reference: r.Reference, Status: r.Status, Code: r.Code}
}

// post tells an address, signed. Any answer but 2xx is an error.
func (c *Carrier) post(ctx context.Context, address string, n notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("carrier: webhook: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("carrier: webhook: %w", err)
	}
	at := strconv.FormatInt(c.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(timestampHeader, at)
	req.Header.Set(signatureHeader, hex.EncodeToString(sign(c.secret, at, body)))
	got, _, err := wire.Do(c.client, req, wire.MaxWebhook)
	if err == nil && got.Status/100 != 2 {
		err = errors.New("not taken")
	}
	return err
}

// sign computes a webhook's signature.
func sign(secret []byte, at string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// reader reads webhooks. It may be used concurrently.
type reader struct {
	secret []byte
	now    func() time.Time
}

// ReadWebhook reads a webhook of a reply or a receipt. The request's body must not have been read before.
func (r *reader) ReadWebhook(req *http.Request) ([]sms.Event, error) {
	n, err := r.read(req)
	if err != nil {
		return nil, err
	}
	switch n.Type {
	case typeInbound:
		if n.ID == "" || n.From == "" || n.To == "" || strings.Contains(n.ID+n.From+n.To, "\x00") {
			return nil, fmt.Errorf("%w: the webhook names no message, sender or recipient", sms.ErrInvalid)
		}
		if n.Pictures < 0 {
			return nil, fmt.Errorf("%w: the webhook counts fewer than no pictures", sms.ErrInvalid)
		}
		body := strings.ReplaceAll(n.Body, "\x00", "\uFFFD") // which no store keeps
		return []sms.Event{{Inbound: &sms.Inbound{Provider: name, ID: n.ID, From: n.From, To: n.To, Body: body, Media: n.Pictures, At: n.At.UTC()}}}, nil
	case typeReceipt:
		if n.ID == "" || n.Status.Rank() == 0 || strings.Contains(n.ID+n.Reference+n.Code, "\x00") {
			return nil, fmt.Errorf("%w: the webhook names no message or status", sms.ErrInvalid)
		}
		m := Message{ID: n.ID, Reference: n.Reference}
		receipt := m.receipt(n.Status, n.Code)
		return []sms.Event{{Receipt: &receipt}}, nil
	}
	return nil, fmt.Errorf("%w: the webhook is neither a reply nor a receipt", sms.ErrInvalid)
}

// read checks the signature and the time, and reads a notice.
func (r *reader) read(req *http.Request) (notice, error) {
	if len(r.secret) < minSecret {
		return notice{}, fmt.Errorf("%w: no secret is configured", sms.ErrSignature)
	}
	if req.Method != http.MethodPost {
		return notice{}, fmt.Errorf("%w: a webhook is a POST", sms.ErrInvalid)
	}
	body, err := wire.ReadBody(req)
	if err != nil {
		return notice{}, err
	}
	at := req.Header.Get(timestampHeader)
	given, err := hex.DecodeString(req.Header.Get(signatureHeader))
	if err != nil || !hmac.Equal(given, sign(r.secret, at, body)) {
		return notice{}, sms.ErrSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || r.now().Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return notice{}, fmt.Errorf("%w: its time is too far from ours", sms.ErrSignature)
	}
	var n notice
	if json.Unmarshal(body, &n) != nil {
		return notice{}, fmt.Errorf("%w: the webhook's JSON cannot be read", sms.ErrInvalid)
	}
	return n, nil
}
