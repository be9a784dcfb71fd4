package transit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
)

// What is read at most, in bytes.
const (
	maxCiphertext = 8 << 10
	maxToken      = 16 << 10
)

var (
	errNoAnswer = unavailable("the answer is not one of Vault's or OpenBao's")
	errAltered  = fmt.Errorf("%w: transit: a wrapped key", crypto.ErrAuth)
)

func unavailable(why string) error { return fmt.Errorf("%w: transit: %s", crypto.ErrUnavailable, why) }

// request is what encrypt, decrypt and rewrap take. Bytes are sent in Base64.
type request struct {
	Plaintext  []byte `json:"plaintext,omitempty"`
	Ciphertext string `json:"ciphertext,omitempty"`
	Context    []byte `json:"context,omitempty"`
}

// data is what they answer with.
type data struct {
	Plaintext  []byte `json:"plaintext"`
	Ciphertext string `json:"ciphertext"`
	KeyVersion int    `json:"key_version"`
}

// call makes one request.
func (m *Manager) call(ctx context.Context, operation string, body request) (data, error) {
	token, err := m.token(ctx)
	if err != nil {
		return data{}, fmt.Errorf("%w: transit: no token: %w", crypto.ErrUnavailable, err)
	}
	if !isToken(token) {
		return data{}, unavailable("what was given as the token is none")
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return data{}, fmt.Errorf("%w: transit: the request cannot be made", crypto.ErrInvalid)
	}
	address := m.base + "/v1/" + m.mount + "/" + operation + "/" + m.name
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(sent))
	if err != nil {
		return data{}, fmt.Errorf("%w: transit: the request cannot be made", crypto.ErrInvalid)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Vault-Request", "true")
	req.Header.Set("X-Vault-Token", token)
	if m.namespace != "" {
		req.Header.Set("X-Vault-Namespace", m.namespace)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return data{}, broken(ctx, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, remote.MaxAnswer+1))
	defer clear(answer)
	switch {
	case err != nil || ctx.Err() != nil: // where both sides end at once half an answer looks like a whole one
		return data{}, broken(ctx, err)
	case len(answer) > remote.MaxAnswer:
		return data{}, errNoAnswer
	case resp.StatusCode != http.StatusOK:
		return data{}, refusal(resp.StatusCode, answer)
	}
	var got struct {
		Data data `json:"data"`
	}
	if json.Unmarshal(answer, &got) != nil {
		return data{}, errNoAnswer
	}
	return got.Data, nil
}

// isToken reports whether a token can stand in a header.
func isToken(token string) bool {
	return token != "" && len(token) <= maxToken && strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// broken is the error of a request without an answer.
func broken(ctx context.Context, err error) error {
	if ended := remote.Ended(ctx, "transit"); ended != nil {
		return ended
	}
	return cmp.Or(remote.Broken("transit", err), unavailable("the connection broke"))
}

// phrases are parts of what the servers say, and what that means. They are in the sources of both, in
// builtin/logical/transit and sdk/helper/keysutil, unchanged for years.
var phrases = []struct {
	phrase  string
	means   error
	meaning string
}{
	{"missing client token", crypto.ErrDenied, "the server saw no token"},
	{"disallowed by policy (too old)", crypto.ErrDenied, "the version is below min_decryption_version"},
	{"soft-deleted", crypto.ErrDenied, "the root key was deleted softly"},
	{"key not found", crypto.ErrUnknownKey, "the server has no such key"},
	{"policy not found", crypto.ErrUnknownKey, "the server has no such key"},
	{"no such key version", crypto.ErrUnknownKey, "the server has no such version"},
	{"version is too new", crypto.ErrUnknownKey, "the server has no such version"},
	{"missing 'context'", crypto.ErrInvalid, "the root key is derived, see Options.Derived"},
	{"not supported for key type", crypto.ErrInvalid, "the root key is of a type that does not encrypt"},
	{"authentication failed", crypto.ErrAuth, "a wrapped key"},
	{"invalid ciphertext", crypto.ErrAuth, "a wrapped key"},
	{"failed to RSA decrypt", crypto.ErrAuth, "a wrapped key"},
}

// refusal is the error of an answer that is not 200. What the server says of it is never shown, but looked at.
func refusal(status int, answer []byte) error {
	var said struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(answer, &said) != nil {
		said.Errors = nil
	}
	code := func(means error, why string) error {
		return fmt.Errorf("%w: transit: %s (HTTP %d)", means, why, status)
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return code(crypto.ErrDenied, "the token or its policy does not allow it")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusInternalServerError:
		for _, text := range said.Errors {
			for _, p := range phrases {
				if strings.Contains(text, p.phrase) {
					return code(p.means, p.meaning)
				}
			}
		}
		if said.Errors == nil || status == http.StatusInternalServerError {
			break // whatever stands in the server's place knows nothing of keys
		}
		if status == http.StatusNotFound {
			return code(crypto.ErrUnknownKey, "no such engine is mounted")
		}
		return code(crypto.ErrInvalid, "the server calls it a bad request")
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return code(crypto.ErrUnavailable, "the server is a standby or has moved, and redirects are not followed")
	case http.StatusServiceUnavailable:
		return code(crypto.ErrUnavailable, "the server is sealed or under maintenance")
	}
	return code(crypto.ErrUnavailable, "the server fails")
}
