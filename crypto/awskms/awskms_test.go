package awskms_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	smithy "github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/awskms"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	key  = bytes.Repeat([]byte{7}, 32)
	bind = []byte("planted practice")
)

func wrap(t *testing.T, m *awskms.Manager) crypto.Wrapped {
	t.Helper()
	w, err := m.Wrap(t.Context(), key, bind)
	require.NoError(t, err)
	return w
}

func unwraps(t *testing.T, m *awskms.Manager, w crypto.Wrapped) {
	t.Helper()
	got, err := m.Unwrap(t.Context(), w, bind)
	require.NoError(t, err)
	require.Equal(t, key, got)
}

// refused checks an error, and that it shows nothing.
func refused(t *testing.T, err, want error) {
	t.Helper()
	require.ErrorIs(t, err, want)
	for _, secret := range []string{accessKey, secretKey, session, "planted", base64.StdEncoding.EncodeToString(key[:24])} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestManager(t *testing.T) {
	for _, c := range cryptotest.ManagerCases() {
		t.Run(c.Name, func(t *testing.T) {
			err := c.Check(t.Context(), newKMS(t).harness(t))
			if errors.Is(err, cryptotest.ErrNotApplicable) {
				require.Equal(t, "a version opens under its own name alone", c.Name, "KMS names no versions")
				t.Skip(err)
			}
			require.NoError(t, err)
		})
	}
}

func TestKeyring(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, nil)
	store := cryptomem.New()
	b := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
	ring, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	sealed, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.NoError(t, err)
	require.NoError(t, k.rotate())
	again, err := crypto.NewKeyring(store, m, nil)
	require.NoError(t, err)
	for range 10 {
		plain, err := again.Open(t.Context(), nil, sealed, b)
		require.NoError(t, err)
		require.Equal(t, "plain", string(plain))
	}
	require.Equal(t, []string{"Encrypt", "Decrypt", "Decrypt"}, k.requests, "one practice's key was wrapped, and unwrapped once")
}

func TestWhatIsSent(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, nil)
	w := wrap(t, m)
	require.Equal(t, "aws-kms/1234abcd-12ab-34cd-56ef-1234567890ab", w.KeyID)
	unwraps(t, m, w)
	again, err := m.Rewrap(t.Context(), w, bind)
	require.NoError(t, err)
	require.Equal(t, w.KeyID, again.KeyID)
	require.NotEqual(t, w.Blob, again.Blob)
	unwraps(t, m, again)
	digest := sha256.Sum256(bind)
	for _, sent := range k.contexts {
		if sent != nil {
			require.Equal(t, map[string]string{"enamel": hex.EncodeToString(digest[:])}, sent)
		}
	}
	before := k.count()
	for _, id := range []string{keyARN, "aws-kms/" + keyARN, "aws-kms/ffffffff-12ab-34cd-56ef-1234567890ab", "transit/enamel/v1"} {
		_, err = m.Unwrap(t.Context(), crypto.Wrapped{KeyID: id, Blob: w.Blob}, bind)
		refused(t, err, crypto.ErrUnknownKey)
	}
	_, err = m.Unwrap(t.Context(), crypto.Wrapped{KeyID: w.KeyID, Blob: make([]byte, 6145)}, bind)
	refused(t, err, crypto.ErrAuth)
	require.Equal(t, before, k.count(), "KMS was not asked")
}

// TestRewrapNeedsNoDecrypt shows who may do what.
func TestRewrapNeedsNoDecrypt(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, nil)
	w := wrap(t, m)
	require.NoError(t, k.rotate())
	k.set(func(k *fakeKMS) { k.denied = "Decrypt" })
	_, err := m.Unwrap(t.Context(), w, bind)
	refused(t, err, crypto.ErrDenied)
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrDenied)
	again, err := m.Rewrap(t.Context(), w, bind)
	require.NoError(t, err)
	_, err = m.Rewrap(t.Context(), w, []byte("another practice"))
	refused(t, err, crypto.ErrAuth)
	k.set(func(k *fakeKMS) { k.denied = "" })
	unwraps(t, m, again)
}

// TestReplica opens in a region what was wrapped in another, with a replica of a multi-region key.
func TestReplica(t *testing.T) {
	const (
		primary = "arn:aws:kms:us-east-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
		replica = "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
	)
	k := newKMS(t)
	k.set(func(k *fakeKMS) { k.arn = primary })
	here, err := awskms.New(config(k.URL), primary, &awskms.Options{RootCAs: k.roots()})
	require.NoError(t, err)
	defer here.Close()
	w := wrap(t, here)
	require.Equal(t, "aws-kms/mrk-1234abcd12ab34cd56ef1234567890ab", w.KeyID)

	k.set(func(k *fakeKMS) { k.arn = replica }) // now it is KMS of the other region
	there, err := awskms.New(config(k.URL), replica, &awskms.Options{RootCAs: k.roots()})
	require.NoError(t, err)
	defer there.Close()
	unwraps(t, there, w)
	_, err = here.Unwrap(t.Context(), w, bind)
	require.Error(t, err)
}

func TestAnswers(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, nil)
	w := wrap(t, m)
	said := func(code string) string { return `{"__type":"` + code + `","message":"planted ` + accessKey + `"}` }
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"altered":                   {400, said("InvalidCiphertextException"), crypto.ErrAuth},
		"of another key":            {400, said("IncorrectKeyException"), crypto.ErrAuth},
		"with a namespace":          {400, said("com.amazonaws.kms#NotFoundException"), crypto.ErrUnknownKey},
		"no key":                    {400, said("NotFoundException"), crypto.ErrUnknownKey},
		"no right":                  {400, said("AccessDeniedException"), crypto.ErrDenied},
		"expired":                   {400, said("ExpiredTokenException"), crypto.ErrDenied},
		"disabled":                  {400, said("DisabledException"), crypto.ErrDenied},
		"to be deleted":             {400, said("KMSInvalidStateException"), crypto.ErrDenied},
		"a key that signs":          {400, said("InvalidKeyUsageException"), crypto.ErrInvalid},
		"throttled":                 {400, said("ThrottlingException"), crypto.ErrUnavailable},
		"busy":                      {500, said("KMSInternalException"), crypto.ErrUnavailable},
		"key unavailable":           {500, said("KeyUnavailableException"), crypto.ErrUnavailable},
		"dependency":                {500, said("DependencyTimeoutException"), crypto.ErrUnavailable},
		"something new":             {400, said("planted"), crypto.ErrUnavailable},
		"a firewall":                {403, "<html>", crypto.ErrDenied},
		"a proxy's 404":             {404, "<html>", crypto.ErrUnavailable},
		"a proxy's 502":             {502, "<html>", crypto.ErrUnavailable},
		"a redirect":                {307, "", crypto.ErrUnavailable},
		"nothing":                   {200, "", crypto.ErrUnavailable},
		"an empty object":           {200, "{}", crypto.ErrUnavailable},
		"a list":                    {200, "[]", crypto.ErrUnavailable},
		"another kind":              {200, `{"KeyId":7,"Plaintext":{},"CiphertextBlob":[]}`, crypto.ErrUnavailable},
		"no Base64":                 {200, `{"KeyId":"` + keyARN + `","Plaintext":"***","CiphertextBlob":"***"}`, crypto.ErrUnavailable},
		"for another key":           {200, `{"KeyId":"` + otherARN + `","Plaintext":"AAAA","CiphertextBlob":"AAAA"}`, crypto.ErrUnavailable},
		"for no key":                {200, `{"Plaintext":"AAAA","CiphertextBlob":"AAAA"}`, crypto.ErrUnavailable},
		"without a key":             {200, `{"KeyId":"` + keyARN + `"}`, crypto.ErrUnavailable},
		"moved":                     {302, "", crypto.ErrUnavailable},
		"re-encrypts under another": {200, `{"KeyId":"` + otherARN + `","SourceKeyId":"` + keyARN + `","CiphertextBlob":"AAAA"}`, crypto.ErrUnavailable},
		"re-encrypts another":       {200, `{"KeyId":"` + keyARN + `","SourceKeyId":"` + otherARN + `","CiphertextBlob":"AAAA"}`, crypto.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			k.set(func(k *fakeKMS) { k.status, k.body = c.status, c.body })
			before := k.count()
			_, err := m.Unwrap(t.Context(), w, bind)
			refused(t, err, c.want)
			_, err = m.Rewrap(t.Context(), w, bind)
			refused(t, err, c.want)
			require.Equal(t, before+2, k.count(), "nothing was repeated, and no redirect followed")
			_, err = m.Wrap(t.Context(), key, bind)
			refused(t, err, c.want)
		})
	}
}

// TestWrapsInVain wants no word of an alteration where KMS loses or exchanges what it was given: nothing of the caller's was.
func TestWrapsInVain(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, nil)
	for _, f := range []cryptotest.Fault{cryptotest.Lost, cryptotest.Exchanged} {
		require.NoError(t, k.broken(f))
		_, err := m.Wrap(t.Context(), key, bind)
		refused(t, err, crypto.ErrUnavailable)
		require.NotErrorIs(t, err, crypto.ErrNotOpened)
	}
}

// TestRepeats wants the SDK's own repetitions to be left to the configuration, and to end with the timeout.
func TestRepeats(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, func(cfg *aws.Config, o *awskms.Options) {
		cfg.Retryer = func() aws.Retryer { return eager{} }
		o.Timeout = time.Minute
	})
	k.set(func(k *fakeKMS) { k.status, k.body = 500, `{"__type":"KMSInternalException"}` })
	_, err := m.Unwrap(t.Context(), crypto.Wrapped{KeyID: "aws-kms/1234abcd-12ab-34cd-56ef-1234567890ab", Blob: []byte{1}}, bind)
	refused(t, err, crypto.ErrUnavailable)
	require.Equal(t, 3, k.count())

	m = k.manager(t, func(cfg *aws.Config, o *awskms.Options) { o.Timeout = 20 * time.Millisecond })
	require.NoError(t, k.broken(cryptotest.Slow))
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	require.ErrorContains(t, err, "in time")
}

// eager repeats at once, three requests in all.
type eager struct{ aws.NopRetryer }

func (eager) IsErrorRetryable(error) bool                  { return true }
func (eager) MaxAttempts() int                             { return 3 }
func (eager) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// TestLogsNothing wants a configuration that logs bodies to log none of ours.
func TestLogsNothing(t *testing.T) {
	k := newKMS(t)
	m := k.manager(t, func(cfg *aws.Config, _ *awskms.Options) {
		cfg.ClientLogMode = aws.LogRequestWithBody | aws.LogResponseWithBody | aws.LogSigning
		cfg.Logger = logging.LoggerFunc(func(_ logging.Classification, format string, v ...any) {
			t.Errorf("it logs "+format, v...)
		})
	})
	unwraps(t, m, wrap(t, m))
}

func TestCredentials(t *testing.T) {
	k := newKMS(t)
	down := errors.New("the metadata service is out of reach")
	m := k.manager(t, func(cfg *aws.Config, _ *awskms.Options) {
		cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, down })
	})
	_, err := m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	require.ErrorIs(t, err, down)
	require.Zero(t, k.count())

	// What the service says that gives out credentials, it does not say of a key.
	w := wrap(t, k.manager(t, nil))
	for _, code := range []string{"NotFoundException", "InvalidCiphertextException", "AccessDeniedException", "ValidationError"} {
		m := k.manager(t, func(cfg *aws.Config, _ *awskms.Options) {
			cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{}, &smithy.GenericAPIError{Code: code, Message: "a role"}
			})
		})
		_, err := m.Unwrap(t.Context(), w, bind)
		refused(t, err, crypto.ErrUnavailable)
		require.ErrorContains(t, err, "no credentials")
	}
}

func TestNoServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	m, err := awskms.New(config("https://"+listener.Addr().String()), keyARN, nil)
	require.NoError(t, err)
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	var connection *net.OpError
	require.ErrorAs(t, err, &connection)
}

// TestSilentServer connects to what never speaks. Nothing is left of the attempt.
func TestSilentServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	m, err := awskms.New(config("https://"+listener.Addr().String()), keyARN, &awskms.Options{Timeout: 20 * time.Millisecond})
	require.NoError(t, err)
	_, err = m.Wrap(t.Context(), key, bind)
	refused(t, err, crypto.ErrUnavailable)
	goleak.VerifyNone(t) // while the server still listens
}

func TestNew(t *testing.T) {
	for _, name := range []string{
		"", "alias/enamel", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-2:111122223333:alias/enamel",
		"arn:aws:s3:us-east-2:111122223333:key/a", "arn:aws:kms::111122223333:key/a", "arn:aws:kms:us-east-2:111122223333:key/",
		"arn:aws:kms:us-east-2:111122223333:key/a/b", "arn:aws:kms:us-east-2:111122223333:key/a b",
	} {
		_, err := awskms.New(config("https://kms.test"), name, nil)
		refused(t, err, crypto.ErrInvalid)
	}
	cfg := config("https://kms.test")
	cfg.Credentials = nil
	_, err := awskms.New(cfg, keyARN, nil)
	refused(t, err, crypto.ErrInvalid)
}

func TestPromise_M4_2_KMSClientRefusesTLS12(t *testing.T) {
	served := 0
	old := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	old.Config.ErrorLog = log.New(io.Discard, "", 0)
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} //nolint:gosec // the server of the past that must be refused
	old.StartTLS()
	defer old.Close()
	w := wrap(t, newKMS(t).manager(t, nil))

	t.Run("refuses_tls12", func(t *testing.T) {
		cfg := config(old.URL)
		cfg.HTTPClient = old.Client() // a client that would take it, but is not used
		m, err := awskms.New(cfg, keyARN, &awskms.Options{
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
		k := newKMS(t)
		unwraps(t, k.manager(t, nil), wrap(t, k.manager(t, nil)))
		require.EqualValues(t, tls.VersionTLS13, k.tlsVersion)
	})
	t.Run("refuses_clear_text", func(t *testing.T) {
		clearText := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
		defer clearText.Close()
		_, err := awskms.New(config(clearText.URL), keyARN, nil)
		require.ErrorIs(t, err, crypto.ErrInvalid)

		// Other ways to set an endpoint are found when it is used.
		cfg := config(clearText.URL)
		cfg.BaseEndpoint = nil
		cfg.ServiceOptions = []func(string, any){func(_ string, o any) {
			if o, ok := o.(*kms.Options); ok {
				o.BaseEndpoint = &clearText.URL
			}
		}}
		m, err := awskms.New(cfg, keyARN, nil)
		require.NoError(t, err)
		_, err = m.Unwrap(t.Context(), w, bind)
		refused(t, err, crypto.ErrInvalid)
	})
}
