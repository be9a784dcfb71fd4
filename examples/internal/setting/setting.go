// Package setting keeps the few numbers that only the demonstration has: how far its clock is ahead, and which invented
// agreements are in force. In memory for one process, in a small table of its own for several on one Postgres.
package setting

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun"
)

// Store keeps numbers by name. All methods may be called concurrently, by several processes on the same table.
type Store interface {
	// Begin keeps value unless the name has one already, and returns the one that is kept.
	Begin(ctx context.Context, name string, value int64) (int64, error)
	// Add adds to what is kept under name, which must have begun, and returns the sum.
	Add(ctx context.Context, name string, by int64) (int64, error)
	// Set replaces what is kept under name.
	Set(ctx context.Context, name string, value int64) error
	// Get returns what is kept under name, or zero.
	Get(ctx context.Context, name string) (int64, error)
	// Names returns the names that begin with prefix, by their values.
	Names(ctx context.Context, prefix string) ([]string, error)
}

// Memory implements [Store] for one process. The zero value is ready to use.
type Memory struct {
	mu     sync.Mutex
	values map[string]int64
}

// Begin implements [Store].
func (m *Memory) Begin(_ context.Context, name string, value int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept, ok := m.values[name]; ok {
		return kept, nil
	}
	m.put(name, value)
	return value, nil
}

// Add implements [Store].
func (m *Memory) Add(_ context.Context, name string, by int64) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(name, m.values[name]+by)
	return m.values[name], nil
}

// Set implements [Store].
func (m *Memory) Set(_ context.Context, name string, value int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(name, value)
	return nil
}

// Get implements [Store].
func (m *Memory) Get(_ context.Context, name string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[name], nil
}

// Names implements [Store].
func (m *Memory) Names(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for name := range m.values {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(m.values[a], m.values[b]), cmp.Compare(a, b))
	})
	return names, nil
}

func (m *Memory) put(name string, value int64) {
	if m.values == nil {
		m.values = map[string]int64{}
	}
	m.values[name] = value
}

// Postgres implements [Store] on the table demo_setting.
type Postgres struct {
	db    *bun.DB
	table bun.Ident
}

// Open makes the table if there is none; the schema must be there. Several processes may do so at once: of two that
// make a table "if not exists" Postgres can still refuse one, so they wait for each other.
func Open(ctx context.Context, db *bun.DB, schema string) (*Postgres, error) {
	p := &Postgres{db: db, table: bun.Ident(schema + ".demo_setting")}
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", string(p.table)).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("CREATE TABLE IF NOT EXISTS ? (name text PRIMARY KEY, value bigint NOT NULL)", p.table).Exec(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make the demonstration's table: %w", err)
	}
	return p, nil
}

// Begin implements [Store].
func (p *Postgres) Begin(ctx context.Context, name string, value int64) (kept int64, err error) {
	// An update that changes nothing, so that the row is returned whoever was first.
	err = p.db.NewRaw("INSERT INTO ? AS t (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = t.value RETURNING value",
		p.table, name, value).Scan(ctx, &kept)
	return kept, err
}

// Add implements [Store].
func (p *Postgres) Add(ctx context.Context, name string, by int64) (sum int64, err error) {
	err = p.db.NewRaw("UPDATE ? SET value = value + ? WHERE name = ? RETURNING value", p.table, by, name).Scan(ctx, &sum)
	return sum, err
}

// Set implements [Store].
func (p *Postgres) Set(ctx context.Context, name string, value int64) error {
	_, err := p.db.NewRaw("INSERT INTO ? (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value",
		p.table, name, value).Exec(ctx)
	return err
}

// Get implements [Store].
func (p *Postgres) Get(ctx context.Context, name string) (value int64, err error) {
	err = p.db.NewRaw("SELECT value FROM ? WHERE name = ?", p.table, name).Scan(ctx, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return value, err
}

// Names implements [Store].
func (p *Postgres) Names(ctx context.Context, prefix string) (names []string, err error) {
	err = p.db.NewRaw("SELECT name FROM ? WHERE starts_with(name, ?) ORDER BY value, name", p.table, prefix).Scan(ctx, &names)
	return names, err
}
