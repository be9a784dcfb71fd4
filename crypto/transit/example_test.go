package transit_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/transit"
)

// The practice's keys are wrapped by Vault or OpenBao, here by a stand-in.
func Example() {
	server := startVault()
	defer server.stop()
	manager, err := transit.New(server.URL, keyName, transit.StaticToken(token), &transit.Options{
		Timeout: 5 * time.Second,
		RootCAs: server.roots(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer manager.Close()
	keyring, err := crypto.NewKeyring(cryptomem.New(), manager, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := crypto.Binding{Practice: "elm-street", Kind: "contact.phone", ID: "c-1"}
	sealed, err := keyring.Seal(context.Background(), nil, []byte("+15125550142"), phone)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := keyring.Open(context.Background(), nil, sealed, phone)
	fmt.Println(string(plain), err)

	// A sealed server is worth another try; nothing is wrong with the value.
	server.set(func(v *vault) { v.sealed = true })
	_, err = manager.Wrap(context.Background(), make([]byte, 32), nil)
	fmt.Println(errors.Is(err, crypto.ErrUnavailable))
	// Output:
	// +15125550142 <nil>
	// true
}
