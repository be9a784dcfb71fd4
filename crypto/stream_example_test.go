package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func ExampleKeyring_SealWriter() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	radiograph := crypto.Binding{
		Practice: "elm-street", Patient: "p-204", Class: crypto.Chart, Kind: "radiograph", ID: "r-17",
	}
	var file bytes.Buffer
	w, err := keyring.SealWriter(ctx, &file, radiograph)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.Copy(w, strings.NewReader("a large image")); err != nil {
		fmt.Println(err) // and no Close: what was written is to be thrown away
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	r, err := keyring.OpenReader(ctx, bytes.NewReader(file.Bytes()), radiograph)
	if err != nil {
		fmt.Println(err)
		return
	}
	image, err := io.ReadAll(r)
	fmt.Printf("%s %v\n", image, err)

	// Its last byte was lost.
	r, err = keyring.OpenReader(ctx, bytes.NewReader(file.Bytes()[:file.Len()-1]), radiograph)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = io.ReadAll(r)
	fmt.Println(errors.Is(err, crypto.ErrNotOpened))
	// Output:
	// a large image <nil>
	// true
}

func ExampleKeyring_OpenReaderAt() {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	logo := crypto.Binding{Practice: "elm-street", Kind: "logo", ID: "1"}
	var file bytes.Buffer
	w, err := keyring.SealWriter(ctx, &file, logo)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.WriteString(w, "a large image"); err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	r, err := keyring.OpenReaderAt(ctx, bytes.NewReader(file.Bytes()), int64(file.Len()), logo)
	if err != nil {
		fmt.Println(err)
		return
	}
	part := make([]byte, 5)
	_, err = r.ReadAt(part, 8)
	fmt.Printf("%d bytes, of which %q %v\n", r.Size(), part, err)
	// Output: 13 bytes, of which "image" <nil>
}
