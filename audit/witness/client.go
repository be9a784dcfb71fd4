package witness

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/internal/https"
)

// ClientOptions adjusts a [Client]. The zero value is ready to use.
type ClientOptions struct {
	// RootCAs are the authorities whose certificates a witness may have. Defaults to those of the system.
	RootCAs *x509.CertPool
	// Timeout is how long a request may take; a notary waits as long. Defaults to five seconds.
	Timeout time.Duration
}

// Client shows a notary's heads to a witness over https, with TLS 1.3 and no other. It is for one log, implements Witness
// of package notary and may be used concurrently.
type Client struct {
	url     string
	witness note.Verifier
	http    *http.Client

	mu   sync.Mutex
	size int64  // what the witness kept when it was last asked
	kept string // the newest checkpoint that it cosigned, with the log's signature
}

// NewClient returns a client of the witness at an https address, which add-checkpoint is appended to, and whose
// cosignatures the verifier checks. O may be nil.
func NewClient(address string, witness note.Verifier, o *ClientOptions) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%w: a witness has an https address", ErrInvalid)
	}
	if witness == nil {
		return nil, fmt.Errorf("%w: a witness has a key", ErrInvalid)
	}
	if o == nil {
		o = &ClientOptions{}
	}
	if o.Timeout < 0 {
		return nil, fmt.Errorf("%w: Timeout is not negative", ErrInvalid)
	}
	c := &Client{url: u.JoinPath(addPath).String(), witness: witness}
	timeout := cmp.Or(o.Timeout, 5*time.Second)
	t := https.Transport(o.RootCAs, timeout)
	t.ForceAttemptHTTP2, t.MaxIdleConnsPerHost, t.IdleConnTimeout, t.MaxResponseHeaderBytes = true, 1, time.Minute, 16<<10
	c.http = https.Client(t)
	c.http.Timeout = timeout
	return c, nil
}

// Close ends connections that wait for a next request.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Checkpoint returns the newest checkpoint that the witness cosigned for this client, with both signatures: a kept
// checkpoint for Reader.Verify of package notary. It is empty before the first.
func (c *Client) Checkpoint() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept
}

// Show implements Witness of package notary. It asks at most three times, for the witness says what it keeps, and another
// notary of the log may show it a head in between. Errors wrap ErrContradicted of package notary, [ErrUnavailable], or
// what the witness does not take.
func (c *Client) Show(ctx context.Context, signed string, prove notary.Prove) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var moved *ConflictError
	for range 3 {
		proof, err := prove(ctx, c.size)
		if err != nil {
			return err
		}
		line, err := c.add(ctx, c.size, proof, signed)
		switch {
		case err == nil:
			return c.cosigned(signed, line)
		case !errors.As(err, &moved):
			return err
		case moved.Size == c.size:
			return fmt.Errorf("%w: another tree of %d leaves", notary.ErrContradicted, moved.Size)
		}
		c.size = moved.Size
	}
	return fmt.Errorf("%w: the size that it keeps does not stay", ErrUnavailable)
}

// cosigned checks what the witness answered. Lines of keys that nobody knows are passed over.
func (c *Client) cosigned(signed, lines string) error {
	text, _, _ := strings.Cut(signed, "\n\n")
	n, err := note.Open([]byte(signed+lines), note.VerifierList(c.witness))
	if err != nil || n.Text != text+"\n" {
		return fmt.Errorf("%w: its cosignature does not fit", ErrUnavailable)
	}
	size, err := parseSize(strings.SplitN(text+"\n\n", "\n", 3)[1])
	if err != nil {
		return err
	}
	c.size, c.kept = size, signed+lines
	return nil
}

// add makes one request.
func (c *Client) add(ctx context.Context, old int64, proof []tlog.Hash, signed string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(request(old, proof, signed)))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	answer, err := c.http.Do(req)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, answerLimit+1))
	if err != nil || len(body) > answerLimit {
		return "", fmt.Errorf("%w: its answer cannot be read", ErrUnavailable)
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return string(body), nil
	case http.StatusConflict:
		size, err := parseSize(strings.TrimSuffix(string(body), "\n"))
		if err != nil || answer.Header.Get("Content-Type") != sizeType {
			return "", fmt.Errorf("%w: a conflict without a size", ErrUnavailable)
		}
		return "", &ConflictError{Size: size}
	case http.StatusUnprocessableEntity:
		return "", fmt.Errorf("%w: the witness does not take the proof", notary.ErrContradicted)
	case http.StatusNotFound:
		return "", ErrUnknown
	case http.StatusForbidden:
		return "", ErrUnsigned
	case http.StatusBadRequest:
		return "", fmt.Errorf("%w: the witness does not understand the request", ErrInvalid)
	}
	return "", fmt.Errorf("%w: it answered %d", ErrUnavailable, answer.StatusCode)
}
