package screen

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// link is a link in the body, with or without its scheme.
type link struct {
	from, path, to int  // where it begins, where its host ends, and where it ends, in bytes
	short          bool // a public shortener's
}

// How far a link is read: the names of hosts have 253 letters at most, and no text has room for a longer link.
const longestHost, longestLink = 253, 2048

// findLink looks whether a link begins at i, and adds it. What stands between two blanks is looked through once, however
// many links might begin in it.
func (t *reader) findLink(i int) {
	if i >= t.run {
		t.run, t.dot = i, -1
		for ; t.run < len(t.body) && t.body[t.run] > ' ' && strings.IndexByte(`"<>()[]{}|`, t.body[t.run]) < 0; t.run++ {
			if c := t.body[t.run]; c == '.' || c == '/' || c >= 0xE0 {
				t.dot = t.run
			}
		}
	}
	if t.dot < i {
		t.none = t.run
		return
	}
	end := min(t.run, i+longestLink)
	host, schemed := i, false
	if j := strings.Index(t.body[i:min(end, i+longestHost)], "://"); j > 0 {
		host, schemed = i+j+3, true
	}
	var buffer [longestHost]byte
	name, hostEnd := readHost(buffer[:0], t.body[host:end])
	hostEnd += host
	path := hostEnd < end && (t.body[hostEnd] == '/' || t.body[hostEnd] == '?')
	if !isHost(name, schemed, path) {
		return
	}
	end = max(hostEnd, i+len(strings.TrimRight(t.body[i:end], ".,;:!?'*_~")))
	name = bytes.TrimPrefix(name, []byte("www."))
	t.close()
	t.links = append(t.links, link{from: i, path: hostEnd, to: end, short: shortened(name)})
	t.in = true
}

// shortened reports whether a host is a public shortener's, or stands right behind the full stop of a sentence: See you.bit.ly
func shortened(name []byte) bool {
	for !words().shorteners[string(name)] {
		dot := bytes.IndexByte(name, '.')
		if dot < 0 {
			return false
		}
		name = name[dot+1:]
	}
	return true
}

// readHost appends the letters of a link's host to name, and returns where the host ends.
func readHost(name []byte, s string) ([]byte, int) {
	end := 0
	for i, c := range s {
		p := latin(c)
		switch {
		case p != 0:
		case c == '-' || c == '_' || c == '@':
			p = byte(c)
		case c == '.' || c == '．' || c == '。' || c == '｡':
			p = '.'
		case invisible(c):
			continue
		default:
			return name, end
		}
		if len(name) == cap(name) {
			return name, end
		}
		if name = append(name, p); p != '.' {
			end = i + utf8.RuneLen(c)
		}
	}
	return bytes.TrimRight(name, "."), end
}

// isHost reports whether a name may be a link's host. Without a scheme and a path it needs an ending that hosts have, for
// people leave out the blank after a full stop.
func isHost(name []byte, schemed, path bool) bool {
	dot := bytes.LastIndexByte(name, '.')
	switch {
	case bytes.IndexByte(name, '@') >= 0 || len(name) == 0:
		return schemed && len(name) > 0
	case schemed:
		return true
	case dot <= 0:
		return false
	}
	return path && name[dot+1] > '9' || words().tlds[string(name[dot+1:])] || bytes.HasPrefix(name, []byte("www."))
}

// unescape reads what a link writes as %XX. It returns the character and how many bytes it takes.
func unescape(s string) (rune, int) {
	var raw [utf8.UTFMax]byte
	var ends [utf8.UTFMax]int // where each of raw ends in s
	n, end := 0, 0
	for n < len(raw) {
		c, size := escaped(s[end:])
		if size == 0 {
			break
		}
		end += size
		raw[n], ends[n] = c, end
		n++
	}
	if n == 0 {
		return '%', 1
	}
	c, size := utf8.DecodeRune(raw[:n])
	if c == utf8.RuneError {
		c = rune(raw[0])
	}
	return c, ends[size-1]
}

// escaped reads the byte that s begins with where it is written as %XX, or as %25XX by who escaped that once more. It returns
// how many bytes of s that takes, 0 where it is written otherwise.
func escaped(s string) (c byte, size int) {
	if s == "" || s[0] != '%' {
		return 0, 0
	}
	pair := func(i int) bool { return len(s) >= i+2 && hex(s[i]) >= 0 && hex(s[i+1]) >= 0 }
	i := 1
	for pair(i) && s[i:i+2] == "25" && pair(i+2) {
		i += 2
	}
	if !pair(i) {
		return 0, 0
	}
	return byte(hex(s[i])<<4 | hex(s[i+1])), i + 2
}

// unescaped returns what a link's path is when nothing in it is escaped.
func unescaped(path string) string {
	var plain strings.Builder
	for i := 0; i < len(path); {
		c, size := escaped(path[i:])
		if size == 0 {
			c, size = path[i], 1
		}
		plain.WriteByte(c)
		i += size
	}
	return plain.String()
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// linked adds what the links themselves are, and what identifies somebody in them.
func (s *screening) linked() {
	for _, l := range s.links {
		if l.short {
			s.add(Forbidden, "shortener", l.from, l.to)
		}
		path := s.body[l.path:l.to]
		tells := func(what string, from, to int) { s.add(Link, what, l.path+from, l.path+to) }
		query(path, tells)
		steps(path, tells)
		if strings.IndexByte(path, '%') >= 0 { // a place in it is none in the text
			path = unescaped(path)
			tells = func(what string, _, _ int) {
				if !slices.ContainsFunc(s.found, func(f Finding) bool { return f.What == what && l.from <= f.Start && f.End <= l.to }) {
					s.add(Link, what, l.from, l.to)
				}
			}
			query(path, tells)
			steps(path, tells)
		}
		if strings.IndexByte(s.body[l.from:l.path], '@') >= 0 || strings.IndexByte(path, '@') >= 0 { // before the host it is somebody's name
			s.add(Link, "e-mail address", l.from, l.to)
		}
	}
	for _, w := range s.tokens {
		if w.link != 0 && !w.host && w.digits && !w.alpha && w.end-w.at >= 9 && w.end-w.at <= 11 {
			s.add(Link, "number", int(w.from), int(w.to))
		}
	}
}

// query tells the parameters of a link's path that identify a person or carry money owed, and where they stand in it.
func query(path string, tells func(what string, from, to int)) {
	from := strings.IndexAny(path, "?#;")
	for 0 <= from && from < len(path) {
		end := from + 1
		for end < len(path) && strings.IndexByte("&;?#", path[end]) < 0 {
			end++
		}
		key, value, ok := strings.Cut(path[from+1:end], "=")
		if what := parameter(key); ok && value != "" && what != "" && (what != "id" || digits(value)) {
			tells(what, from+1, end)
		}
		from = end
	}
}

// parameter returns what a link's parameter of this name says of a person, or "". A plain id is one where it is a number,
// which others can guess; a random word that only the practice's system can turn into a person is none.
func parameter(key string) string {
	var buffer [24]byte
	name := buffer[:0]
	for i := 0; i < len(key); i++ {
		if p := key[i]; p < utf8.RuneSelf && ascii[p] != 0 {
			if len(name) == cap(name) {
				return ""
			}
			name = append(name, ascii[p])
		}
	}
	return words().parameters[string(name)]
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
