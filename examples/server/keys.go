package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// keysView is what may be shown of the practice's keys.
type keysView struct {
	Own      []keyView     `json:"own"`      // the practice's own, each
	Patients []classView   `json:"patients"` // those of patients, counted
	Rotation *rotationView `json:"rotation,omitempty"`
}

// keyView is one key. Nothing here opens anything.
type keyView struct {
	Class   crypto.Class `json:"class"`
	For     string       `json:"for"` // what it is for, in plain words
	Version int          `json:"version"`
	ID      string       `json:"id"`
	Under   string       `json:"under"` // the key that wraps it
	Made    time.Time    `json:"made"`
}

// classView counts the keys of patients that lie under one key of the practice's.
type classView struct {
	Class   crypto.Class `json:"class"`
	Version int          `json:"version"`
	Under   string       `json:"under"`
	Count   int          `json:"count"`
}

// rotationView is how far the newest rotation has come.
type rotationView struct {
	Began     time.Time `json:"began"`
	Seen      int       `json:"keys_seen"`
	Rewrapped int       `json:"keys_rewrapped"`
	Running   bool      `json:"running"`
	Failed    string    `json:"failed,omitempty"`
}

// When is when it began.
func (r rotationView) When() string { return spoken(r.Began) }

// When is when it was made.
func (k keyView) When() string { return local(k.Made).Format("Jan 2, 3:04:05 PM") }

func lookKeys(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) { return keys(ctx, s) }

func keys(ctx context.Context, s *scene) (keysView, error) {
	all, err := s.Keys(ctx)
	if err != nil {
		return keysView{}, err
	}
	v := keysView{Own: []keyView{}, Patients: []classView{}}
	for _, k := range all {
		if k.Patient == "" {
			v.Own = append(v.Own, keyView{k.Class, keyUse(k.Class), k.Version, k.ID, k.Under, k.Created})
			continue
		}
		same := func(c classView) bool { return c.Class == k.Class && c.Version == k.Version && c.Under == k.Under }
		if i := slices.IndexFunc(v.Patients, same); i >= 0 {
			v.Patients[i].Count++
		} else {
			v.Patients = append(v.Patients, classView{k.Class, k.Version, k.Under, 1})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rotation != nil {
		now := *s.rotation
		v.Rotation = &now
	}
	return v, nil
}

// keyUse says what a key of the practice's own is for.
func keyUse(c crypto.Class) string {
	kind, isIndex := strings.CutPrefix(string(c), "index/")
	switch {
	case isIndex:
		return "finds what is sealed, by " + strings.TrimPrefix(kind, crypto.Fixed)
	case c == crypto.PracticeKey:
		return "wraps all other keys"
	case c == crypto.DataKey:
		return "seals what belongs to no patient, such as numbers"
	case c == crypto.AuditKey:
		return "proves that an entry of the log is ours"
	}
	return ""
}

type rotateInput struct {
	Root string `json:"root" doc:"yes: the root key gets a new version too. On Postgres alone."`
}

// rotate wraps all keys of the practice under a new one. Nothing that is sealed changes, and all goes on meanwhile.
func rotate(ctx context.Context, s *app, in rotateInput) (done, error) {
	root, err := choice("root", in.Root, "", "yes")
	if err != nil {
		return done{}, err
	}
	sc := s.scene.Load()
	if root == "yes" && !sc.Durable {
		return done{}, badInput("In memory the root key lives and dies with the server, so it has one version. Rotate the practice's key alone.")
	}
	if !sc.beginRotation() {
		return done{}, badInput("A rotation is under way. Its progress is shown with the keys.")
	}
	err = sc.Log.Record(ctx, audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "crypto.keys.rotate", Object: audit.Object{Kind: "keys"},
	})
	if err == nil && root == "yes" {
		err = sc.RotateRoot()
	}
	if err == nil {
		err = sc.RotateKeys(ctx, sc.progressed)
	}
	far := sc.endRotation(err)
	if err != nil {
		return done{}, err
	}
	return done{
		Said:   fmt.Sprintf("The practice has a new key, and the %d others were wrapped anew. No sealed value changed.", far.Rewrapped),
		Result: far,
	}, nil
}

func (s *scene) beginRotation() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rotation != nil && s.rotation.Running {
		return false
	}
	s.rotation = &rotationView{Began: s.Clock.Now(), Running: true}
	return true
}

func (s *scene) progressed(p crypto.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotation.Seen, s.rotation.Rewrapped = p.Seen, p.Rewrapped
}

func (s *scene) endRotation(err error) rotationView {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotation.Running = false
	if err != nil {
		s.rotation.Failed = "It did not end. Rotate again: it goes on where it stopped."
	}
	return *s.rotation
}
