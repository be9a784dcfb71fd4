package crypto_test

import (
	"testing"

	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
