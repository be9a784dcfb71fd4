package transit_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptotest"
	"github.com/enamel-go/enamel/crypto/transit"
)

const (
	token   = "hvs.planted-token-4711"
	keyName = "enamel-root.1"
)

// vault is a stand-in for the Transit engine of Vault or OpenBao. It knows tokens and what they may, key versions,
// min_decryption_version and derived keys, and says what the real ones say.
type vault struct {
	*httptest.Server
	done chan struct{} // closed when the server goes

	mu         sync.Mutex
	mount      string
	namespace  string
	keys       map[string]*rootKey
	may        map[string][]string // by token: operations
	fault      cryptotest.Fault
	status     int    // answers with it and body, unless it is 0
	body       string // see status
	oldServer  bool   // does not say the key's version
	sealed     bool
	requests   int
	tlsVersion uint16
}

type rootKey struct {
	versions      [][]byte
	minDecryption int
	derived       bool
}

func randomKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return key
}

func newVault(t testing.TB) *vault {
	t.Helper()
	v := startVault()
	t.Cleanup(v.stop)
	return v
}

func startVault() *vault {
	v := &vault{
		done: make(chan struct{}), mount: "transit",
		keys: map[string]*rootKey{keyName: {versions: [][]byte{randomKey()}, minDecryption: 1}},
		may:  map[string][]string{token: {"encrypt", "decrypt", "rewrap"}},
	}
	v.Server = httptest.NewUnstartedServer(v)
	v.Config.ErrorLog = log.New(io.Discard, "", 0)
	v.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	v.StartTLS()
	return v
}

func (v *vault) stop() {
	close(v.done)
	v.Close()
}

func (v *vault) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(v.Certificate())
	return pool
}

// manager returns a key manager of this server.
func (v *vault) manager(t testing.TB, change func(o *transit.Options)) *transit.Manager {
	t.Helper()
	o := &transit.Options{RootCAs: v.roots()}
	if change != nil {
		change(o)
	}
	m, err := transit.New(v.URL, keyName, transit.StaticToken(token), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

func (v *vault) set(change func(v *vault)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change(v)
}

func (v *vault) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.requests
}

func (v *vault) rotate() error {
	v.set(func(v *vault) { v.keys[keyName].versions = append(v.keys[keyName].versions, randomKey()) })
	return nil
}

func (v *vault) broken(f cryptotest.Fault) error {
	v.set(func(v *vault) { v.fault = f })
	return nil
}

func fail(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []string{text}})
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Plaintext, Ciphertext, Context string }
	err := json.NewDecoder(r.Body).Decode(&body)
	_, _ = io.Copy(io.Discard, r.Body)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests++
	v.tlsVersion = r.TLS.Version
	if v.misbehave(w, r) {
		return
	}
	operation, name, ok := v.route(r)
	key := v.keys[name]
	switch {
	case v.sealed:
		fail(w, http.StatusServiceUnavailable, "Vault is sealed")
	case !ok:
		fail(w, http.StatusNotFound, fmt.Sprintf("no handler for route %q. route entry not found.", r.URL.Path))
	case !strings.Contains(" "+strings.Join(v.may[r.Header.Get("X-Vault-Token")], " ")+" ", " "+operation+" "):
		fail(w, http.StatusForbidden, "1 error occurred:\n\t* permission denied\n\n")
	case err != nil || r.Header.Get("X-Vault-Request") != "true" || r.Method != http.MethodPost:
		fail(w, http.StatusBadRequest, "failed to parse JSON input")
	case key == nil:
		fail(w, http.StatusBadRequest, "encryption key not found")
	case key.derived && body.Context == "":
		fail(w, http.StatusBadRequest, "missing 'context' for key derivation; the key was created using a derived key")
	default:
		v.answer(w, operation, key, body.Plaintext, body.Ciphertext, body.Context)
	}
}

// route reads the path.
func (v *vault) route(r *http.Request) (operation, name string, ok bool) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v1/"+v.mount+"/")
	if !ok || r.Header.Get("X-Vault-Namespace") != v.namespace {
		return "", "", false
	}
	return strings.Cut(path, "/")
}

func (v *vault) answer(w http.ResponseWriter, operation string, key *rootKey, plaintext, ciphertext, context string) {
	newest := len(key.versions)
	got := map[string]any{}
	if operation == "decrypt" || operation == "rewrap" {
		plain, said := key.open(ciphertext, context)
		if said != "" && (v.fault != cryptotest.OtherRoot || operation == "rewrap") {
			fail(w, http.StatusBadRequest, said)
			return
		}
		plaintext = base64.StdEncoding.EncodeToString(v.tamper(plain))
	}
	if operation == "decrypt" {
		got["plaintext"] = plaintext
	} else {
		raw, err := base64.StdEncoding.DecodeString(plaintext)
		if err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		version := key.versions[newest-1]
		if v.fault == cryptotest.Exchanged && operation == "encrypt" {
			raw = append(randomKey(), randomKey()...)
		}
		if v.fault == cryptotest.OtherRoot || v.fault == cryptotest.Lost {
			version = randomKey()
		}
		sealed := aead(version, key.derived, context).Seal(nil, nil, raw, nil)
		got["ciphertext"] = fmt.Sprintf("vault:v%d:%s", newest, base64.StdEncoding.EncodeToString(sealed))
		if !v.oldServer {
			got["key_version"] = newest
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "lease_id": "", "data": got, "warnings": nil})
}

// tamper is what the faults make of a plaintext.
func (v *vault) tamper(plain []byte) []byte {
	switch v.fault {
	case cryptotest.OtherRoot, cryptotest.OtherKey:
		return append(randomKey(), randomKey()...)
	case cryptotest.ShortKey:
		return plain[:min(len(plain), 32)] // the key itself, without what ties it to anything
	}
	return plain
}

// open decrypts as policy.go of both servers does, and says what they say.
func (k *rootKey) open(ciphertext, context string) (plain []byte, said string) {
	rest, ok := strings.CutPrefix(ciphertext, "vault:v")
	if !ok {
		return nil, "invalid ciphertext: no prefix"
	}
	digits, text, ok := strings.Cut(rest, ":")
	if !ok {
		return nil, "invalid ciphertext: wrong number of fields"
	}
	version, err := strconv.Atoi(digits)
	if err != nil {
		return nil, "invalid ciphertext: version number could not be decoded"
	}
	if version == 0 {
		version = 1 // as the first servers wrote it
	}
	if version > len(k.versions) {
		return nil, "invalid ciphertext: version is too new"
	}
	if version < k.minDecryption {
		return nil, "ciphertext or signature version is disallowed by policy (too old)"
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, "invalid ciphertext: could not decode base64"
	}
	plain, err = aead(k.versions[version-1], k.derived, context).Open(nil, nil, raw, nil)
	if err != nil {
		return nil, "cipher: message authentication failed"
	}
	return plain, ""
}

func aead(key []byte, derived bool, context string) cipher.AEAD {
	if derived {
		code := hmac.New(sha256.New, key)
		code.Write([]byte(context))
		key = code.Sum(nil)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return sealing
}

// misbehave answers where a fault leaves no room for a real answer.
func (v *vault) misbehave(w http.ResponseWriter, r *http.Request) bool {
	switch v.fault {
	case cryptotest.Slow:
		v.mu.Unlock()
		defer v.mu.Lock()
		select {
		case <-r.Context().Done():
		case <-v.done:
		}
		panic(http.ErrAbortHandler)
	case cryptotest.Refusing:
		fail(w, http.StatusForbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
	case cryptotest.Gone:
		panic(http.ErrAbortHandler)
	case cryptotest.HangsUp:
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"data": {"plaintext": "`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case cryptotest.Garbage:
		_, _ = io.WriteString(w, "<html>a proxy's welcome</html>")
	case cryptotest.Endless:
		_, _ = io.WriteString(w, `{"data": {"plaintext": "`)
		for range 1 << 20 {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				break
			}
		}
	default:
		if v.status != 0 {
			w.Header().Set("Location", v.URL+"/v1/elsewhere")
			w.WriteHeader(v.status)
			_, _ = io.WriteString(w, v.body)
		}
		return v.status != 0
	}
	return true
}

func (v *vault) harness(t testing.TB, change func(o *transit.Options)) cryptotest.ManagerHarness {
	return cryptotest.ManagerHarness{
		Open:    func() (crypto.KeyManager, error) { return v.manager(t, change), nil },
		Rotate:  v.rotate,
		Break:   v.broken,
		Secrets: []string{token},
	}
}
