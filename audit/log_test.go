package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.FixedZone("here", -5*3600))

func newKeys(t testing.TB) *crypto.Keyring {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return keys
}

// newLog returns a log on a store in memory, with the ids e-1, e-2 and so on.
func newLog(t testing.TB, keys audit.Keys) (*audit.Log, *auditmem.Store) {
	t.Helper()
	store, next := auditmem.New(), 0
	log, err := audit.NewLog(store, keys, &audit.Options{
		Now:   func() time.Time { return noon },
		NewID: func() string { next++; return fmt.Sprint("e-", next) },
	})
	require.NoError(t, err)
	return log, store
}

func read() audit.Entry {
	return audit.Entry{
		Practice: "elm-street",
		Actor:    audit.Actor{Kind: audit.Staff, ID: "u-17"},
		Action:   "records.patient.read",
		Object:   audit.Object{Kind: "patient", ID: "p-204"},
		Patient:  "p-204",
		Reason:   "the visit of today <&>",
		Details:  map[string]string{"fields": "name, date of birth"},
	}
}

func TestActorOfAPatientIsSealed(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	for _, kind := range []audit.ActorKind{audit.Patient, audit.Representative} {
		e := read()
		e.Actor = audit.Actor{Kind: kind, ID: "p-204-or-her-father"}
		leaf, err := log.Stamp(t.Context(), e)
		require.NoError(t, err)
		require.NoError(t, leaf.Validate())
		require.Equal(t, audit.Actor{Kind: kind}, leaf.Actor)
		require.NotContains(t, string(leaf.Bytes), "her-father")
		opened, err := log.Open(t.Context(), leaf)
		require.NoError(t, err)
		require.Equal(t, e.Actor, opened.Actor)
	}
}

func TestStampAndOpen(t *testing.T) {
	log, store := newLog(t, newKeys(t))
	given := read()
	leaf, err := log.Stamp(t.Context(), given)
	require.NoError(t, err)

	want := given
	want.ID, want.At, want.Outcome, want.Term = "e-1", noon.UTC().Truncate(time.Microsecond), audit.Done, audit.SixYears
	opened, err := log.Open(t.Context(), leaf)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, opened))
	require.NoError(t, leaf.Validate())
	require.NoError(t, log.Check(t.Context(), leaf))

	page, err := store.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Empty(t, page.Leaves, "a stamped leaf is not written")
}

func TestLeafHidesThePatient(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	leaf, err := log.Stamp(t.Context(), read())
	require.NoError(t, err)
	shown := fmt.Sprintf("%+v %s", leaf, leaf.Bytes)
	for _, hidden := range []string{"p-204", "visit", "birth"} {
		require.NotContains(t, shown, hidden)
	}
	for _, plain := range []string{"elm-street", "u-17", "records.patient.read", "2026-03-02T17:00:00.123456Z"} {
		require.Contains(t, string(leaf.Bytes), plain)
	}
	require.NotContains(t, string(leaf.Bytes), "\n")

	tag, err := log.Tag(t.Context(), "elm-street", "p-204")
	require.NoError(t, err)
	require.Equal(t, leaf.Tag, tag)
	other, err := log.Tag(t.Context(), "oak-avenue", "p-204")
	require.NoError(t, err)
	require.NotEqual(t, tag, other, "a tag says nothing in another practice")
}

func TestEntryWithoutPatient(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	e := audit.Entry{
		Practice: "elm-street", Actor: audit.Actor{Kind: audit.System, ID: "importer"}, Action: "schedule.day.import",
		Outcome: audit.Refused, Term: audit.SixYears, Object: audit.Object{Kind: "schedule"},
	}
	leaf, err := log.Stamp(t.Context(), e)
	require.NoError(t, err)
	require.Nil(t, leaf.Tag)
	opened, err := log.Open(t.Context(), leaf)
	require.NoError(t, err)
	e.ID, e.At = "e-1", noon.UTC().Truncate(time.Microsecond)
	require.Empty(t, cmp.Diff(e, opened))
}

// TestAlteredLeafIsFound changes each field of a leaf and each byte of what is authenticated.
func TestAlteredLeafIsFound(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	leaf, err := log.Stamp(t.Context(), read())
	require.NoError(t, err)
	altered := map[string]func(*audit.Leaf){
		"id":       func(f *audit.Leaf) { f.ID += "0" },
		"practice": func(f *audit.Leaf) { f.Practice = "Elm-street" },
		"time":     func(f *audit.Leaf) { f.At = f.At.Add(time.Microsecond) },
		"kind":     func(f *audit.Leaf) { f.Actor.Kind = audit.System },
		"actor":    func(f *audit.Leaf) { f.Actor.ID = "u-71" },
		"action":   func(f *audit.Leaf) { f.Action = "records.patient.list" },
		"outcome":  func(f *audit.Leaf) { f.Outcome = audit.Refused },
		"term":     func(f *audit.Leaf) { f.Term = audit.OneYear },
		"no tag":   func(f *audit.Leaf) { f.Tag = nil },
		"no bytes": func(f *audit.Leaf) { f.Bytes = nil },
		"no code":  func(f *audit.Leaf) { f.MAC = nil },
		"spaces":   func(f *audit.Leaf) { f.Bytes = append(f.Bytes, ' ') },
		"version":  func(f *audit.Leaf) { f.Bytes = []byte(strings.Replace(string(f.Bytes), `"v":1`, `"v":2`, 1)) },
	}
	for i := range leaf.Tag {
		altered[fmt.Sprint("tag ", i)] = func(f *audit.Leaf) { f.Tag[i] ^= 1 }
	}
	for i := range leaf.Bytes {
		altered[fmt.Sprint("bytes ", i)] = func(f *audit.Leaf) { f.Bytes[i] ^= 1 }
	}
	for i := range leaf.MAC {
		altered[fmt.Sprint("code ", i)] = func(f *audit.Leaf) { f.MAC[i] ^= 1 }
	}
	for name, alter := range altered {
		other := leaf.Clone()
		alter(&other)
		require.False(t, leaf.Equal(other), name)
		require.ErrorIs(t, log.Check(t.Context(), other), audit.ErrTampered, name)
		opened, err := log.Open(t.Context(), other)
		require.ErrorIs(t, err, audit.ErrTampered, name)
		require.Zero(t, opened, name)
		require.NotContains(t, err.Error(), "p-204")
	}
	require.NoError(t, log.Check(t.Context(), leaf), "a clone shares nothing with the leaf")
}

func TestLeafOfAnotherLog(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	other, _ := newLog(t, newKeys(t))
	leaf, err := other.Stamp(t.Context(), read())
	require.NoError(t, err)
	require.ErrorIs(t, log.Check(t.Context(), leaf), audit.ErrTampered)
}

// TestShreddedPatient keeps the leaf and what is plain in it when the patient's evidence is destroyed.
func TestShreddedPatient(t *testing.T) {
	keys := newKeys(t)
	log, _ := newLog(t, keys)
	leaf, err := log.Stamp(t.Context(), read())
	require.NoError(t, err)
	shredded := func(patient string) bool {
		gone, err := log.Shredded(t.Context(), "elm-street", patient)
		require.NoError(t, err)
		return gone
	}
	require.False(t, shredded("p-204"))
	require.NoError(t, keys.Shred(t.Context(), crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Evidence}))
	require.True(t, shredded("p-204"))
	require.False(t, shredded("p-205"))
	require.False(t, shredded(""))
	_, err = log.Stamp(t.Context(), read())
	require.ErrorIs(t, err, audit.ErrShredded)
	_, err = log.Shredded(t.Context(), "", "p-204")
	require.ErrorIs(t, err, crypto.ErrInvalid)

	require.NoError(t, log.Check(t.Context(), leaf), "it still verifies")
	opened, err := log.Open(t.Context(), leaf)
	require.ErrorIs(t, err, crypto.ErrShredded)
	require.NotErrorIs(t, err, audit.ErrTampered)
	require.Equal(t, "records.patient.read", opened.Action)
	require.Equal(t, "patient", opened.Object.Kind)
	require.Empty(t, opened.Patient)
	require.Empty(t, opened.Object.ID)

	tag, err := log.Tag(t.Context(), "elm-street", "p-204")
	require.NoError(t, err)
	require.Equal(t, tag, leaf.Tag, "who knows the id still finds it, as the package says")
}

// TestEntriesWithoutADestroyedPatient keeps what was seen, and what was refused, where an entry can name its patient no more.
func TestEntriesWithoutADestroyedPatient(t *testing.T) {
	keys := newKeys(t)
	log, store := newLog(t, keys)
	of := func(patient string) audit.Entry {
		e := read()
		e.Object.ID, e.Patient = patient, patient
		return e
	}
	visit := of("p-204")
	visit.Object = audit.Object{Kind: "appointment", ID: "a-1"}
	require.NoError(t, keys.Shred(t.Context(), crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Evidence}))
	require.ErrorIs(t, log.Record(t.Context(), of("p-205"), of("p-204")), audit.ErrShredded)
	given := []audit.Entry{of("p-204"), visit, of("p-205")}
	require.NoError(t, log.RecordSeen(t.Context(), given...))
	require.Equal(t, "p-204", given[0].Patient, "what was given is left alone")
	require.Equal(t, errRefused, log.Refuse(t.Context(), of("p-204"), errRefused))
	own := visit
	own.Actor, own.Outcome = audit.Actor{Kind: audit.Patient, ID: "p-204"}, audit.Refused
	require.NoError(t, log.RecordSeen(t.Context(), own))
	mother := visit
	mother.Actor = audit.Actor{Kind: audit.Representative, ID: "r-1"}
	stamped, err := log.StampSeen(t.Context(), mother)
	require.NoError(t, err)
	require.NoError(t, stamped.Validate())
	require.NoError(t, store.Append(t.Context(), stamped))
	mother.Object.Kind = ""
	_, err = log.StampSeen(t.Context(), mother)
	require.ErrorIs(t, err, audit.ErrInvalid)

	page, err := log.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 6)
	seen := map[string]int{}
	for _, f := range page.Leaves {
		e, err := log.Open(t.Context(), f)
		require.NoError(t, err)
		seen[fmt.Sprintf("%s by %q, %s %q %q %d", e.Outcome, e.Actor.ID, e.Object.Kind, e.Object.ID, e.Patient, len(e.Details))]++
	}
	require.Equal(t, map[string]int{
		`done by "u-17", patient "" "" 0`: 1, `done by "u-17", appointment "a-1" "" 0`: 1, `done by "u-17", patient "p-205" "p-205" 1`: 1,
		`refused by "u-17", patient "" "" 0`: 1, `refused by "", appointment "a-1" "" 0`: 1, `done by "r-1", appointment "a-1" "" 0`: 1,
	}, seen)

	full, err := audit.NewLog(failing{store}, keys, nil)
	require.NoError(t, err)
	require.ErrorIs(t, full.RecordSeen(t.Context(), given...), errFull)
}

func TestStampRefuses(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	for name, change := range map[string]func(*audit.Entry){
		"no practice":            func(e *audit.Entry) { e.Practice = "" },
		"a long practice":        func(e *audit.Entry) { e.Practice = strings.Repeat("x", 65) },
		"a NUL in the practice":  func(e *audit.Entry) { e.Practice = "a\x00" },
		"broken text":            func(e *audit.Entry) { e.Practice = "\xff" },
		"no actor":               func(e *audit.Entry) { e.Actor.ID = "" },
		"an odd kind of actor":   func(e *audit.Entry) { e.Actor.Kind = "robot" },
		"a NUL in the actor":     func(e *audit.Entry) { e.Actor.ID = "a\x00" },
		"a long patient":         func(e *audit.Entry) { e.Patient = strings.Repeat("x", 65) },
		"no action":              func(e *audit.Entry) { e.Action = "" },
		"a NUL in the action":    func(e *audit.Entry) { e.Action = "a\x00" },
		"no kind of object":      func(e *audit.Entry) { e.Object.Kind = "" },
		"broken text in the id":  func(e *audit.Entry) { e.Object.ID = "\xff" },
		"broken text in a value": func(e *audit.Entry) { e.Details["fields"] = "\xff" },
		"broken text in a name":  func(e *audit.Entry) { e.Details["\xff"] = "" },
		"an odd outcome":         func(e *audit.Entry) { e.Outcome = "perhaps" },
		"an odd term":            func(e *audit.Entry) { e.Term = "2y" },
		"a detail of a mebibyte": func(e *audit.Entry) { e.Details["fields"] = strings.Repeat("x", 1<<20) },
		"an id of a mebibyte":    func(e *audit.Entry) { e.Object.ID = strings.Repeat("x", 1<<20) },
		"the action of a pruner": func(e *audit.Entry) { e.Action = "audit.prune" },
	} {
		e := read()
		change(&e)
		_, err := log.Stamp(t.Context(), e)
		require.ErrorIs(t, err, audit.ErrInvalid, name)
		require.ErrorIs(t, log.Record(t.Context(), e), audit.ErrInvalid, name)
	}
	long := read()
	long.Details["fields"] = strings.Repeat("x", 1<<20-200)
	_, err := log.Stamp(t.Context(), long)
	require.NoError(t, err)
	_, err = audit.NewLog(nil, newKeys(t), nil)
	require.ErrorIs(t, err, audit.ErrInvalid)
	_, err = audit.NewLog(auditmem.New(), nil, nil)
	require.ErrorIs(t, err, audit.ErrInvalid)
}

func TestRecord(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	require.NoError(t, log.Record(t.Context(), read()))
	require.NoError(t, log.Record(t.Context(), read()))
	page, err := log.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 2, "recording twice makes two entries")
	opened, err := log.Open(t.Context(), page.Leaves[1])
	require.NoError(t, err)
	require.Equal(t, "p-204", opened.Patient)
}

var errRefused = errors.New("consent: not granted")

func TestRefuse(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	ended, stop := context.WithCancel(t.Context())
	stop()
	err := log.Refuse(ended, read(), errRefused)
	require.Equal(t, errRefused, err, "the cause comes back as it is")

	page, err := log.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 1, "although the caller had gone")
	opened, err := log.Open(t.Context(), page.Leaves[0])
	require.NoError(t, err)
	require.Equal(t, audit.Refused, opened.Outcome)
	require.Equal(t, "consent: not granted", opened.Reason)
}

// failing is a store that keeps nothing.
type failing struct{ audit.Store }

var errFull = errors.New("the disk is full")

func (failing) Append(context.Context, ...audit.Leaf) error { return errFull }

func TestRefuseThatCannotBeRecorded(t *testing.T) {
	log, err := audit.NewLog(failing{}, newKeys(t), nil)
	require.NoError(t, err)
	err = log.Refuse(t.Context(), read(), errRefused)
	require.ErrorIs(t, err, errRefused)
	require.ErrorIs(t, err, audit.ErrNotRecorded)
	require.ErrorIs(t, err, errFull)
	require.ErrorIs(t, log.Record(t.Context(), read()), errFull)
}

// Where a command names no practice there is no log to record its refusal in.
func TestRefuseWithoutAPractice(t *testing.T) {
	log, err := audit.NewLog(failing{}, newKeys(t), nil)
	require.NoError(t, err)
	for _, practice := range []string{"", "a\x00b", strings.Repeat("p", 65)} {
		e := read()
		e.Practice = practice
		require.Equal(t, errRefused, log.Refuse(t.Context(), e, errRefused), practice)
	}
}

func TestEntriesOfAChangeAreOfOnePractice(t *testing.T) {
	log, _ := newLog(t, newKeys(t))
	leaf, err := log.Stamp(t.Context(), read())
	require.NoError(t, err)
	bad := leaf
	bad.ID = ""
	require.NoError(t, audit.ValidateOf(errFull, leaf.Practice, []audit.Leaf{leaf, leaf}))
	require.NoError(t, audit.ValidateOf(errFull, leaf.Practice, nil))
	require.ErrorIs(t, audit.ValidateOf(errFull, "oak-street", []audit.Leaf{leaf}), errFull)
	require.ErrorIs(t, audit.ValidateOf(errFull, leaf.Practice, []audit.Leaf{leaf, bad}), audit.ErrInvalid)
}

// failingKeys are keys that fail at one thing.
type failingKeys struct {
	audit.Keys
	at string
}

var errKeys = errors.New("the key server is down")

func (k failingKeys) MAC(ctx context.Context, practice string, message []byte) ([]byte, error) {
	if k.at == "mac" {
		return nil, errKeys
	}
	return k.Keys.MAC(ctx, practice, message)
}

func (k failingKeys) VerifyMAC(ctx context.Context, practice string, message, mac []byte) error {
	if k.at == "verify" {
		return errKeys
	}
	return k.Keys.VerifyMAC(ctx, practice, message, mac)
}

func (k failingKeys) Tag(ctx context.Context, practice, value string) ([]byte, error) {
	if k.at == "tag" {
		return nil, errKeys
	}
	return k.Keys.Tag(ctx, practice, value)
}

func (k failingKeys) SealEvidence(ctx context.Context, practice, patient, id string, plain []byte) ([]byte, error) {
	if k.at == "seal" {
		return nil, errKeys
	}
	return k.Keys.SealEvidence(ctx, practice, patient, id, plain)
}

func TestKeysThatFail(t *testing.T) {
	for _, at := range []string{"mac", "tag", "seal"} {
		log, store := newLog(t, failingKeys{newKeys(t), at})
		require.ErrorIs(t, log.Record(t.Context(), read()), errKeys, at)
		page, err := store.Leaves(t.Context(), audit.Query{Practice: "elm-street"})
		require.NoError(t, err)
		require.Empty(t, page.Leaves, at)
	}
	log, _ := newLog(t, failingKeys{newKeys(t), "verify"})
	leaf, err := log.Stamp(t.Context(), read())
	require.NoError(t, err)
	err = log.Check(t.Context(), leaf)
	require.ErrorIs(t, err, errKeys)
	require.NotErrorIs(t, err, audit.ErrTampered, "nobody is accused because the key server is down")
}
