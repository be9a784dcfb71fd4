package witness

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
)

// A request is a proof of at most 63 hashes and a checkpoint with a few signatures; an answer is one line.
const (
	requestLimit = 64 << 10
	answerLimit  = 64 << 10
	proofLimit   = 63
)

const (
	addPath  = "/add-checkpoint"
	sizeType = "text/x.tlog.size"
)

// ServeHTTP implements add-checkpoint of c2sp.org/tlog-witness below whatever prefix the handler stands under: 200 with a
// cosignature, 400 for what is no request, 403 when no known key signed, 404 for an unknown log, 409 with the size that is
// kept when the proof does not begin there, or the tree of that size is another one, 422 when the proof does not hold, and
// 500 when the checkpoint could not be kept.
func (w *Witness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, addPath) {
		http.NotFound(rw, r)
		return
	}
	if r.Method != http.MethodPost {
		rw.Header().Set("Allow", http.MethodPost)
		http.Error(rw, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, requestLimit))
	if err != nil {
		http.Error(rw, "the request cannot be read", http.StatusBadRequest)
		return
	}
	old, proof, signed, err := parseRequest(string(body))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	line, err := w.Add(r.Context(), old, proof, signed)
	var moved *ConflictError
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, line) // nobody is there to be told
	case errors.As(err, &moved):
		conflict(rw, moved.Size)
	case errors.Is(err, notary.ErrContradicted):
		http.Error(rw, "the proof does not hold", http.StatusUnprocessableEntity)
	case errors.Is(err, ErrUnknown):
		http.Error(rw, "unknown log", http.StatusNotFound)
	case errors.Is(err, ErrUnsigned):
		http.Error(rw, "no known key signed the checkpoint", http.StatusForbidden)
	case errors.Is(err, ErrInvalid):
		http.Error(rw, "not a checkpoint, or its proof begins after it", http.StatusBadRequest)
	default:
		http.Error(rw, "the checkpoint could not be kept", http.StatusInternalServerError)
	}
}

func conflict(rw http.ResponseWriter, size int64) {
	rw.Header().Set("Content-Type", sizeType)
	rw.WriteHeader(http.StatusConflict)
	_, _ = fmt.Fprintf(rw, "%d\n", size)
}

// request is what parseRequest reads.
func request(old int64, proof []tlog.Hash, signed string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range proof {
		b.WriteString(h.String() + "\n")
	}
	return b.String() + "\n" + signed
}

// parseRequest reads "old" and a size, the hashes of a proof, an empty line and a checkpoint.
func parseRequest(text string) (old int64, proof []tlog.Hash, signed string, err error) {
	bad := fmt.Errorf("%w: not a request to add a checkpoint", ErrInvalid)
	top, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(top, "\n")
	digits, isOld := strings.CutPrefix(lines[0], "old ")
	if !found || !isOld || len(lines) > 1+proofLimit {
		return 0, nil, "", bad
	}
	if old, err = parseSize(digits); err != nil {
		return 0, nil, "", bad
	}
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, "", bad
		}
		proof = append(proof, h)
	}
	return old, proof, signed, nil
}

// parseSize reads a size without leading zeros.
func parseSize(digits string) (int64, error) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != digits {
		return 0, fmt.Errorf("%w: not a size", ErrInvalid)
	}
	return n, nil
}
