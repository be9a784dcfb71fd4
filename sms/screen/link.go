package screen

import (
	"bytes"
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
	n := 0
	for n < len(raw) && len(s) >= 3*n+3 && s[3*n] == '%' {
		high, low := hex(s[3*n+1]), hex(s[3*n+2])
		if high < 0 || low < 0 {
			break
		}
		raw[n] = byte(high<<4 | low)
		n++
	}
	if n == 0 {
		return '%', 1
	}
	c, size := utf8.DecodeRune(raw[:n])
	if c == utf8.RuneError {
		c = rune(raw[0])
	}
	return c, 3 * size
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
		if j := strings.IndexAny(s.body[l.path:l.to], "?#;"); j >= 0 {
			s.query(l.path+j, l.to)
		}
		s.parts(l.path, l.to)
		if strings.IndexByte(s.body[l.from:l.to], '@') >= 0 { // before the host it is somebody's name
			s.add(Link, "e-mail address", l.from, l.to)
		} else if strings.Contains(s.body[l.path:l.to], "%40") {
			s.add(Link, "e-mail address", l.from, l.to)
		}
	}
	for _, w := range s.tokens {
		if w.link != 0 && !w.host && w.digits && !w.alpha && w.end-w.at >= 9 && w.end-w.at <= 11 {
			s.add(Link, "number", int(w.from), int(w.to))
		}
	}
}

// query adds the parameters of a link that identify a person or carry money owed.
func (s *screening) query(from, to int) {
	for from < to {
		end := from + 1
		for end < to && strings.IndexByte("&;?#", s.body[end]) < 0 {
			end++
		}
		key, value, ok := strings.Cut(s.body[from+1:end], "=")
		if what := parameter(key); ok && value != "" && what != "" && (what != "id" || digits(value)) {
			s.add(Link, what, from+1, end)
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
