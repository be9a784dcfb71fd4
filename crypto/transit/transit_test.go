package transit_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
	"github.com/enamel-go/enamel/crypto/transit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	key  = bytes.Repeat([]byte{7}, 32)
	bind = []byte("planted practice")
)

func wrap(t *testing.T, m *transit.Manager) crypto.Wrapped {
	t.Helper()
	w, err := m.Wrap(t.Context(), key, bind)
	require.NoError(t, err)
	return w
}

func unwraps(t *testing.T, m *transit.Manager, w crypto.Wrapped) {
	t.Helper()
	got, err := m.Unwrap(t.Context(), w, bind)
	require.NoError(t, err)
	require.Equal(t, key, got)
}

// refused checks an error, and that it shows nothing.
func refused(t *testing.T, err, want error) {
	t.Helper()
	require.ErrorIs(t, err, want)
	for _, secret := range []string{token, "planted", base64.StdEncoding.EncodeToString(key[:24]), "vault:v"} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestManager(t *testing.T) {
	for name, setting := range map[string]struct {
		server func(v *vault)
		client func(o *transit.Options)
	}{
		"plain":      {},
		"old server": {server: func(v *vault) { v.oldServer = true }},
		"derived key": {
			server: func(v *vault) { v.keys[keyName].derived = true },
			client: func(o *transit.Options) { o.Derived = true },
		},
		"mount and namespace": {
			server: func(v *vault) { v.mount, v.namespace = "kms/transit", "dental/elm-street" },
			client: func(o *transit.Options) { o.Mount, o.Namespace = "/kms/transit/", "dental/elm-street/" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range cryptotest.ManagerCases() {
				t.Run(c.Name, func(t *testing.T) {
					v := newVault(t)
					if setting.server != nil {
						v.set(setting.server)
					}
					require.NoError(t, c.Check(t.Context(), v.harness(t, setting.client)))
				})
			}
		})
	}
}

func TestKeyring(t *testing.T) {
	v := newVault(t)
	m := v.manager(t, nil)
	store := cryptomem.New()
	b := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
	ring, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	sealed, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.NoError(t, err)
	require.Equal(t, 2, v.count(), "one practice's key was wrapped, and read again")

	require.NoError(t, v.rotate())
	again, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	for range 10 {
		plain, err := again.Open(t.Context(), nil, sealed, b)
		require.NoError(t, err)
		require.Equal(t, "plain", string(plain))
	}
	require.Equal(t, 3, v.count(), "one practice's key was unwrapped")

	v.set(func(v *vault) { v.sealed = true })
	third, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	_, err = third.Open(t.Context(), nil, sealed, b)
	require.ErrorIs(t, err, crypto.ErrUnavailable)
	require.EqualError(t, err,
		"crypto: the key manager is unavailable: transit: the server is sealed or under maintenance (HTTP 503)")
}

// TestKeyringRewraps retires a version of the root key under which everything was sealed.
func TestKeyringRewraps(t *testing.T) {
	v := newVault(t)
	m := v.manager(t, nil)
	store := cryptomem.New()
	b := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
	ring, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	sealed, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.NoError(t, err)
	require.NoError(t, v.rotate())
	require.NoError(t, ring.Rewrap(t.Context(), "elm-street", nil))
	v.set(func(v *vault) { v.keys[keyName].minDecryption = 2 })
	again, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	plain, err := again.Open(t.Context(), nil, sealed, b)
	require.NoError(t, err)
	require.Equal(t, "plain", string(plain))
}

func TestVersions(t *testing.T) {
	v := newVault(t)
	m := v.manager(t, nil)
	first := wrap(t, m)
	require.Equal(t, "transit/"+keyName+"/v1", first.KeyID)
	require.True(t, strings.HasPrefix(string(first.Blob), "vault:v1:"))
	for range 9 {
		require.NoError(t, v.rotate())
	}
	tenth := wrap(t, m)
	require.Equal(t, "transit/"+keyName+"/v10", tenth.KeyID)
	unwraps(t, m, first)
	moved, err := m.Rewrap(t.Context(), first, bind)
	require.NoError(t, err)
	require.Equal(t, tenth.KeyID, moved.KeyID)
	require.NotEqual(t, first.Blob, moved.Blob)
	again, err := m.Rewrap(t.Context(), tenth, bind)
	require.NoError(t, err, "it is there already")
	require.Equal(t, tenth.KeyID, again.KeyID)

	v.set(func(v *vault) { v.keys[keyName].minDecryption = 10 })
	_, err = m.Unwrap(t.Context(), first, bind)
	refused(t, err, crypto.ErrDenied)
	_, err = m.Rewrap(t.Context(), first, bind)
	refused(t, err, crypto.ErrDenied)
	unwraps(t, m, tenth)
	unwraps(t, m, moved)

	// A server that was restored from a backup has lost versions.
	v.set(func(v *vault) { v.keys[keyName] = &rootKey{versions: v.keys[keyName].versions[:9], minDecryption: 1} })
	_, err = m.Unwrap(t.Context(), tenth, bind)
	refused(t, err, crypto.ErrUnknownKey)

	// Version 0 is what the first servers called version 1. It is another form of the same, and refused.
	before := v.count()
	for _, blob := range []string{"vault:v0:", "vault:v01:", "vault:v+1:", "bao:v1:", "vault:v1"} {
		w := crypto.Wrapped{KeyID: first.KeyID, Blob: []byte(blob + string(first.Blob[len("vault:v1:"):]))}
		_, err = m.Unwrap(t.Context(), w, bind)
		refused(t, err, crypto.ErrAuth)
	}
	for _, id := range []string{"transit/" + keyName + "/v0", "transit/other/v1", "transit/" + keyName + "/v01", "file-1-00"} {
		_, err = m.Unwrap(t.Context(), crypto.Wrapped{KeyID: id, Blob: first.Blob}, bind)
		refused(t, err, crypto.ErrUnknownKey)
	}
	require.Equal(t, before, v.count(), "the server was not asked")
}

// TestRewrapNeedsNoDecrypt shows a rotation by whoever may not see a key.
func TestRewrapNeedsNoDecrypt(t *testing.T) {
	v := newVault(t)
	w := wrap(t, v.manager(t, nil))
	require.NoError(t, v.rotate())
	v.set(func(v *vault) { v.may["rotator"] = []string{"rewrap"} })
	rotator, err := transit.New(v.URL, keyName, transit.StaticToken("rotator"), &transit.Options{RootCAs: v.roots()})
	require.NoError(t, err)
	defer rotator.Close()
	_, err = rotator.Unwrap(t.Context(), w, bind)
	refused(t, err, crypto.ErrDenied)
	_, err = rotator.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrDenied)
	again, err := rotator.Rewrap(t.Context(), w, bind)
	require.NoError(t, err)
	unwraps(t, v.manager(t, nil), again)

	// Who may wrap but not open gets no key that nobody has seen open.
	v.set(func(v *vault) { v.may[token] = []string{"encrypt"} })
	_, err = v.manager(t, nil).Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrDenied)
}

func TestWrongSettings(t *testing.T) {
	v := newVault(t)
	w := wrap(t, v.manager(t, nil))
	other := v.manager(t, func(o *transit.Options) { o.Mount = "elsewhere" })
	_, err := other.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnknownKey)

	absent, err := transit.New(v.URL, "absent", transit.StaticToken(token), &transit.Options{RootCAs: v.roots()})
	require.NoError(t, err)
	defer absent.Close()
	_, err = absent.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnknownKey)

	v.set(func(v *vault) { v.keys[keyName].derived = true })
	_, err = v.manager(t, nil).Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrInvalid)
	require.ErrorContains(t, err, "Options.Derived")

	// A certificate that nobody vouches for.
	stranger := v.manager(t, func(o *transit.Options) { o.RootCAs = nil })
	_, err = stranger.Unwrap(t.Context(), w, bind)
	refused(t, err, crypto.ErrUnavailable)
	var certificate *tls.CertificateVerificationError
	require.ErrorAs(t, err, &certificate)
}

func TestAnswers(t *testing.T) {
	v := newVault(t)
	m := v.manager(t, nil)
	w := wrap(t, m)
	said := func(text string) string { return `{"errors":["` + text + `"]}` }
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"standby that redirects":  {http.StatusTemporaryRedirect, "", crypto.ErrUnavailable},
		"moved":                   {http.StatusMovedPermanently, "", crypto.ErrUnavailable},
		"sealed":                  {503, said("Vault is sealed"), crypto.ErrUnavailable},
		"not initialised":         {501, "", crypto.ErrUnavailable},
		"standby":                 {473, "", crypto.ErrUnavailable},
		"over quota":              {429, said("request path \\\"transit\\\": rate limit quota exceeded"), crypto.ErrUnavailable},
		"behind":                  {412, said("required index state not present"), crypto.ErrUnavailable},
		"internal":                {500, said("1 error occurred"), crypto.ErrUnavailable},
		"a proxy":                 {502, "<html>", crypto.ErrUnavailable},
		"a proxy's 404":           {404, "<html>", crypto.ErrUnavailable},
		"a proxy's 400":           {400, "<html>", crypto.ErrUnavailable},
		"a proxy's 404 in JSON":   {404, `{"message":"none"}`, crypto.ErrUnavailable},
		"no mount":                {404, said("no handler for route"), crypto.ErrUnknownKey},
		"no key":                  {400, said("encryption key not found"), crypto.ErrUnknownKey},
		"no key, years ago":       {400, said("policy not found"), crypto.ErrUnknownKey},
		"no right":                {403, said("permission denied"), crypto.ErrDenied},
		"a firewall":              {403, "<html>", crypto.ErrDenied},
		"no token":                {400, said("missing client token"), crypto.ErrDenied},
		"soft-deleted":            {400, said("refusing to use soft-deleted key"), crypto.ErrDenied},
		"altered":                 {400, said("cipher: message authentication failed"), crypto.ErrAuth},
		"altered, years ago":      {400, said("invalid ciphertext: unable to decrypt"), crypto.ErrAuth},
		"altered, RSA":            {500, said("failed to RSA decrypt the ciphertext: crypto/rsa"), crypto.ErrAuth},
		"a key that signs":        {400, said("message decryption not supported for key type ed25519"), crypto.ErrInvalid},
		"something new":           {400, said("the planted " + token), crypto.ErrInvalid},
		"no content":              {204, "", crypto.ErrUnavailable},
		"nothing":                 {200, "", crypto.ErrUnavailable},
		"an empty object":         {200, "{}", crypto.ErrUnavailable},
		"no data":                 {200, `{"data":null}`, crypto.ErrUnavailable},
		"a list":                  {200, "[]", crypto.ErrUnavailable},
		"data of another kind":    {200, `{"data":{"plaintext":7,"ciphertext":{}}}`, crypto.ErrUnavailable},
		"no Base64":               {200, `{"data":{"plaintext":"***","ciphertext":"***"}}`, crypto.ErrUnavailable},
		"two answers":             {200, `{"data":{"plaintext":"AAAA"}}{}`, crypto.ErrUnavailable},
		"answers and then nobody": {200, `{"data":{"plaintext":"AAAA"}`, crypto.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			v.set(func(v *vault) { v.status, v.body = c.status, c.body })
			before := v.count()
			_, err := m.Unwrap(t.Context(), w, bind)
			refused(t, err, c.want)
			_, err = m.Wrap(t.Context(), key, bind)
			refused(t, err, c.want)
			_, err = m.Rewrap(t.Context(), w, bind)
			refused(t, err, c.want)
			require.Equal(t, before+3, v.count(), "nothing was repeated, and no redirect followed")
		})
	}
	for name, body := range map[string]string{
		"another version": `{"data":{"ciphertext":"` + string(w.Blob) + `","key_version":2}}`,
		"no version":      `{"data":{"ciphertext":"vault:AAAA"}}`,
		"nothing sealed":  `{"data":{"ciphertext":"vault:v1:"}}`,
		"no ciphertext":   `{"data":{"key_version":1}}`,
		"too long":        `{"data":{"ciphertext":"vault:v1:` + strings.Repeat("AAAA", 4096) + `"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			v.set(func(v *vault) { v.status, v.body = 200, body })
			_, err := m.Wrap(t.Context(), key, bind)
			refused(t, err, crypto.ErrUnavailable)
			_, err = m.Rewrap(t.Context(), w, bind)
			refused(t, err, crypto.ErrUnavailable)
		})
	}
	t.Run("what does not open", func(t *testing.T) {
		v.set(func(v *vault) { v.status = 0 })
		for _, f := range []cryptotest.Fault{cryptotest.Lost, cryptotest.Exchanged} {
			require.NoError(t, v.broken(f))
			_, err := m.Wrap(t.Context(), key, bind)
			refused(t, err, crypto.ErrUnavailable)
			require.NotErrorIs(t, err, crypto.ErrNotOpened, "nothing of the caller's was altered")
		}
		require.NoError(t, v.broken(cryptotest.Healthy))
	})
	t.Run("an older version", func(t *testing.T) {
		v.set(func(v *vault) { v.status = 0 })
		require.NoError(t, v.rotate())
		second := wrap(t, m)
		v.set(func(v *vault) { v.status, v.body = 200, `{"data":{"ciphertext":"`+string(w.Blob)+`"}}` })
		_, err := m.Rewrap(t.Context(), second, bind)
		refused(t, err, crypto.ErrUnavailable)
	})
}

func TestTokens(t *testing.T) {
	v := newVault(t)
	path := filepath.Join(t.TempDir(), "token")
	m, err := transit.New(v.URL, keyName, transit.TokenFile(path), &transit.Options{RootCAs: v.roots()})
	require.NoError(t, err)
	defer m.Close()
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	require.ErrorIs(t, err, os.ErrNotExist)

	for content, want := range map[string]error{
		"":                              crypto.ErrUnavailable,
		"two words":                     crypto.ErrUnavailable,
		"line\r\nX-Vault-Namespace: ns": crypto.ErrUnavailable,
		strings.Repeat("x", 20<<10):     crypto.ErrUnavailable,
		"planted-expired":               crypto.ErrDenied,
	} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err = m.Wrap(t.Context(), key, bind)
		refused(t, err, want)
	}
	require.NoError(t, os.WriteFile(path, []byte("\n"+token+"\n"), 0o600))
	before := v.count()
	for _, none := range []string{" x", "x y", "x\t", "\x7f", "planted-\u00e9"} {
		m, err := transit.New(v.URL, keyName, transit.StaticToken(none), &transit.Options{RootCAs: v.roots()})
		require.NoError(t, err)
		_, err = m.Wrap(t.Context(), key, bind)
		refused(t, err, crypto.ErrUnavailable)
	}
	require.Equal(t, before, v.count(), "the server was not asked")
	unwraps(t, m, wrap(t, m))
}

func TestTimeout(t *testing.T) {
	v := newVault(t)
	m := v.manager(t, func(o *transit.Options) { o.Timeout = 20 * time.Millisecond })
	require.NoError(t, v.broken(cryptotest.Slow))
	began := time.Now()
	_, err := m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	require.ErrorContains(t, err, "in time")
	require.Less(t, time.Since(began), 5*time.Second)

	// A token that does not come is waited for no longer.
	waits := func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }
	m, err = transit.New(v.URL, keyName, waits, &transit.Options{Timeout: 20 * time.Millisecond})
	require.NoError(t, err)
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
}

// answering returns a manager whose server answers like this, and is no Vault.
func answering(t *testing.T, answer http.HandlerFunc) *transit.Manager {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	server.StartTLS()
	t.Cleanup(server.Close)
	m, err := transit.New(server.URL, keyName, transit.StaticToken(token), &transit.Options{
		RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

// TestEndsHalfway ends the caller's context amid an answer, and the answer with it: that the answer makes no sense is not what
// the caller is told.
func TestEndsHalfway(t *testing.T) {
	ends := make(chan context.CancelFunc, 1)
	m := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data": {"ciphertext": "`)
		_ = http.NewResponseController(w).Flush()
		(<-ends)()
	})
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		ends <- cancel
		_, err := m.Wrap(ctx, key, bind)
		refused(t, err, context.Canceled)
	}
}

func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	for _, address := range []string{"https://" + listener.Addr().String(), "https://no-such-host.invalid"} {
		m, err := transit.New(address, keyName, transit.StaticToken(token), nil)
		require.NoError(t, err)
		_, err = m.Wrap(t.Context(), key, bind)
		refused(t, err, crypto.ErrUnavailable)
		var connection *net.OpError
		require.ErrorAs(t, err, &connection)
	}
}

// TestSilentServer connects to what never speaks. Nothing is left of the attempt.
func TestSilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	m, err := transit.New("https://"+listener.Addr().String(), keyName, transit.StaticToken(token), &transit.Options{
		Timeout: 20 * time.Millisecond,
	})
	require.NoError(t, err)
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	goleak.VerifyNone(t) // while the server still listens
}

func TestNew(t *testing.T) {
	for _, address := range []string{
		"", "vault.example.test", "http://vault.example.test", "http://127.0.0.1:8200", "https://", "https://user:planted@vault.test",
		"https://vault.test?a=b", "https://vault.test#a", "unix:///run/vault.sock", "https://vault.test\n",
	} {
		_, err := transit.New(address, keyName, transit.StaticToken(token), nil)
		refused(t, err, crypto.ErrInvalid)
	}
	for _, name := range []string{"", ".", "..", "../keys", "a/b", "-a", "a.", "a b", "é", "a%2f", strings.Repeat("k", 45)} {
		_, err := transit.New("https://vault.test", name, transit.StaticToken(token), nil)
		refused(t, err, crypto.ErrInvalid)
	}
	for _, path := range []string{"..", "a/../b", "a//b", "/", "a?b", "a\nb"} {
		for _, o := range []transit.Options{{Mount: path}, {Namespace: path}} {
			if path == "/" && o.Mount == "" {
				continue // the root namespace
			}
			_, err := transit.New("https://vault.test", keyName, transit.StaticToken(token), &o)
			refused(t, err, crypto.ErrInvalid)
		}
	}
	_, err := transit.New("https://vault.test", keyName, nil, nil)
	refused(t, err, crypto.ErrInvalid)
	_, err = transit.New("https://vault.test:8200/vault/", strings.Repeat("k", 44), transit.StaticToken(token), nil)
	require.NoError(t, err)
}

func TestPromise_M4_2_TransitClientRefusesTLS12(t *testing.T) {
	served := 0
	old := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} //nolint:gosec // the server of the past that must be refused
	old.StartTLS()
	defer old.Close()
	w := wrap(t, newVault(t).manager(t, nil))

	t.Run("refuses_tls12", func(t *testing.T) {
		m, err := transit.New(old.URL, keyName, transit.StaticToken(token), &transit.Options{
			RootCAs: old.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		})
		require.NoError(t, err)
		_, errWrap := m.Wrap(t.Context(), key, bind)
		_, errUnwrap := m.Unwrap(t.Context(), w, bind)
		_, errRewrap := m.Rewrap(t.Context(), w, bind)
		for _, err := range []error{errWrap, errUnwrap, errRewrap} {
			refused(t, err, crypto.ErrUnavailable)
			require.ErrorContains(t, err, "protocol version")
		}
		require.Zero(t, served)
	})
	t.Run("without_rule", func(t *testing.T) {
		// A client that insists on no version is served by the same server, so it was the version that was refused.
		resp, err := old.Client().Post(old.URL, "text/plain", nil)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 1, served)
	})
	t.Run("tls13", func(t *testing.T) {
		v := newVault(t)
		unwraps(t, v.manager(t, nil), wrap(t, v.manager(t, nil)))
		v.set(func(v *vault) { require.EqualValues(t, tls.VersionTLS13, v.tlsVersion) })
	})
	t.Run("refuses_clear_text", func(t *testing.T) {
		for _, address := range []string{"http://vault.example.test", "http://127.0.0.1:8200", "http://localhost:8200"} {
			_, err := transit.New(address, keyName, transit.StaticToken(token), nil)
			require.ErrorIs(t, err, crypto.ErrInvalid)
		}
	})
	t.Run("refuses_redirect_to_clear_text", func(t *testing.T) {
		clearText := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
		defer clearText.Close()
		m := answering(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, clearText.URL+r.URL.Path, http.StatusTemporaryRedirect)
		})
		_, err := m.Unwrap(t.Context(), w, bind)
		refused(t, err, crypto.ErrUnavailable)
	})
}

// FuzzAnswer gives foreign answers: nothing panics, and no key comes of what was not wrapped.
func FuzzAnswer(f *testing.F) {
	v := newVault(f)
	m := v.manager(f, nil)
	w, err := m.Wrap(context.Background(), key, bind)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(200, `{"data":{"plaintext":"`+base64.StdEncoding.EncodeToString(append(bytes.Clone(key), key...))+`"}}`)
	f.Add(200, `{"data":{"ciphertext":"`+string(w.Blob)+`","key_version":1}}`)
	f.Add(400, `{"errors":["encryption key not found"]}`)
	f.Add(404, `{"errors":[]}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			t.Skip()
		}
		v.set(func(v *vault) { v.status, v.body = status, body })
		got, err := m.Unwrap(context.Background(), w, bind)
		if err == nil || got != nil {
			t.Error("a key came of an answer that knows none")
		}
		if again, err := m.Wrap(context.Background(), key, bind); err == nil || again.Blob != nil {
			t.Error("a wrapped key was not seen to open")
		}
		if err != nil && errors.Is(err, crypto.ErrShredded) {
			t.Error(err)
		}
	})
}
