package consenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
)

// CookieHarness is one fresh store of choices under test and the audit store that its entries go to.
type CookieHarness struct {
	Store   cookie.Store
	Entries audit.Store
	// OneConnection is as in [Harness].
	OneConnection bool
}

// CookieCase is one rule that every store of choices keeps.
type CookieCase struct {
	Name  string
	Check func(ctx context.Context, h CookieHarness) error
}

// CookieCases returns the suite of stores of choices.
func CookieCases() []CookieCase {
	return []CookieCase{
		{"choices come back by time, then id", cookieOrder},
		{"every field survives", cookieFields},
		{"a visitor who never chose has no choices", cookieAbsence},
		{"a repeated choice changes nothing and leaves no second entry", cookieRepeated},
		{"an id belongs to the practice, not to the visitor", cookieIDs},
		{"practices do not see each other", cookieApart},
		{"practices, visitors and ids are exact", cookieExact},
		{"a refused entry takes the choice with it", cookieAllOrNothing},
		{"what is given and returned is not shared", cookieNotShared},
		{"pages continue where they ended", cookiePages},
		{"every entry of a change is kept", cookieEntries},
		{"what no store can keep is refused", cookieInvalid},
		{"a cancelled context writes nothing", cookieCancelled},
		{"concurrent writers lose nothing", cookieConcurrent},
		{"errors carry no visitor and no wording", cookieSecrets},
	}
}

const visitor = "visitor-planted-0815"

func choice(id string) cookie.Choice {
	return cookie.Choice{
		ID: id, Practice: practice, Visitor: visitor, At: start, Recorded: start,
		Actor: audit.Actor{Kind: audit.System, ID: "cookies"},
	}
}

func choosing(c cookie.Choice, entry int) cookie.Change {
	return cookie.Change{Choice: c, Leaves: []audit.Leaf{leaf(uuid(entry), c.Practice)}}
}

func choose(ctx context.Context, s cookie.Store, c cookie.Change) error {
	written, err := s.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new choice was taken for a repeated one")
	}
	return err
}

// chosen checks which choices the visitor has, by their ids, and how many entries the practice's log has.
func chosen(ctx context.Context, h CookieHarness, ids string, logged int) error {
	p, err := h.Store.Choices(ctx, cookie.Query{Practice: practice, Visitor: visitor})
	if err != nil {
		return err
	}
	var got []string
	for _, c := range p.Choices {
		got = append(got, c.ID)
	}
	if strings.Join(got, " ") != ids || p.Next != "" {
		return fmt.Errorf("the visitor has the choices %q, not %q; next %q", got, ids, p.Next)
	}
	n, err := entries(ctx, Harness{Entries: h.Entries}, practice)
	if err == nil && n != logged {
		err = fmt.Errorf("the log holds %d entries, not %d", n, logged)
	}
	return err
}
