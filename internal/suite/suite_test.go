package suite_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/suite"
)

type inner struct{ A, B string }

type outer struct {
	inner
	At    time.Time
	Words []string
	Many  []inner
}

func full() outer {
	return outer{inner{"a", "b"}, time.Unix(0, 0), []string{""}, []inner{{A: "a"}, {B: "b"}}}
}

func TestFilled(t *testing.T) {
	require.NoError(t, suite.Filled(full()))
	for name, empty := range map[string]func(*outer){
		"suite_test.inner.A":     func(o *outer) { o.A = "" },
		"suite_test.outer.At":    func(o *outer) { o.At = time.Time{} },
		"suite_test.outer.Words": func(o *outer) { o.Words = nil },
		"suite_test.outer.Many":  func(o *outer) { o.Many = nil },
		"suite_test.inner.B":     func(o *outer) { o.Many[1].B = "" },
	} {
		o := full()
		empty(&o)
		require.ErrorContains(t, suite.Filled(o), name)
	}
}
