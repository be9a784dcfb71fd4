package main

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"time"
)

// upload is how an act takes a file instead of fields.
type upload struct {
	field string   // of the page's form
	kinds []string // the media types that the API takes
	ask   string   // what is said of another one
	most  int64    // bytes
}

// limit is how much an act reads.
func (a act) limit() int64 {
	if a.file != nil {
		return a.file.most
	}
	return mostForm
}

// takes refuses a request to the API of another kind than the act takes.
func (a act) takes(r *http.Request) error {
	kinds, ask := []string{"application/json"}, "Send JSON, with the header Content-Type: application/json."
	if a.file != nil {
		kinds, ask = a.file.kinds, a.file.ask
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(kinds, kind) {
		return &inputError{http.StatusUnsupportedMediaType, ask}
	}
	return nil
}

// patient gives a file the time that it takes. A connection that cannot be asked for it keeps the server's own.
func (a act) patient(w http.ResponseWriter) {
	if a.file == nil {
		return
	}
	until := time.Now().Add(10 * time.Minute)
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(until)
	_ = c.SetWriteDeadline(until)
}

// readForm returns what a form of the page sends to the act: the JSON object that its fields make, or the file that was
// chosen, which is read as it comes. And it returns whom the page shows.
func (a act) readForm(r *http.Request) (body io.Reader, who string, err error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded" && a.file == nil:
		if err := r.ParseForm(); err != nil {
			return nil, "", unread(err)
		}
		raw, err := fromForm(r.PostForm)
		return bytes.NewReader(raw), r.PostForm.Get("who"), err
	case err == nil && kind == "multipart/form-data" && a.file != nil:
		parts, err := r.MultipartReader()
		if err != nil {
			return nil, "", unread(err)
		}
		return a.readParts(parts)
	}
	return nil, "", &inputError{http.StatusUnsupportedMediaType, "This is no form of the page."}
}

// readParts finds the file, which stands last in a form.
func (a act) readParts(parts *multipart.Reader) (body io.Reader, who string, err error) {
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, who, badInput("Choose a file first.")
		case err != nil:
			return nil, who, unread(err)
		case part.FormName() == a.file.field && part.FileName() != "":
			return part, who, nil
		case part.FormName() == "who":
			id, err := io.ReadAll(io.LimitReader(part, 64))
			if err != nil {
				return nil, "", unread(err)
			}
			who = string(id)
		}
	}
}

// unread says why a body could not be read.
func unread(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return err
	}
	return badInput("What was sent broke off, or cannot be read.")
}
