package world

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
)

// listener is a sms.Waker that hears on a connection of its own when texts were queued. A pooler hands no notifications on,
// so its address must be the database's own; without notifications workers poll.
type listener struct {
	config  *pgx.ConnConfig
	channel string

	mu   sync.Mutex
	conn *pgx.Conn
}

// Wait implements sms.Waker. What was notified while there was no connection is lost, so a new one wakes at once.
func (l *listener) Wait(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil || l.conn.IsClosed() {
		conn, err := pgx.ConnectConfig(ctx, l.config)
		if err != nil {
			return err
		}
		l.conn = conn
		_, err = conn.Exec(ctx, "LISTEN "+pgx.Identifier{l.channel}.Sanitize())
		return err
	}
	_, err := l.conn.WaitForNotification(ctx)
	return err
}

// Close ends the connection.
func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return nil
	}
	return l.conn.Close(context.Background())
}
