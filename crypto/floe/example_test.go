package floe_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/enamel-go/enamel/crypto/floe"
)

func Example() {
	key := make([]byte, floe.KeySize)
	_, _ = rand.Read(key)
	where := []byte("radiograph r-17")

	var file bytes.Buffer
	w, err := floe.NewWriter(&file, key, where, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.Copy(w, strings.NewReader("a large image")); err != nil {
		fmt.Println(err) // and no Close: the stream is to be thrown away
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	r, err := floe.NewReader(&file, key, where, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	image, err := io.ReadAll(r)
	fmt.Printf("%s %v\n", image, err)
	// Output: a large image <nil>
}

func ExampleNewReaderAt() {
	key := make([]byte, floe.KeySize)
	_, _ = rand.Read(key)
	var file bytes.Buffer
	w, err := floe.NewWriter(&file, key, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := w.Write([]byte("a large image")); err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}

	sealed := file.Bytes()
	r, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), key, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	part := make([]byte, 5)
	_, err = r.ReadAt(part, 8)
	fmt.Printf("%d bytes, of which %q %v\n", r.Size(), part, err)

	// Its last byte was lost.
	sealed = sealed[:len(sealed)-1]
	_, err = floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), key, nil, nil)
	fmt.Println(errors.Is(err, floe.ErrNotOpened), err)
	// Output:
	// 13 bytes, of which "image" <nil>
	// true floe: does not open: it is cut short: unexpected EOF
}
