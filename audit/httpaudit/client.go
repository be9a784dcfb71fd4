package httpaudit

import (
	"net/http"
	"net/netip"
	"strings"
)

// unknown stands for what a request does not say, or not in a form that can be kept.
const unknown = "unknown"

// address returns the client's address: the peer's, or behind trusted proxies that of the nearest peer that is none.
func (m *Middleware) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return unknown
	}
	at := plain(peer.Addr())
	said := strings.Join(r.Header.Values(m.o.Forwarded), ",")
	for m.trusts(at) {
		comma := strings.LastIndexByte(said, ',')
		next, ok := parseAddress(said[comma+1:])
		if !ok {
			break // nothing more is said, or by no proxy of ours; the last address that is known stands
		}
		at, said = next, said[:max(comma, 0)]
	}
	return at.String()
}

func (m *Middleware) trusts(a netip.Addr) bool {
	for _, p := range m.o.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parseAddress reads one address of a forwarding header, with or without a port.
func parseAddress(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return plain(a), true
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return plain(a.Addr()), true
	}
	return netip.Addr{}, false
}

// plain drops the zone, which is any text at all.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// id returns the id of a request's device.
func (s Source) id(r *http.Request) string {
	id := ""
	if s.header != "" {
		id = r.Header.Get(s.header)
	} else if s.cookie != "" {
		if c, err := r.Cookie(s.cookie); err == nil {
			id = c.Value
		}
	}
	if id == "" || len(id) > 64 {
		return unknown
	}
	for _, c := range []byte(id) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_') {
			return unknown
		}
	}
	return id
}

// client returns a request's browser and its system. It is a rough reading of what anybody can claim.
func client(h http.Header) (browser, system string) {
	agent := h.Get("User-Agent")
	if browser = fromHints(h.Get("Sec-CH-UA")); browser == unknown {
		browser = browserOf(agent)
	}
	if system = systemOf(agent); system == unknown {
		system = platform(h.Get("Sec-CH-UA-Platform"))
	}
	return browser, system
}

// brands are the names of browsers in the header Sec-CH-UA, the most particular first. All of them are Chromium too.
func brands() [][2]string {
	return [][2]string{
		{"Microsoft Edge", "Edge"},
		{"Opera", "Opera"},
		{"Samsung Internet", "Samsung Internet"},
		{"Brave", "Brave"},
		{"Google Chrome", "Chrome"},
		{"Chromium", "Chromium"},
	}
}

func fromHints(list string) string {
	for _, b := range brands() {
		if _, rest, found := strings.Cut(list, `"`+b[0]+`";v="`); found {
			return versioned(b[1], rest)
		}
	}
	return unknown
}

// browserOf reads a User-Agent. The order matters, for most browsers claim to be several.
func browserOf(agent string) string {
	for _, b := range [][2]string{
		{"EdgiOS/", "Edge"},
		{"EdgA/", "Edge"},
		{"Edg/", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"curl/", "curl"},
		{"Go-http-client/", "Go"},
	} {
		if _, rest, found := strings.Cut(agent, b[0]); found {
			return versioned(b[1], rest)
		}
	}
	if _, rest, found := strings.Cut(agent, "Version/"); found && strings.Contains(agent, "Safari/") {
		return versioned("Safari", rest)
	}
	return unknown
}

// systemOf reads a User-Agent. Where browsers always say the same version, as on Windows and macOS, it gives none.
func systemOf(agent string) string {
	switch {
	case strings.Contains(agent, "Windows NT"):
		return "Windows"
	case strings.Contains(agent, "iPhone OS "), strings.Contains(agent, "CPU OS "):
		_, rest, _ := strings.Cut(agent, " OS ")
		said := number(rest)
		// Since Safari 26 the system's part stays at 18, and the two are released under one number.
		if _, rest, found := strings.Cut(agent, "Version/"); found && len(number(rest)) >= len(said) && number(rest) > said {
			said = number(rest)
		}
		return strings.TrimSpace("iOS " + said)
	case strings.Contains(agent, "Macintosh"):
		return "macOS"
	case strings.Contains(agent, "Android 10; K)"):
		return "Android" // the same words on every version
	case strings.Contains(agent, "Android "):
		_, rest, _ := strings.Cut(agent, "Android ")
		return versioned("Android", rest)
	case strings.Contains(agent, "CrOS"):
		return "ChromeOS"
	case strings.Contains(agent, "Linux"):
		return "Linux"
	}
	return unknown
}

func platform(said string) string {
	switch strings.Trim(said, `"`) {
	case "Windows":
		return "Windows"
	case "macOS":
		return "macOS"
	case "Android":
		return "Android"
	case "iOS":
		return "iOS"
	case "Linux":
		return "Linux"
	case "Chrome OS", "Chromium OS":
		return "ChromeOS"
	}
	return unknown
}

// versioned returns a name with the number that rest begins with.
func versioned(name, rest string) string { return strings.TrimSpace(name + " " + number(rest)) }

// number returns the digits that s begins with, where they are few enough for a version.
func number(s string) string {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n > 4 {
		return ""
	}
	return s[:n]
}
