package floe

// Rotating returns options for segments of a size, of which 1<<rotation are sealed under one key. The known answers
// have such streams; the specification's number cannot be reached in a test.
func Rotating(size int, rotation uint) *Options {
	return &Options{SegmentSize: size, rotation: rotation}
}

// Skip makes a writer go on at a later position.
func (w *Writer) Skip(position uint64) { w.position = position }

// LastPosition is the highest that a segment may have.
const LastPosition = maxSegments - 1

// Key returns the message key, which is wiped when the stream has ended.
func (w *Writer) Key() []byte { return w.key }

// Key returns the message key, which is wiped when the stream has ended.
func (r *Reader) Key() []byte { return r.key }
