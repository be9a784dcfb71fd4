package telnyx

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/wire"
)

const (
	signatureHeader = "Telnyx-Signature-Ed25519"
	timestampHeader = "Telnyx-Timestamp"

	// tolerance is how far a webhook's time may be from ours, both ways.
	tolerance = 5 * time.Minute
)

// read checks a webhook's signature and time, and returns its body. Source of the scheme: developers.telnyx.com,
// Receiving webhooks: the signature is over the timestamp, a bar, and the body as it came.
func (p *Provider) read(r *http.Request) ([]byte, error) {
	if p.public == nil {
		return nil, fmt.Errorf("%w: no public key is configured", sms.ErrSignature)
	}
	if r.Method != http.MethodPost {
		return nil, fmt.Errorf("%w: a webhook is a POST", sms.ErrInvalid)
	}
	body, err := wire.ReadBody(r)
	if err != nil {
		return nil, err
	}
	signatures, timestamps := r.Header.Values(signatureHeader), r.Header.Values(timestampHeader)
	if len(signatures) != 1 || len(timestamps) != 1 {
		return nil, sms.ErrSignature
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(signatures[0])
	if err != nil || !ed25519.Verify(p.public, append([]byte(timestamps[0]+"|"), body...), signature) {
		return nil, sms.ErrSignature
	}
	seconds, err := strconv.ParseInt(timestamps[0], 10, 64)
	if err != nil || p.now().Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return nil, fmt.Errorf("%w: its time is too far from ours", sms.ErrSignature)
	}
	return body, nil
}
