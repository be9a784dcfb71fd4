package main

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"time"

	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// packView is a file of evidence that somebody asked for.
type packView struct {
	Release   string    `json:"release"`
	Recipient string    `json:"recipient"`
	Name      string    `json:"name,omitempty"`
	Number    string    `json:"number,omitempty"`
	Patient   string    `json:"patient,omitempty"`
	Document  string    `json:"document,omitempty"`
	Asked     time.Time `json:"asked"`
	By        string    `json:"by"`
	Status    string    `json:"status"`
	Written   []string  `json:"written_sha256,omitempty"` // each time that it was handed out
}

// About says whom the file is about.
func (v packView) About() string {
	if v.Number != "" {
		return shown(v.Number)
	}
	return "all numbers of " + v.Patient
}

// Word says what the request stands at.
func (v packView) Word() string {
	switch pack.Status(v.Status) {
	case pack.Waiting:
		return "waits for the manager"
	case pack.Ready:
		return "may be handed out"
	case pack.Closed:
		return "denied"
	}
	return v.Status
}

func lookPacks(ctx context.Context, _ *app, s *scene, _ url.Values) (any, error) {
	return packs(ctx, s)
}

// packs returns what was asked for, the oldest first, after recording that the desk looked.
func packs(ctx context.Context, s *scene) ([]packView, error) {
	views := []packView{}
	q := pack.Query{Practice: world.Practice, Kind: pack.Requested, Limit: 1000}
	page, err := s.Packs.Releases(ctx, world.Desk(), q)
	if err != nil {
		return nil, err
	}
	for _, f := range page.Facts {
		state, err := s.Packs.State(ctx, world.Desk(), f.Key())
		if err != nil {
			return nil, err
		}
		v := packView{
			Release: f.Release, Recipient: string(f.Scope.Recipient), Name: f.Scope.Name, Number: f.Scope.Number,
			Patient: f.Scope.Patient, Document: f.Scope.Document, Asked: f.At, By: f.Actor.ID, Status: string(state.Status),
		}
		for _, w := range state.Written {
			v.Written = append(v.Written, w.Hash)
		}
		views = append(views, v)
	}
	return views, nil
}

// lookPack hands a file out. It is built and accounted for before its first byte is sent.
func lookPack(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	var whole bytes.Buffer
	if _, err := s.Packs.Write(ctx, world.Desk(), &whole, world.Practice, q.Get("release")); err != nil {
		return nil, err
	}
	return file{name: "evidence.html", kind: "text/html; charset=utf-8", write: func(_ context.Context, w io.Writer) error {
		_, err := whole.WriteTo(w)
		return err
	}}, nil
}
