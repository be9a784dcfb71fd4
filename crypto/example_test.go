package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func Example() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	birth := crypto.Binding{
		Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "patient.birth_date", ID: "p-204",
	}
	sealed, err := keyring.Seal(ctx, nil, []byte("1987-05-11"), birth)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := keyring.Open(ctx, nil, sealed, birth)
	fmt.Printf("%s %v\n", plain, err)

	// Copied to another patient's row it does not open.
	birth.ID, birth.Patient = "p-205", "p-205"
	_, err = keyring.Open(ctx, nil, sealed, birth)
	fmt.Println(err)
	// Output:
	// 1987-05-11 <nil>
	// crypto: does not open: it was altered or moved: its key is another subject's
}

func ExampleKeyring_Shred() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	note := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
	bill := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Billing, Kind: "claim.sum", ID: "c-1"}
	sealedNote, err := keyring.Seal(ctx, nil, []byte("caries"), note)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealedBill, err := keyring.Seal(ctx, nil, []byte("120.00"), bill)
	if err != nil {
		fmt.Println(err)
		return
	}

	// The chart is destroyed a year before the bills.
	err = keyring.Shred(ctx, crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = keyring.Open(ctx, nil, sealedNote, note)
	fmt.Println(errors.Is(err, crypto.ErrShredded))
	plain, err := keyring.Open(ctx, nil, sealedBill, bill)
	fmt.Printf("%s %v\n", plain, err)
	// Output:
	// true
	// 120.00 <nil>
}

// A practice gets a new key of its own. No value is sealed anew, and readers notice nothing.
func ExampleKeyring_Rewrap() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	note := crypto.Binding{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
	sealed, err := keyring.Seal(ctx, nil, []byte("caries"), note)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := keyring.Rotate(ctx, crypto.Subject{Practice: "elm-street", Class: crypto.PracticeKey}); err != nil {
		fmt.Println(err)
		return
	}
	err = keyring.Rewrap(ctx, "elm-street", func(p crypto.Progress) { fmt.Println(p.Rewrapped, "wrapped anew") })
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := keyring.Open(ctx, nil, sealed, note)
	fmt.Printf("%s %v\n", plain, err)
	keys, err := keyring.Keys(ctx, "elm-street", crypto.KeyInfo{}, 100)
	for _, k := range keys {
		fmt.Println(k.Class, k.Version)
	}
	fmt.Println(err)
	// Output:
	// 1 wrapped anew
	// caries <nil>
	// practice 2
	// chart 1
	// <nil>
}

func ExampleKeyring_Index() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	stored, err := keyring.Index(ctx, "elm-street", "contact.phone", "+15555550100")
	if err != nil {
		fmt.Println(err)
		return
	}
	asked, err := keyring.Index(ctx, "elm-street", "contact.phone", "+15555550100")
	fmt.Println(len(stored), bytes.Equal(stored, asked), err)
	elsewhere, err := keyring.Index(ctx, "oak-lane", "contact.phone", "+15555550100")
	fmt.Println(bytes.Equal(stored, elsewhere), err)
	// Output:
	// 32 true <nil>
	// false <nil>
}

func ExampleMakeKeyFile() {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "keys")
	_, err = crypto.OpenKeyFile(path)
	fmt.Println(errors.Is(err, fs.ErrNotExist), "before it is set up")
	_, err = crypto.MakeKeyFile(path)
	fmt.Println(err)
	keys, err := crypto.OpenKeyFile(path)
	fmt.Println(keys, err)
	fmt.Println(keys.Rotate())
	// Output:
	// true before it is set up
	// <nil>
	// [secret] <nil>
	// <nil>
}
