package cookie

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// SiteOptions adjusts a [Site]. The zero value is ready to use.
type SiteOptions struct {
	// Law is what the site decides by. Defaults to the rules of [Promised].
	Law *Law
	// Path is where [Site.Handler] is mounted. Defaults to "/cookies".
	Path string
	// Texts is what visitors read, by language; there must be English, "en". Defaults to [Translations].
	Texts map[string]Texts
	// Language says in which language a request is answered; one without texts is answered in English. Defaults to the
	// first of the header Accept-Language that there are texts for.
	Language func(*http.Request) string
	// Older are keys under which choices were written before and still hold.
	Older [][]byte
	// Logger hears of findings that could not be recorded. Defaults to none.
	Logger *slog.Logger
}

// Site keeps the promises for one site. It is immutable but for the findings that it has reported, and may be used
// concurrently.
type Site struct {
	practice string
	register *Register
	choices  *Service
	law      *Law
	signer   signer
	path     string
	texts    map[string]Texts
	language func(*http.Request) string
	logger   *slog.Logger
	origin   *http.CrossOriginProtection
	reported reports
}

// NewSite returns a site of a practice. Key authenticates the choices that browsers carry; it has at least 32 random
// bytes and is the same in all processes that serve the site. Where it changes, and the one before is not among
// SiteOptions.Older, visitors are asked again. O may be nil.
func NewSite(practice string, register *Register, choices *Service, key []byte, o *SiteOptions) (*Site, error) {
	if register == nil || choices == nil {
		return nil, fmt.Errorf("%w: a site needs a register of its cookies and a service that keeps choices", ErrInvalid)
	}
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return nil, err
	}
	if o == nil {
		o = &SiteOptions{}
	}
	s := &Site{
		practice: practice, register: register, choices: choices, law: o.Law, path: o.Path, texts: o.Texts,
		language: o.Language, logger: o.Logger, signer: signer{practice: practice}, origin: http.NewCrossOriginProtection(),
		reported: reports{seen: map[finding]bool{}},
	}
	for _, k := range append([][]byte{key}, o.Older...) {
		if len(k) < 32 {
			return nil, fmt.Errorf("%w: a key has less than 32 bytes", ErrInvalid)
		}
		s.signer.codes = append(s.signer.codes, newCoder(practice, k))
	}
	if err := s.defaults(); err != nil {
		return nil, err
	}
	return s, nil
}

// defaults fills in what the options left out, and refuses what cannot be right.
func (s *Site) defaults() error {
	if s.law == nil {
		s.law = &Law{rules: Promised()}
	}
	if s.path == "" {
		s.path = "/cookies"
	}
	if !local(s.path) {
		return fmt.Errorf("%w: the path of the notice is no path on this host", ErrInvalid)
	}
	if s.texts == nil {
		s.texts = Translations()
	}
	texts := map[string]Texts{}
	for language, t := range s.texts {
		if err := t.valid(); err != nil {
			return fmt.Errorf("%w: the texts in %q: %w", ErrInvalid, language, err)
		}
		texts[language] = t
	}
	if _, ok := texts[english]; !ok {
		return fmt.Errorf("%w: there are no texts in English", ErrInvalid)
	}
	s.texts = texts
	if s.language == nil {
		s.language = s.accepted
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

// State is what a browser stands at.
type State struct {
	// Choice is what the browser brings: ID, Practice, Visitor, Allowed, At and Shown. Nil where it brings none, or one
	// that was altered.
	Choice  *Choice
	Signals Signals
	Allowed []Category // the optional categories that are allowed now
	Ask     bool       // whether the visitor is to be asked
}

// Allows reports whether cookies of a category, and whatever else serves its purpose, may be used for the request: a
// server that counts visits without any cookie asks too.
func (s State) Allows(c Category) bool { return c.Necessary() || slices.Contains(s.Allowed, c) }

// State returns what a request's browser stands at now. It reads the request alone. Whoever answers by it calls [Vary]
// for the answer.
func (s *Site) State(r *http.Request) State { return s.state(r.Header, s.choices.moment()) }

func (s *Site) state(h http.Header, now time.Time) State {
	st := State{Signals: SignalsOf(h), Choice: s.carried(h)}
	for _, c := range s.register.optional() {
		d, by := s.law.judge(question{
			Facts: Facts{Choice: st.Choice, Signals: st.Signals}, cookie: Cookie{Category: c}, known: true, print: s.register.print,
		}, now)
		if d.Allowed {
			st.Allowed = append(st.Allowed, c)
		}
		st.Ask = st.Ask || by == CheckChoice || by == CheckShown
	}
	return st
}

// carried returns the choice that a browser brings. A host has one cookie of that name, so of several none is its own.
func (s *Site) carried(h http.Header) *Choice {
	var found *Choice
	for pair := range pairs(h) {
		if pair.name != Name {
			continue
		}
		c, ok := s.signer.read(pair.value)
		if !ok || found != nil {
			return nil
		}
		found = &c
	}
	return found
}
