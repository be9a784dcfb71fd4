package cryptomem_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func ExampleNew() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	b := crypto.Binding{Practice: "elm-street", Kind: "contact.phone", ID: "c-1"}
	sealed, err := keyring.Seal(ctx, nil, []byte("+15555550100"), b)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := keyring.Open(ctx, nil, sealed, b)
	fmt.Printf("%s %v\n", plain, err)
	// Output: +15555550100 <nil>
}
