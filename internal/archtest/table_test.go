package archtest

import "strings"

// module is the path that every package of ours begins with.
const module = "github.com/enamel-go/enamel"

// bun brings modules of its own, which are not ours to judge.
const bun = "github.com/uptrace/bun"

// domain is one of the module's top folders.
type domain struct {
	knows []string // the other domains that it may import
	links []string // the modules beside the standard library that it may link
	rooms []room   // its further packages; those that all domains have are in [kinds]
}

// room is a package below a domain that is useful alone. It may link what its domain may.
type room struct {
	name  string
	links []string // and these
}

var domains = map[string]domain{
	"crypto": {rooms: []room{{name: "floe"}, {name: "blindindex"}, {name: "transit"}}},
	"audit": {rooms: []room{
		{name: "tree"},
		{name: "notary", links: []string{"golang.org/x/mod"}},
		{name: "httpaudit"},
		{name: "witness", links: []string{"golang.org/x/mod"}},
		{name: "disclosure"},
		{name: "incident"},
		{name: "detect"},
		{name: "register"},
	}},
	"consent": {
		knows: []string{"audit"},
		rooms: []room{{name: "keyword"}, {name: "wording"}, {name: "policy"}, {name: "cookie"}, {name: "representative"}, {name: "pack"}},
	},
	"sms": {
		knows: []string{"audit", "consent"},
		links: []string{"golang.org/x/time"},
		rooms: []room{
			{name: "carrier"},
			{name: "twilio"},
			{name: "telnyx"},
			{name: "bandwidth"},
			{name: "segment"},
			{name: "screen"},
			{name: "breaker", links: []string{"github.com/sony/gobreaker/v2"}},
			{name: "template"},
			{name: "nanp"},
			{name: "registration"},
			{name: "broadcast"},
			{name: "link"},
		},
	},
	"records": {
		knows: []string{"audit", "crypto"},
		rooms: []room{{name: "access"}, {name: "rights"}, {name: "associates"}, {name: "fhir"}},
	},
	"retention": {
		knows: []string{"audit", "crypto"},
	},
}

// kind is what a package is to its domain.
type kind string

const (
	core  kind = "core"  // the domain itself, its rooms, and what is internal to it
	mem   kind = "mem"   // <x>mem, its store in memory
	pg    kind = "pg"    // <x>pg, its store on Postgres
	suite kind = "suite" // <x>test, its conformance suite
)

// kinds says what the packages of a kind may import and link beyond their own domain's core, the cores of the domains it
// knows, and the helpers.
var kinds = map[kind]struct {
	knows []string
	links []string
}{
	core:  {},
	mem:   {knows: []string{"audit", "audit/auditmem"}},
	pg:    {knows: []string{"audit", "crypto", "internal/pgentry", "internal/pgstore", "internal/migrate"}, links: []string{bun}},
	suite: {},
}

// ground is the packages that belong to no domain. Packages of internal/ which are not here are helpers: anybody may use
// them, and they use each other and the standard library alone.
var ground = map[string]struct {
	knows []string
	links []string
}{
	"":                  {},
	"internal/archtest": {},
	"internal/migrate":  {knows: []string{"internal/pgstore"}, links: []string{bun}},
	"internal/pgentry":  {knows: []string{"audit", "internal/pgstore"}, links: []string{bun}},
	"internal/pgstore":  {links: []string{bun}},
	"internal/pgtest": {knows: []string{"internal/pgtest/cluster"}, links: []string{
		bun, bun + "/dialect/pgdialect", "github.com/jackc/", "golang.org/x/",
	}},
	"internal/pgtest/cluster": {},
	"internal/shareddata":     {},
	"internal/stage": {
		knows: []string{"audit", "audit/auditmem", "audit/auditpg", "crypto", "crypto/cryptomem", "internal/pgtest"},
		links: []string{bun, bun + "/dialect/pgdialect", "github.com/jackc/", "golang.org/x/"},
	},
}

// rule is the table's answer for one package.
type rule struct {
	domain string // "" for the ground
	kind   kind
	helper bool
	knows  []string // domains, whose core is meant, and single packages
	links  []string // modules; one that ends in a slash means all below it
}

// lookup finds the rule for a package, by its path below [module]. It finds none for a package that the table does not
// know.
func lookup(path string) (rule, bool) {
	if g, ok := ground[path]; ok {
		return rule{knows: g.knows, links: g.links}, true
	}
	first, rest, _ := strings.Cut(path, "/")
	if first == "internal" && rest != "" && !strings.Contains(rest, "/") {
		return rule{helper: true}, true
	}
	d, ok := domains[first]
	if !ok {
		return rule{}, false
	}
	r := rule{domain: first, kind: core, links: d.links}
	switch rest {
	case "":
	case first + "mem":
		r.kind = mem
	case first + "pg":
		r.kind = pg
	case first + "test":
		r.kind = suite
	default:
		links, ok := d.find(rest)
		if !ok {
			return rule{}, false
		}
		r.links = append(links, r.links...)
	}
	r.knows = append(append(r.knows, d.knows...), kinds[r.kind].knows...)
	r.links = append(append([]string(nil), r.links...), kinds[r.kind].links...)
	return r, true
}

// find returns what a room of d may link. What is internal to a domain is a room that needs no entry.
func (d domain) find(name string) (links []string, ok bool) {
	if strings.HasPrefix(name, "internal/") {
		return nil, true
	}
	for _, r := range d.rooms {
		if r.name == name {
			return append(links, r.links...), true
		}
	}
	return nil, false
}
