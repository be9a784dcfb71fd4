package consentpg

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const (
	cookieTable  = "consent_cookie"
	visitorIndex = crypto.Fixed + "consent.visitor" // rows are never written anew
)

// Cookies implements [cookie.Store]. It is a cheap value that may be used concurrently, except inside a transaction. The
// application's role needs SELECT and INSERT on consent_cookie, and what package auditpg asks for.
type Cookies struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// NewCookies returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret; they
// need a connection pool of their own where callers open transactions.
func NewCookies(db *bun.DB, keys *crypto.Keyring, o *Options) *Cookies {
	return &Cookies{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Cookies) WithTx(tx bun.IConn) *Cookies {
	return &Cookies{pg: s.pg.WithTx(tx), keys: s.keys}
}

// cookieRow is a choice as a row: what is searched by is plain or an index, and repeats what is sealed.
type cookieRow struct {
	Practice string    `bun:"practice"`
	ID       string    `bun:"id"`
	Visitor  []byte    `bun:"visitor"`
	Recorded time.Time `bun:"recorded"`
	Sealed   []byte    `bun:"sealed"`
}

// cookieSecret is the JSON that is sealed. Its names are part of what old rows hold: add, never rename.
type cookieSecret struct {
	Visitor    string            `json:"visitor"`
	Allowed    []cookie.Category `json:"allowed,omitempty"`
	Withdrawn  bool              `json:"withdrawn,omitempty"`
	At         time.Time         `json:"at"`
	Recorded   time.Time         `json:"recorded"`
	Actor      actor             `json:"actor"`
	Wording    string            `json:"wording,omitempty"`
	Language   string            `json:"language,omitempty"`
	Shown      string            `json:"shown,omitempty"`
	DoNotTrack bool              `json:"dnt,omitempty"`
	GPC        bool              `json:"gpc,omitempty"`
}

// Apply implements [cookie.Store]. The choice and its entries are one statement, in which the entries hang on the choice:
// a repeated one inserts nothing at all.
func (s *Cookies) Apply(ctx context.Context, c cookie.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	r, err := s.seal(ctx, c.Choice)
	if err != nil {
		return false, fmt.Errorf("consentpg: apply: %w", err)
	}
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, visitor, recorded, sealed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, s.pg.Table(cookieTable), r.Practice, r.ID, r.Visitor, r.Recorded, r.Sealed, pgentry.After(s.pg, "fact", c.Leaves))
	return n > 0, pgstore.Wrap("consentpg: apply", err)
}

// Choice implements [cookie.Store].
func (s *Cookies) Choice(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
	var rows []cookieRow
	err := s.pg.Raw("SELECT * FROM ? WHERE practice = ? AND id = ?", s.pg.Table(cookieTable), k.Practice, k.ID).Scan(ctx, &rows)
	if err != nil {
		return cookie.Choice{}, pgstore.Wrap("consentpg: choice", err)
	}
	if len(rows) == 0 {
		return cookie.Choice{}, cookie.ErrNotFound
	}
	c, err := s.open(ctx, rows[0])
	if err != nil {
		return cookie.Choice{}, fmt.Errorf("consentpg: choice: %w", err)
	}
	return c, nil
}

// Choices implements [cookie.Store].
func (s *Cookies) Choices(ctx context.Context, q cookie.Query) (cookie.Page, error) {
	if err := q.Validate(); err != nil {
		return cookie.Page{}, err
	}
	limit, after := page.Size(q.Limit), bun.SafeQuery("")
	if q.After != "" {
		from, err := page.Parse(cookie.ErrInvalid, q.After)
		if err != nil {
			return cookie.Page{}, err
		}
		after = bun.SafeQuery("AND (recorded, id) > (?, ?)", from.At, from.ID)
	}
	visitor, err := s.keys.Index(ctx, q.Practice, visitorIndex, q.Visitor)
	if err != nil {
		return cookie.Page{}, fmt.Errorf("consentpg: choices: %w", err)
	}
	var rows []cookieRow
	err = s.pg.Raw("SELECT * FROM ? WHERE practice = ? AND visitor = ? ? ORDER BY recorded, id LIMIT ?",
		s.pg.Table(cookieTable), q.Practice, visitor, after, limit+1).Scan(ctx, &rows)
	if err != nil {
		return cookie.Page{}, pgstore.Wrap("consentpg: choices", err)
	}
	var found []cookie.Choice
	for _, r := range rows {
		c, err := s.open(ctx, r)
		if err != nil {
			return cookie.Page{}, fmt.Errorf("consentpg: choices: %w", err)
		}
		found = append(found, c)
	}
	var p cookie.Page
	p.Choices, p.Next = page.Cut(found, limit, func(c cookie.Choice) string {
		return page.Place{At: c.Recorded, ID: c.ID}.String()
	})
	return p, nil
}

// cookieBinding ties a sealed choice to its row. A visitor is no patient, so the practice's own key seals it.
func cookieBinding(practice, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Kind: cookieTable, ID: id}
}

func (s *Cookies) seal(ctx context.Context, c cookie.Choice) (cookieRow, error) {
	visitor, err := s.keys.Index(ctx, c.Practice, visitorIndex, c.Visitor)
	if err != nil {
		return cookieRow{}, err
	}
	plain, err := json.Marshal(cookieSecret{
		Visitor: c.Visitor, Allowed: c.Allowed, Withdrawn: c.Withdrawn, At: c.At, Recorded: c.Recorded, Actor: actor(c.Actor),
		Wording: c.Wording, Language: c.Language, Shown: c.Shown,
		DoNotTrack: c.Signals.DoNotTrack, GPC: c.Signals.GlobalPrivacyControl,
	})
	if err != nil {
		return cookieRow{}, err
	}
	sealed, err := s.keys.Seal(ctx, nil, plain, cookieBinding(c.Practice, c.ID))
	return cookieRow{Practice: c.Practice, ID: c.ID, Visitor: visitor, Recorded: c.Recorded, Sealed: sealed}, err
}

// open returns the choice that r keeps, or an error that wraps cookie.ErrTampered when r was altered, or moved from
// another row or to another visitor.
func (s *Cookies) open(ctx context.Context, r cookieRow) (cookie.Choice, error) {
	plain, err := opened(ctx, s.keys, cookie.ErrTampered, r.Sealed, cookieBinding(r.Practice, r.ID))
	if err != nil {
		return cookie.Choice{}, err
	}
	var v cookieSecret
	if err := json.Unmarshal(plain, &v); err != nil {
		return cookie.Choice{}, fmt.Errorf("%w: its sealed part cannot be read", cookie.ErrTampered)
	}
	visitor, err := s.keys.Index(ctx, r.Practice, visitorIndex, v.Visitor)
	if err != nil {
		return cookie.Choice{}, err
	}
	if !bytes.Equal(visitor, r.Visitor) || !v.Recorded.Equal(r.Recorded) {
		return cookie.Choice{}, fmt.Errorf("%w: a column differs from its sealed part", cookie.ErrTampered)
	}
	return cookie.Choice{
		ID: r.ID, Practice: r.Practice, Visitor: v.Visitor, Allowed: v.Allowed, Withdrawn: v.Withdrawn, At: v.At,
		Recorded: v.Recorded, Actor: audit.Actor(v.Actor), Wording: v.Wording, Language: v.Language, Shown: v.Shown,
		Signals: cookie.Signals{DoNotTrack: v.DoNotTrack, GlobalPrivacyControl: v.GPC},
	}, nil
}
