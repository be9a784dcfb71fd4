// Package prune keeps the action of the entries that explain what was pruned to those who prune. Whatever else an
// application records, no leaf of its own then passes a gap in the log off as a pruning.
package prune

import "context"

// Action is that of an entry which says what was pruned of a log.
const Action = "audit.prune"

type key struct{}

// Allow returns a context under which a log stamps entries of [Action].
func Allow(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, true) }

// Allowed reports whether ctx comes from [Allow].
func Allowed(ctx context.Context) bool { return ctx.Value(key{}) != nil }
