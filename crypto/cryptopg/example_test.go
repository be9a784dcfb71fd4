package cryptopg_test

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/crypto/cryptopg"
)

// Those who apply migrations with a tool of their own take them as plain SQL.
func ExampleSQL() {
	script, err := cryptopg.SQL(&cryptopg.Options{Schema: "keys"})
	fmt.Println(strings.Contains(script, `CREATE TABLE "keys".crypto_key`), err)
	// Output: true <nil>
}
