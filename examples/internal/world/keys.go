package world

import (
	"context"
	"errors"

	"github.com/enamel-go/enamel/crypto"
)

// Keys tells of all the practice's keys what may be shown of them.
func (g *Ground) Keys(ctx context.Context) ([]crypto.KeyInfo, error) {
	const most = 1000
	var all []crypto.KeyInfo
	for after := (crypto.KeyInfo{}); ; after = all[len(all)-1] {
		page, err := g.keys.Keys(ctx, Practice, after, most)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < most {
			return all, nil
		}
	}
}

// RotateRoot makes a new version of the root key; on Postgres alone has it any. Call [Ground.RotateKeys] after it: until
// then every key lies under the older one.
func (g *Ground) RotateRoot() error {
	rotator, ok := g.manager.(interface{ Rotate() error })
	if !ok {
		return errors.New("in memory the root key lives and dies with the process; there is no other version of it")
	}
	return rotator.Rotate()
}

// RotateKeys makes a new version of the practice's key and wraps every other key under it, while all goes on. After
// an error, or when the process has ended in between, call it again: nothing is lost meanwhile.
func (g *Ground) RotateKeys(ctx context.Context, report func(crypto.Progress)) error {
	err := g.keys.Rotate(ctx, crypto.Subject{Practice: Practice, Class: crypto.PracticeKey})
	if err != nil {
		return err
	}
	return g.keys.Rewrap(ctx, Practice, report)
}
