package awskms_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/awskms"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// The practice's keys are wrapped by KMS, here by a stand-in. A real configuration comes from
// config.LoadDefaultConfig of aws-sdk-go-v2/config, and needs no RootCAs.
func Example() {
	server := startKMS()
	defer server.stop()
	manager, err := awskms.New(config(server.URL), keyARN, &awskms.Options{RootCAs: server.roots()})
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
	// Output: +15125550142 <nil>
}
