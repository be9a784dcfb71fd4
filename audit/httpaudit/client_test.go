package httpaudit

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClient(t *testing.T) {
	const (
		mozilla = "Mozilla/5.0 "
		khtml   = " AppleWebKit/537.36 (KHTML, like Gecko) "
		webkit  = " AppleWebKit/605.1.15 (KHTML, like Gecko) "
	)
	for _, c := range []struct{ agent, hints, platform, browser, system string }{
		{agent: mozilla + "(Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", browser: "Firefox 132", system: "Windows"},
		{agent: mozilla + "(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", browser: "Firefox 128", system: "Linux"},
		{agent: mozilla + "(Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", browser: "Firefox 132", system: "macOS"},
		{agent: mozilla + "(Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", browser: "Firefox 132", system: "Android 14"},
		{agent: mozilla + "(Windows NT 10.0; Win64; x64)" + khtml + "Chrome/131.0.0.0 Safari/537.36", browser: "Chrome 131", system: "Windows"},
		{agent: mozilla + "(Linux; Android 10; K)" + khtml + "Chrome/131.0.0.0 Mobile Safari/537.36", browser: "Chrome 131", system: "Android"},
		{agent: mozilla + "(X11; CrOS x86_64 14541.0.0)" + khtml + "Chrome/130.0.0.0 Safari/537.36", browser: "Chrome 130", system: "ChromeOS"},
		{agent: mozilla + "(Windows NT 10.0; Win64; x64)" + khtml + "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51", browser: "Edge 131", system: "Windows"},
		{agent: mozilla + "(Windows NT 10.0; Win64; x64)" + khtml + "Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0", browser: "Opera 115", system: "Windows"},
		{
			agent:   mozilla + "(Linux; Android 14; SM-S921B)" + khtml + "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
			browser: "Samsung Internet 26", system: "Android 14",
		},
		{agent: mozilla + "(Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Version/18.1 Safari/605.1.15", browser: "Safari 18", system: "macOS"},
		{
			agent:   mozilla + "(iPhone; CPU iPhone OS 18_1 like Mac OS X)" + webkit + "Version/18.1 Mobile/15E148 Safari/604.1",
			browser: "Safari 18", system: "iOS 18",
		},
		{
			agent:   mozilla + "(iPhone; CPU iPhone OS 18_6 like Mac OS X)" + webkit + "Version/26.0 Mobile/15E148 Safari/604.1",
			browser: "Safari 26", system: "iOS 26",
		},
		{
			agent:   mozilla + "(iPad; CPU OS 17_7 like Mac OS X)" + webkit + "CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
			browser: "Chrome 131", system: "iOS 17",
		},
		{
			agent:   mozilla + "(iPhone; CPU iPhone OS 18_1 like Mac OS X)" + webkit + "FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
			browser: "Firefox 132", system: "iOS 18",
		},
		{
			agent: mozilla + "(Windows NT 10.0; Win64; x64)" + khtml + "Chrome/131.0.0.0 Safari/537.36",
			hints: `"Microsoft Edge";v="131", "Chromium";v="131", "Not_A Brand";v="24"`, platform: `"Windows"`, browser: "Edge 131", system: "Windows",
		},
		{hints: `"Chromium";v="130", "Not?A_Brand";v="99"`, platform: `"macOS"`, browser: "Chromium 130", system: "macOS"},
		{agent: "curl/8.5.0", browser: "curl 8", system: "unknown"},
		{agent: "Go-http-client/1.1", browser: "Go 1", system: "unknown"},
		{browser: "unknown", system: "unknown"},
		{agent: "Mrs. Planted <planted@example.com>", hints: `"Planted";v="1"`, platform: `"Planted"`, browser: "unknown", system: "unknown"},
		{agent: "Firefox/planted", browser: "Firefox", system: "unknown"},
		{agent: "Firefox/9999.1", browser: "Firefox 9999", system: "unknown"},
		{agent: "Firefox/12345.1", browser: "Firefox", system: "unknown"},
		{agent: "Version/18.1", browser: "unknown", system: "unknown"},
		{agent: "Safari/604.1", browser: "unknown", system: "unknown"},
		{agent: "(iPhone; CPU iPhone OS 10_3 like Mac OS X) Version/9.0", browser: "unknown", system: "iOS 10"},
		{agent: "(iPhone; CPU iPhone OS 18_3 like Mac OS X) Version/17.0", browser: "unknown", system: "iOS 18"},
		{agent: "(iPhone; CPU iPhone OS 9_3 like Mac OS X) Version/10.0", browser: "unknown", system: "iOS 9"},
		{agent: "Firefox/2125550100", browser: "Firefox", system: "unknown"},
	} {
		h := http.Header{}
		h.Set("User-Agent", c.agent)
		h.Set("Sec-CH-UA", c.hints)
		h.Set("Sec-CH-UA-Platform", c.platform)
		browser, system := client(h)
		require.Equal(t, c.browser, browser, c.agent)
		require.Equal(t, c.system, system, c.agent)
	}
}

func TestAddress(t *testing.T) {
	m := &Middleware{o: Options{
		Forwarded: "X-Forwarded-For",
		Trusted:   []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
	}}
	for _, c := range []struct {
		peer  string
		said  []string
		wants string
	}{
		{"203.0.113.9:4711", nil, "203.0.113.9"},
		{"203.0.113.9:4711", []string{"198.51.100.7"}, "203.0.113.9"}, // whoever comes directly may claim what they like
		{"10.0.0.1:4711", nil, "10.0.0.1"},
		{"10.0.0.1:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:4711", []string{"192.0.2.66, 198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:4711", []string{"192.0.2.66", "198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"10.0.0.1:4711", []string{"198.51.100.7:8080"}, "198.51.100.7"},
		{"10.0.0.1:4711", []string{"[2001:db8::7]:443"}, "2001:db8::7"},
		{"10.0.0.1:4711", []string{"198.51.100.7, Mrs. Planted"}, "10.0.0.1"},
		{"[fd00::1%eth0]:4711", []string{"fe80::1%planted"}, "fe80::1"},
		{"[::ffff:10.0.0.1]:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		{"@", []string{"198.51.100.7"}, "unknown"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.peer, c.said
		require.Equal(t, c.wants, m.address(r), "%s %v", c.peer, c.said)
	}
}

// A header of a million commas costs no more memory than it has.
func TestAddressOfAHugeHeader(t *testing.T) {
	m := &Middleware{o: Options{Forwarded: "X-Forwarded-For", Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, peer := range []string{"203.0.113.9", "10.0.0.1"} {
		r.RemoteAddr, r.Header["X-Forwarded-For"] = peer+":4711", []string{strings.Repeat(",", 1<<20)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.Equal(t, peer, m.address(r))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
}

func TestDevice(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "device", Value: "d-17.a_B"})
	r.AddCookie(&http.Cookie{Name: "session", Value: "planted, and no id"})
	r.Header.Set("X-Device", "d-18")
	require.Equal(t, "d-17.a_B", Cookie("device").id(r))
	require.Equal(t, "d-18", Header("X-Device").id(r))
	for id, ends := range map[string]string{"az.AZ-09_": "az.AZ-09_", strings.Repeat("x", 64): strings.Repeat("x", 64), strings.Repeat("x", 65): "unknown"} {
		r.Header.Set("X-Device", id)
		require.Equal(t, ends, Header("X-Device").id(r))
	}
	for _, c := range "`{@[/:, é" {
		r.Header.Set("X-Device", "d"+string(c))
		require.Equal(t, "unknown", Header("X-Device").id(r), string(c))
	}
	for _, s := range []Source{{}, Cookie("none"), Cookie("session"), Header("None")} {
		require.Equal(t, "unknown", s.id(r))
	}
}

func TestWords(t *testing.T) {
	for route, feature := range map[string]string{
		"GET /patients/{id}": "patients", "/patients": "patients", "elm.example/texts/": "texts", "GET /{$}": "", "/": "", "": "",
	} {
		require.Equal(t, feature, firstWord(route), route)
	}
	require.Equal(t, "GET", method("GET"))
	require.Equal(t, "other", method("PLANTED"))
}
