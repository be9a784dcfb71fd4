// Package floe seals long data as a stream of segments, so that a file of any length goes in and out in constant
// memory, and any part of it opens by itself. It is FLOE, the Fast Lightweight Online Encryption of c2sp.org/FLOE, on
// the standard library alone.
//
//	w, err := floe.NewWriter(file, key, []byte("radiograph r-17"), nil)
//	_, err = io.Copy(w, image)
//	err = w.Close()
//
//	r, err := floe.NewReader(file, key, []byte("radiograph r-17"), nil)
//	_, err = io.Copy(image, r)
//
//	at, err := floe.NewReaderAt(file, size, key, []byte("radiograph r-17"), nil)
//	http.ServeContent(w, req, "r-17.dcm", taken, io.NewSectionReader(at, 0, at.Size()))
//
// Who has a keyring of package crypto calls its SealWriter, OpenReader and OpenReaderAt instead, which keep the key of
// each stream with the stream.
//
// # What it promises
//
// No plaintext is released that was not authenticated, as what it is and where it is: a byte that was flipped, a
// segment that is missing, repeated, reordered or of another stream, and a stream that was cut short, between two
// segments too, is an error. A [Reader] releases nothing of the first bad segment or after it, and answers [io.EOF]
// only after the final segment. A [ReaderAt] authenticates the final segment first, and then the segments that it is
// asked for. It says nothing of the others.
//
// A stream opens under one key and with one additional data, for its header commits to both: nobody can make one that
// opens to different things under two keys. How long the plaintext is, is not hidden.
//
// A writer and a reader need about twice the size of a segment, whatever the length, and so does a [ReaderAt] for each
// call that is under way. What was read or written lies there until the garbage collector takes it. The message key is
// wiped at a stream's end.
//
// # Format
//
// The specification fixes AES-256-GCM, HKDF-Expand-SHA384 and an IV of 32 bytes, and leaves the size of the segments
// open. Numbers are big-endian. A header of 74 bytes:
//
//	0x00 0x00    2 bytes   AES-256-GCM; HKDF-Expand-SHA384
//	segment      4 bytes   the size of an encrypted segment, 65,536 by default
//	0x00000020   4 bytes   the size of the IV
//	IV          32 bytes   random
//	tag         32 bytes   KDF(key, "HEADER_TAG:")
//
// Then segments, each of them but the final one of that size, and the final one of 32 bytes up to it:
//
//	0xFFFFFFFF   4 bytes   in the final segment its length, these 4 bytes included
//	nonce       12 bytes   random
//	ciphertext   32 bytes shorter than the segment
//	tag         16 bytes
//
// KDF(k, purpose) is HKDF-Expand-SHA384 with the key k and as info the header's first 42 bytes, purpose and the
// additional data. The message key is the 48 bytes of KDF(key, "MESSAGE_KEY:"). A segment's key is the 32 bytes of
// KDF(message key, "DEK:" and 8 bytes), where the 8 bytes are the segment's position, counted from 0, with its lowest
// 20 bits cleared: each 1,048,576 segments have a key of their own. A segment's additional data are its position in 8
// bytes, and a byte that is 1 in the final segment and 0 in the others.
//
// A stream has at most 2^40 segments. A final segment may be empty; this package writes an empty one for empty
// plaintext alone.
//
// # Errors
//
// [ErrNotOpened] for every stream that does not open to its end, and [ErrInvalid] for bad arguments. What an underlying
// reader or writer answers is wrapped. No error holds a key, a plaintext or what was sealed.
//
// # FIPS 140-3
//
// Everything runs under GODEBUG=fips140=on and fips140=only: nonces are the standard library's, random for each
// segment.
//
// # Compatibility
//
// It opens the known answers of the reference implementations in C++, Go, Java and Rust. What is sealed now opens with
// every later version of this package.
package floe
