package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
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
			rotations := s.acted("crypto.keys.rotate")
			require.Contains(t, s.refused(http.StatusBadRequest, "rotate", map[string]string{"root": "yes"}), "one version")
			require.Equal(t, rotations, s.acted("crypto.keys.rotate"), "the log tells of no rotation that never began")
			require.Equal(t, after.Rotation, get[keysView](s, "keys").Rotation, "nothing is there to go on with")
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

// A rotation of many keys takes its time, and whoever reloads the page, or clicks again, sees how far it has come.
func TestRotationIsShownWhileItRuns(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	sc := s.scene.Load()
	require.True(t, sc.beginRotation())
	sc.progressed(crypto.Progress{Seen: 7, Rewrapped: 5})
	now := get[keysView](s, "keys").Rotation
	require.True(t, now.Running)
	require.Equal(t, []int{7, 5}, []int{now.Seen, now.Rewrapped})
	_, page := s.send(http.MethodGet, "/", "", nil)
	says(t, page, "rotating")
	says(t, page, "7 keys looked at, 5 wrapped anew")
	require.Contains(t, s.refused(http.StatusBadRequest, "rotate", nil), "A rotation is under way")
	require.True(t, get[keysView](s, "keys").Rotation.Running)

	sc.endRotation(errors.New("the key manager is gone"))
	_, page = s.send(http.MethodGet, "/", "", nil)
	says(t, page, "not done")
	says(t, page, "it goes on where it stopped")
	s.act("rotate", nil)
	require.Empty(t, get[keysView](s, "keys").Rotation.Failed)
}

// acted counts the entries of an action in the newest part of the practice's log.
func (s *site) acted(action string) (n int) {
	s.t.Helper()
	page, err := s.scene.Load().Log.Leaves(s.t.Context(), audit.Query{Practice: practice, Newest: true, Limit: 1000})
	require.NoError(s.t, err)
	for _, f := range page.Leaves {
		if f.Action == action {
			n++
		}
	}
	return n
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
		// Nobody gets another file than was asked for: one without entries that seems to say that there are none, or the
		// whole log in place of a patient's part of it.
		for query, code := range map[string]int{
			"entry=e-0": http.StatusNotFound, "patient=p-none": http.StatusNotFound,
			"entry=e-0&patient=p-101": http.StatusBadRequest, "patient=p-101&patient=p-102": http.StatusBadRequest,
			"patient=": http.StatusBadRequest, "entry=": http.StatusBadRequest,
			"patient=p-101;x": http.StatusBadRequest, "patient=p-1%0": http.StatusBadRequest,
		} {
			exports := s.acted("audit.log.export")
			status, body := s.send(http.MethodGet, "/api/log/export?"+query, "", nil)
			require.Equal(t, code, status, query)
			require.NotContains(t, body, "enamel-audit", query)
			require.Equal(t, exports, s.acted("audit.log.export"), "%s: nothing was handed out", query)
		}
	})
}

// download gets a file.
func (s *site) download(path string) string {
	s.t.Helper()
	status, body := s.send(http.MethodGet, path, "", nil)
	require.Equal(s.t, http.StatusOK, status, body)
	return body
}
