package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
)

// own returns the practice's own key of a class that the server shows.
func own(t *testing.T, v keysView, class crypto.Class) keyView {
	t.Helper()
	for _, k := range v.Own {
		if k.Class == class {
			return k
		}
	}
	require.Fail(t, "no key of class "+string(class))
	return keyView{}
}

func TestKeysAreRotated(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		before := get[keysView](s, "keys")
		first := own(t, before, crypto.PracticeKey)
		require.Equal(t, 1, first.Version)
		require.Equal(t, first.ID, own(t, before, crypto.AuditKey).Under)
		require.WithinDuration(t, s.scene.Load().Clock.Now(), first.Made, 10*time.Minute, "keys are made by the demo clock")
		require.Nil(t, before.Rotation)
		require.NotEmpty(t, before.Patients)

		require.Contains(t, s.act("rotate", nil), "No sealed value changed")
		after := get[keysView](s, "keys")
		second := own(t, after, crypto.PracticeKey)
		require.Equal(t, 2, second.Version)
		for _, k := range after.Own {
			if k.Class != crypto.PracticeKey {
				require.Equal(t, second.ID, k.Under)
			}
		}
		for _, c := range after.Patients {
			require.Equal(t, second.ID, c.Under)
		}
		require.False(t, after.Rotation.Running)
		require.Positive(t, after.Rotation.Rewrapped)

		// All goes on, here and in the workers.
		s.act("reply", map[string]string{"number": "+15125550142", "words": "STOP"})
		require.Contains(t, received(s.phone("+15125550142"))[1], "you are removed from our texts")
		require.Contains(t, s.act("verify", nil), "none is missing")

		if !s.scene.Load().Durable {
			require.Contains(t, s.refused(http.StatusBadRequest, "rotate", map[string]string{"root": "yes"}), "one version")
			return
		}
		s.act("rotate", map[string]string{"root": "yes"})
		require.NotEqual(t, first.Under, own(t, get[keysView](s, "keys"), crypto.PracticeKey).Under)
		s.employ() // a worker that has seen none of it
		s.act("reply", map[string]string{"number": "+15125550142", "words": "HELP"})
		require.Len(t, received(s.phone("+15125550142")), 3)
		_, page := s.send(http.MethodGet, "/", "", nil)
		says(t, page, "rotated")
	})
}

func TestExportIsCheckedElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		require.Eventually(t, func() bool {
			status, _ := s.send(http.MethodGet, "/api/log/export", "", nil)
			return status == http.StatusOK
		}, time.Minute, 50*time.Millisecond, "a notary integrates within a second")
		require.Contains(t, s.act("check", nil), "proves itself with the public key alone")
		log := get[struct {
			Entries    []entryView
			Checkpoint checkpointView
		}](s, "log", "limit", "500")
		verifier, err := note.NewVerifier(log.Checkpoint.Key)
		require.NoError(t, err)
		known := note.VerifierList(verifier)

		whole := s.download("/api/log/export")
		result, err := notary.CheckExport(strings.NewReader(whole), known, nil)
		require.NoError(t, err)
		require.GreaterOrEqual(t, result.Leaves, log.Checkpoint.Size)
		broken := strings.Replace(whole, "consent.grant", "consent.grand", 1)
		require.NotEqual(t, whole, broken)
		_, err = notary.CheckExport(strings.NewReader(broken), known, nil)
		require.ErrorIs(t, err, notary.ErrProof)

		// One entry by itself, and all about one patient.
		first := log.Entries[len(log.Entries)-1]
		result, err = notary.CheckExport(strings.NewReader(s.download("/api/log/export?entry="+first.ID)), known, nil)
		require.NoError(t, err)
		require.True(t, result.Extract)
		require.EqualValues(t, 1, result.Leaves)
		result, err = notary.CheckExport(strings.NewReader(s.download("/api/log/export?patient="+people0)), known, nil)
		require.NoError(t, err)
		require.Positive(t, result.Leaves)
		proof := get[proofView](s, "log/proof", "entry", first.ID)
		require.True(t, strings.HasPrefix(proof.Proof, "c2sp.org/tlog-proof@v1\n"))
		require.Equal(t, log.Checkpoint.Key, proof.Key)

		status, body := s.send(http.MethodGet, "/api/log/proof?entry=e-0", "", nil)
		require.Equal(t, http.StatusNotFound, status, body)
		status, body = s.send(http.MethodGet, "/api/log/export?entry=e-0&patient=p-101", "", nil)
		require.Equal(t, http.StatusBadRequest, status, body)
	})
}

// download gets a file.
func (s *site) download(path string) string {
	s.t.Helper()
	status, body := s.send(http.MethodGet, path, "", nil)
	require.Equal(s.t, http.StatusOK, status, body)
	return body
}
