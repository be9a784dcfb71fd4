// Package clock is the demonstration's clock: real time, moved forward by whoever tells the story.
//
// It begins at the next ten o'clock in the morning, Central time, so that the story can be told at any hour, and runs on
// from there at real speed. It is only ever moved forward. Several processes share it through a [Keeper]: each follows
// what the others moved. Leases and timeouts do not use it.
package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// ErrMove is wrapped when a clock is asked to do what it does not do.
var ErrMove = errors.New("the demo clock cannot be moved like that")

// Most is how far one move goes at most.
const Most = 31 * 24 * time.Hour

// Keeper keeps by how much the clock is ahead of real time. All methods may be called concurrently.
type Keeper interface {
	// Begin keeps ahead unless something is kept already, and returns what is kept.
	Begin(ctx context.Context, ahead time.Duration) (time.Duration, error)
	// Add moves the clock forward and returns by how much it is ahead now.
	Add(ctx context.Context, by time.Duration) (time.Duration, error)
	// Ahead returns by how much the clock is ahead.
	Ahead(ctx context.Context) (time.Duration, error)
}

// Clock tells the demonstration's time. It may be used concurrently.
type Clock struct {
	keeper Keeper
	ahead  atomic.Int64 // time.Duration
}

// Start returns a clock that begins at the next ten o'clock Central, or goes on where keeper has it.
func Start(ctx context.Context, keeper Keeper) (*Clock, error) {
	now := time.Now()
	ten, err := NextTen(now)
	if err != nil {
		return nil, err
	}
	ahead, err := keeper.Begin(ctx, ten.Sub(now))
	if err != nil {
		return nil, fmt.Errorf("start the demo clock: %w", err)
	}
	c := &Clock{keeper: keeper}
	c.ahead.Store(int64(ahead))
	return c, nil
}

// Now is the demonstration's time, in UTC.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())).UTC() }

// Move moves the clock forward, by at most [Most], and returns the new time. It never goes back.
func (c *Clock) Move(ctx context.Context, by time.Duration) (time.Time, error) {
	if err := Forward(by); err != nil {
		return time.Time{}, err
	}
	ahead, err := c.keeper.Add(ctx, by)
	if err != nil {
		return time.Time{}, fmt.Errorf("move the demo clock: %w", err)
	}
	c.forward(ahead)
	return c.Now(), nil
}

// Forward refuses a move that is none, goes back or goes too far.
func Forward(by time.Duration) error {
	if by <= 0 || by > Most {
		return fmt.Errorf("%w: it moves forward only, by up to 31 days at once", ErrMove)
	}
	return nil
}

// Follow takes over what other processes moved, until ctx is done. A keeper that does not answer is asked again; until
// it does the clock runs on as it was.
func (c *Clock) Follow(ctx context.Context, every time.Duration, log *slog.Logger) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		ahead, err := c.keeper.Ahead(ctx)
		if err == nil {
			c.forward(ahead)
		} else if ctx.Err() == nil {
			log.WarnContext(ctx, "the demo clock's keeper does not answer", slog.String("error", err.Error()))
		}
	}
}

// forward takes ahead over unless the clock is further already: two moves may answer in either order.
func (c *Clock) forward(ahead time.Duration) {
	for {
		old := c.ahead.Load()
		if int64(ahead) <= old || c.ahead.CompareAndSwap(old, int64(ahead)) {
			return
		}
	}
}

// Central is the zone of the practice and of the promise's window.
func Central() (*time.Location, error) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		return nil, fmt.Errorf("the time zone America/Chicago is not known on this machine: %w", err)
	}
	return zone, nil
}

// NextTen returns the first ten o'clock in the morning, Central time, that is not before now.
func NextTen(now time.Time) (time.Time, error) {
	zone, err := Central()
	if err != nil {
		return time.Time{}, err
	}
	local := now.In(zone)
	ten := time.Date(local.Year(), local.Month(), local.Day(), 10, 0, 0, 0, zone)
	if ten.Before(now) {
		ten = time.Date(local.Year(), local.Month(), local.Day()+1, 10, 0, 0, 0, zone)
	}
	return ten, nil
}
