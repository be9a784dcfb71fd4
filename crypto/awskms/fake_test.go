package awskms_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/awskms"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

const (
	accessKey = "AKIDPLANTED4711"
	secretKey = "planted-secret-access-key"
	session   = "planted-session-token"
	keyARN    = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	otherARN  = "arn:aws:kms:us-east-2:111122223333:key/ffffffff-12ab-34cd-56ef-1234567890ab"
)

// fakeKMS is a stand-in for AWS KMS. It speaks its JSON protocol (AWS JSON 1.1) and keeps one key with backing
// material that is rotated, encryption contexts and the names of errors.
type fakeKMS struct {
	*httptest.Server
	done chan struct{} // closed when the server goes

	mu         sync.Mutex
	arn        string
	material   []cipher.AEAD
	denied     string // an operation that the caller may not
	fault      cryptotest.Fault
	status     int    // answers with it and body, unless it is 0
	body       string // see status
	requests   []string
	contexts   []map[string]string
	tlsVersion uint16
}

func newMaterial() cipher.AEAD {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func startKMS() *fakeKMS {
	k := &fakeKMS{done: make(chan struct{}), arn: keyARN, material: []cipher.AEAD{newMaterial()}}
	k.Server = httptest.NewUnstartedServer(k)
	k.Config.ErrorLog = log.New(io.Discard, "", 0)
	k.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	k.StartTLS()
	return k
}

func (k *fakeKMS) stop() {
	close(k.done)
	k.Close()
}

func newKMS(t testing.TB) *fakeKMS {
	t.Helper()
	k := startKMS()
	t.Cleanup(k.stop)
	return k
}

func (k *fakeKMS) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(k.Certificate())
	return pool
}

// config is how the SDK would be configured for this server. It repeats nothing.
func config(endpoint string) aws.Config {
	return aws.Config{
		Region: "eu-west-1", // not the key's
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey, SessionToken: session}, nil
		}),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		BaseEndpoint: aws.String(endpoint),
	}
}

func (k *fakeKMS) manager(t testing.TB, change func(cfg *aws.Config, o *awskms.Options)) *awskms.Manager {
	t.Helper()
	cfg, o := config(k.URL), &awskms.Options{RootCAs: k.roots()}
	if change != nil {
		change(&cfg, o)
	}
	m, err := awskms.New(cfg, keyARN, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

func (k *fakeKMS) set(change func(k *fakeKMS)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change(k)
}

func (k *fakeKMS) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.requests)
}

func (k *fakeKMS) rotate() error {
	k.set(func(k *fakeKMS) { k.material = append(k.material, newMaterial()) })
	return nil
}

func (k *fakeKMS) broken(f cryptotest.Fault) error {
	k.set(func(k *fakeKMS) { k.fault = f })
	return nil
}

func (k *fakeKMS) harness(t testing.TB) cryptotest.ManagerHarness {
	return cryptotest.ManagerHarness{
		Open:          func() (crypto.KeyManager, error) { return k.manager(t, nil), nil },
		Rotate:        k.rotate,
		HidesVersions: true,
		Break:         k.broken,
		Secrets:       []string{accessKey, secretKey, session},
	}
}

// fail answers as KMS does. What it says quotes who asked, as that of KMS does.
func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Requestid", "11111111-2222-3333-4444-555555555555")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": "User: planted, key: " + accessKey})
}

// request has the fields of Encrypt, Decrypt and ReEncrypt.
type request struct {
	KeyID              string            `json:"KeyId"`
	Plaintext          []byte            `json:"Plaintext"`
	CiphertextBlob     []byte            `json:"CiphertextBlob"`
	Context            map[string]string `json:"EncryptionContext"`
	SourceKeyID        string            `json:"SourceKeyId"`
	SourceContext      map[string]string `json:"SourceEncryptionContext"`
	DestinationKeyID   string            `json:"DestinationKeyId"`
	DestinationContext map[string]string `json:"DestinationEncryptionContext"`
}

func (k *fakeKMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req request
	err := json.NewDecoder(r.Body).Decode(&req)
	_, _ = io.Copy(io.Discard, r.Body)
	operation, isKMS := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	k.mu.Lock()
	defer k.mu.Unlock()
	k.requests = append(k.requests, operation)
	k.contexts = append(k.contexts, req.Context, req.SourceContext, req.DestinationContext)
	k.tlsVersion = r.TLS.Version
	signed := r.Header.Get("Authorization")
	switch {
	case k.misbehave(w, r):
	case !isKMS || err != nil || r.Header.Get("Content-Type") != "application/x-amz-json-1.1":
		fail(w, http.StatusBadRequest, "SerializationException")
	case !strings.HasPrefix(signed, "AWS4-HMAC-SHA256 Credential="+accessKey+"/") ||
		!strings.Contains(signed, "/"+strings.Split(k.arn, ":")[3]+"/kms/aws4_request") || r.Header.Get("X-Amz-Security-Token") != session:
		fail(w, http.StatusBadRequest, "UnrecognizedClientException")
	case k.denied == operation:
		fail(w, http.StatusBadRequest, "AccessDeniedException")
	default:
		k.answer(w, operation, req)
	}
}

func (k *fakeKMS) answer(w http.ResponseWriter, operation string, req request) {
	named := k.arn
	if k.fault == cryptotest.OtherRoot {
		named = otherARN
	}
	var got map[string]any
	switch operation {
	case "Encrypt":
		if req.KeyID != k.arn {
			fail(w, http.StatusBadRequest, "NotFoundException")
			return
		}
		if k.fault == cryptotest.Exchanged {
			req.Plaintext = make([]byte, 64)
		}
		got = map[string]any{"CiphertextBlob": k.seal(req.Plaintext, req.Context), "KeyId": named}
	case "Decrypt":
		plain, code := k.open(req.KeyID, req.CiphertextBlob, req.Context)
		if code != "" {
			fail(w, http.StatusBadRequest, code)
			return
		}
		got = map[string]any{"Plaintext": k.tamper(plain), "KeyId": named, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
	case "ReEncrypt":
		plain, code := k.open(req.SourceKeyID, req.CiphertextBlob, req.SourceContext)
		if code == "" && req.DestinationKeyID != k.arn {
			code = "NotFoundException"
		}
		if code != "" {
			fail(w, http.StatusBadRequest, code)
			return
		}
		got = map[string]any{"CiphertextBlob": k.seal(plain, req.DestinationContext), "KeyId": named, "SourceKeyId": k.arn}
	default:
		fail(w, http.StatusBadRequest, "UnknownOperationException")
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(got)
}

// bound is the additional data: the key, whatever the region, and the encryption context, whose order does not matter.
func (k *fakeKMS) bound(context map[string]string) []byte {
	sorted, _ := json.Marshal(context)
	_, id, _ := strings.Cut(k.arn, "/")
	return append([]byte(id), sorted...)
}

func (k *fakeKMS) seal(plain []byte, context map[string]string) []byte {
	newest := len(k.material)
	material := k.material[newest-1]
	if k.fault == cryptotest.Lost {
		material = newMaterial()
	}
	return material.Seal([]byte{byte(newest)}, nil, plain, k.bound(context))
}

func (k *fakeKMS) open(keyID string, blob []byte, context map[string]string) (plain []byte, code string) {
	switch {
	case keyID == otherARN:
		return nil, "IncorrectKeyException"
	case keyID != k.arn:
		return nil, "NotFoundException"
	case len(blob) == 0:
		return nil, "ValidationException"
	case int(blob[0]) < 1 || int(blob[0]) > len(k.material):
		return nil, "InvalidCiphertextException"
	}
	plain, err := k.material[blob[0]-1].Open(nil, nil, blob[1:], k.bound(context))
	if err != nil {
		return nil, "InvalidCiphertextException"
	}
	return plain, ""
}

// tamper is what the faults make of a plaintext.
func (k *fakeKMS) tamper(plain []byte) []byte {
	switch k.fault {
	case cryptotest.OtherKey:
		plain = make([]byte, 64)
		_, _ = rand.Read(plain)
	case cryptotest.ShortKey:
		plain = plain[:min(len(plain), 32)] // the key itself, without what ties it to anything
	}
	return plain
}

// misbehave answers where a fault leaves no room for a real answer.
func (k *fakeKMS) misbehave(w http.ResponseWriter, r *http.Request) bool {
	switch k.fault {
	case cryptotest.Slow:
		k.mu.Unlock()
		defer k.mu.Lock()
		select {
		case <-r.Context().Done():
		case <-k.done:
		}
		panic(http.ErrAbortHandler)
	case cryptotest.Refusing:
		fail(w, http.StatusBadRequest, "AccessDeniedException")
	case cryptotest.Gone:
		panic(http.ErrAbortHandler)
	case cryptotest.HangsUp:
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"KeyId": "`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case cryptotest.Garbage:
		_, _ = io.WriteString(w, "<html>a proxy's welcome</html>")
	case cryptotest.Endless:
		_, _ = io.WriteString(w, `{"KeyId": "`)
		for range 1 << 20 {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				break
			}
		}
	default:
		if k.status != 0 {
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			w.Header().Set("Location", k.URL+"/elsewhere")
			w.WriteHeader(k.status)
			_, _ = io.WriteString(w, k.body)
		}
		return k.status != 0
	}
	return true
}
