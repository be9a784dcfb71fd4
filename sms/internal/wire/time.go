package wire

import (
	"encoding/json"
	"time"
)

// Time is when something happened, as a provider writes it in JSON (RFC 3339), in UTC at microseconds. What cannot be read is
// no time: a stop is not lost over it.
type Time struct{ time.Time }

// UnmarshalJSON never fails.
func (t *Time) UnmarshalJSON(raw []byte) error {
	t.Time = time.Time{}
	var said string
	if json.Unmarshal(raw, &said) != nil {
		return nil
	}
	if at, err := time.Parse(time.RFC3339, said); err == nil {
		t.Time = at.UTC().Truncate(time.Microsecond)
	}
	return nil
}
