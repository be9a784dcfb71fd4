package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/enamel-go/enamel/audit/notary"
)

// tell says what was found, in words for whoever manages a practice, and returns what the program ends with. What saved says
// explains why not even the first line can be read.
func tell(stdout, stderr io.Writer, saved string, r notary.Result, err error) int {
	var wrong *notary.ExportError
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintf(stdout, "NOT VERIFIED. %s\nLine %s of the file: %s.\n", meaning(wrong.Kind), grouped(wrong.Line), wrong.Note)
		if saved != "" && wrong.Line == 1 && wrong.Kind == notary.Malformed {
			fmt.Fprintf(stdout, "%s: another program saved it anew. Check the file as it was downloaded.\n", saved)
		}
		fmt.Fprintln(stdout, "Keep this file, do not rely on it, and ask for another one.")
		return changed
	case errors.Is(err, notary.ErrProof):
		fmt.Fprintln(stderr, "verifylog: a checkpoint that was kept is not signed with this key, or cannot be read")
		return unknown
	case errors.Is(err, notary.ErrInvalid):
		fmt.Fprintln(stderr, "verifylog: a checkpoint that was kept is of another practice or another log than the file")
		return unknown
	case err != nil:
		fmt.Fprintln(stderr, "verifylog: the file could not be read:", err)
		return unknown
	}
	if r.Extract && r.Leaves == 0 {
		fmt.Fprintf(stdout, "NOTHING TO VERIFY. The file has no entry of the log of practice %s.\n", r.Checkpoint.Practice)
		return unknown
	}
	if r.Extract {
		fmt.Fprintf(stdout, "VERIFIED. %s of the log of practice %s%s.\n", entries(r.Leaves), r.Checkpoint.Practice, span(r))
		fmt.Fprintf(stdout, "Each is exactly as it was recorded. They were chosen from %s;\n", entries(r.Checkpoint.Size))
		fmt.Fprintln(stdout, "whether others should be here too, the file cannot say.")
	} else {
		fmt.Fprintf(stdout, "VERIFIED. %s of practice %s%s.\n", entries(r.Leaves), r.Checkpoint.Practice, span(r))
		if r.Absent == 0 {
			fmt.Fprintln(stdout, "Nothing was changed, removed or added.")
		} else {
			fmt.Fprintln(stdout, "No entry that is in the file was changed, and no place in the log is missing.")
		}
	}
	if r.Absent > 0 {
		fmt.Fprintf(stdout, "Of %s only the fingerprint is in the file: deleted after its time, or struck out of the file.\n", entries(r.Absent))
		fmt.Fprintf(stdout, "Ask for the reason. They are: %s.\n", places(r.AbsentAt))
	}
	fmt.Fprintf(stdout, "Signed by %s.\n", r.Checkpoint.Log)
	if r.Compared > 0 {
		fmt.Fprintf(stdout, "It agrees with %s kept elsewhere.\n", counted(int64(r.Compared), "the checkpoint", "checkpoints"))
	}
	if len(r.Uncompared) > 0 {
		fmt.Fprintf(stdout, "BUT NOT COMPARED with %s kept elsewhere: the file lacks the proof. Ask for an export that has it.\n",
			counted(int64(len(r.Uncompared)), "the checkpoint", "checkpoints"))
		return unknown
	}
	return sound
}

// saved says what another program made of a file when it saved it, by the file's start, or nothing.
func saved(start []byte) string {
	line, _, _ := bytes.Cut(start, []byte("\n"))
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return "It is in UTF-16"
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		return "It begins with a byte order mark"
	case bytes.HasPrefix(start, []byte("\x1f\x8b")), bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return "It is compressed"
	case bytes.HasSuffix(line, []byte("\r")):
		return "Its lines end as they do on Windows"
	}
	return ""
}

// meaning says a kind of damage in one sentence.
func meaning(k notary.Kind) string {
	switch k {
	case notary.Edited:
		return "An entry was changed."
	case notary.Deleted:
		return "Entries are missing."
	case notary.Swapped:
		return "Entries are not in their order."
	case notary.Inserted:
		return "Something was added."
	case notary.Cut:
		return "The file is not complete."
	case notary.Foreign:
		return "This belongs to another practice."
	case notary.Rewritten:
		return "Entries were written anew."
	case notary.Unsigned:
		return "The file is not signed with this key. Where the notary's key was replaced, give both: -key twice."
	}
	return "The file was changed, or is no export of a log."
}

// span says from when to when the entries are.
func span(r notary.Result) string {
	if r.First.IsZero() {
		return ""
	}
	const day = "2006-01-02"
	return ", first " + r.First.Format(day) + ", last " + r.Last.Format(day) + " (UTC)"
}

// places lists positions, from 1 as people count.
func places(ranges []notary.Range) string {
	said := ""
	for i, r := range ranges {
		if i == 10 {
			return said + " and more"
		}
		if i > 0 {
			said += ", "
		}
		said += "no. " + grouped(r.First+1)
		if r.Last > r.First {
			said += " to " + grouped(r.Last+1)
		}
	}
	return said
}

func entries(n int64) string {
	return counted(n, "1 entry", "entries")
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return grouped(n) + " " + many
}

// grouped writes a number with commas.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
