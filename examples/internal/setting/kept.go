package setting

import (
	"context"
	"time"
)

// Clock keeps the demonstration's clock in a store; it implements clock.Keeper.
type Clock struct{ Store Store }

const ahead = "clock"

// Begin implements clock.Keeper.
func (c Clock) Begin(ctx context.Context, by time.Duration) (time.Duration, error) {
	kept, err := c.Store.Begin(ctx, ahead, int64(by))
	return time.Duration(kept), err
}

// Add implements clock.Keeper.
func (c Clock) Add(ctx context.Context, by time.Duration) (time.Duration, error) {
	sum, err := c.Store.Add(ctx, ahead, int64(by))
	return time.Duration(sum), err
}

// Ahead implements clock.Keeper.
func (c Clock) Ahead(ctx context.Context) (time.Duration, error) {
	kept, err := c.Store.Get(ctx, ahead)
	return time.Duration(kept), err
}

// Agreements says which invented agreements are in force; it implements sms.Agreements. A provider that nothing was
// said of has none.
type Agreements struct{ Store Store }

// InForce implements sms.Agreements.
func (a Agreements) InForce(ctx context.Context, practice, provider string) (bool, error) {
	value, err := a.Store.Get(ctx, agreement(practice, provider))
	return value == 1, err
}

// Begin puts an agreement in force unless something was said of it before.
func (a Agreements) Begin(ctx context.Context, practice, provider string) error {
	_, err := a.Store.Begin(ctx, agreement(practice, provider), 1)
	return err
}

// Put puts an agreement in force, or ends it.
func (a Agreements) Put(ctx context.Context, practice, provider string, inForce bool) error {
	value := int64(0)
	if inForce {
		value = 1
	}
	return a.Store.Set(ctx, agreement(practice, provider), value)
}

func agreement(practice, provider string) string { return "agreement " + practice + " " + provider }
