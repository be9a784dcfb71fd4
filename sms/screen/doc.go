// Package screen finds in a text what no text may carry, and says what it found and where.
package screen
