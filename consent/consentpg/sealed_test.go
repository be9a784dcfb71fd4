package consentpg_test

import (
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
)

const number = "+12125550147"

// shown is what patients of these tests are shown.
const shown = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments and, if I ticked the box, " +
	"offers. Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
	"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
	"purchases or additional services. Text messages are not encrypted."

// ready has a practice do what it must before its patients consent.
func ready(t testing.TB, consents *consent.Service, practice string) {
	t.Helper()
	by, ctx := audit.Actor{Kind: audit.Staff, ID: "u-1"}, t.Context()
	require.NoError(t, consents.Accept(ctx, by, consent.Duty{Practice: practice, Terms: "2026-01"}))
	require.NoError(t, consents.Configure(ctx, by, consent.Settings{Practice: practice, Name: "Elm Street Dental", Platform: "DentTracks"}))
	require.NoError(t, consents.Publish(ctx, by, consent.Wording{
		ID: "w-1", Practice: practice, Category: consent.Transactional, Language: "en", Text: shown, Effective: published,
	}))
}

// published is since when patients are shown it.
var published = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)

// write records a consent with planted secrets and a stop through a service whose log keeps a pool of its own.
func write(t *testing.T, b bench, db *bun.DB, practice string) *consent.Service {
	t.Helper()
	log := b.log(t)
	consents, err := consent.New(b.store(db), log, nil)
	require.NoError(t, err)
	ready(t, consents, practice)
	_, err = consents.Grant(t.Context(), audit.Actor{Kind: audit.Staff, ID: "planted-actor"}, consent.Grant{
		ID: "g-1", Practice: practice, Number: number, Category: consent.Transactional, Basis: consent.WebForm,
		Sender: "planted-sender", Patient: "planted-patient",
		Evidence: consent.Evidence{
			Wording: shown, Language: "en", Address: "planted-address",
			Browser: "planted-browser", Choice: consent.Separate, Representative: "planted-representative",
		},
	})
	require.NoError(t, err)
	_, err = consents.Revoke(t.Context(), audit.Actor{Kind: audit.Patient, ID: "p-1"}, consent.Revocation{
		ID: "s-1", Practice: practice, Number: number, Channel: consent.ByText,
		Evidence: consent.Evidence{Words: "planted-words", Message: "planted-message"},
	})
	require.NoError(t, err)
	return consents
}

// dump returns every row of the consent tables as text, with bytes written in the ways that bytes are.
func dump(t *testing.T, b bench, db *bun.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range b.tables()[:2] {
		var rows []map[string]any
		require.NoError(t, db.NewRaw("SELECT * FROM ?", table).Scan(t.Context(), &rows))
		for _, row := range rows {
			for column, value := range row {
				fmt.Fprintf(&all, "%s=%v\n", column, value)
				if raw, ok := value.([]byte); ok {
					fmt.Fprintf(&all, "%s\n%x\n%s\n", raw, raw, base64.StdEncoding.EncodeToString(raw))
				}
			}
		}
	}
	return all.String()
}

func TestADumpNamesNobody(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	consents := write(t, b, db, "elm-street")
	got := dump(t, b, db)
	require.Contains(t, got, "elm-street", "the dump shows nothing at all")
	for _, secret := range []string{number, number[1:], number[2:], "planted"} {
		require.NotContains(t, got, secret)
		require.NotContains(t, got, hex.EncodeToString([]byte(secret)))
	}
	facts, err := consents.History(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, consent.Key{Practice: "elm-street", Number: number})
	require.NoError(t, err)
	require.Equal(t, shown, facts[0].Evidence.Wording)
	require.Equal(t, "planted-words", facts[1].Evidence.Words)
}

func TestAnAlteredRowIsFound(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	for name, alter := range map[string]string{
		"the kind":                        "UPDATE ?0 SET kind = 'granted', category = 'transactional' WHERE id = 's-1'",
		"the category":                    "UPDATE ?0 SET category = 'promotional' WHERE id = 's-1'",
		"the claimed time":                "UPDATE ?0 SET at = at - interval '1 microsecond' WHERE id = 'g-1'",
		"the recorded time":               "UPDATE ?0 SET recorded = recorded + interval '1 year' WHERE id = 'g-1'",
		"the sealed part":                 "UPDATE ?0 SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE id = 'g-1'",
		"the evidence":                    "UPDATE ?0 SET evidence = set_byte(evidence, 40, get_byte(evidence, 40) # 1) WHERE id = 'g-1'",
		"no evidence":                     "UPDATE ?0 SET evidence = NULL WHERE id = 'g-1'",
		"no patient":                      "UPDATE ?0 SET patient = NULL WHERE id = 'g-1'",
		"another fact's sealed part":      "UPDATE ?0 SET sealed = (SELECT sealed FROM ?0 WHERE practice = 'elm-street' AND id = 'g-1') WHERE id = 's-1'",
		"another id":                      "UPDATE ?0 SET id = 's-2' WHERE id = 's-1'",
		"a copy under another id":         "INSERT INTO ?0 (practice, id, number, kind, category, at, recorded, patient, sealed, evidence) SELECT practice, 'g-2', number, kind, category, at, recorded, patient, sealed, evidence FROM ?0 WHERE id = 'g-1'",
		"a fact from another number":      "UPDATE ?0 SET number = (SELECT number FROM ?0 WHERE practice = 'elm-street' AND id = 'g-1') WHERE id = 'other'",
		"a fact from another's practices": "INSERT INTO ?0 (practice, id, number, kind, category, at, recorded, patient, sealed, evidence) SELECT 'elm-street', id || '-oak', (SELECT number FROM ?0 WHERE practice = 'elm-street' AND id = 'g-1'), kind, category, at, recorded, patient, sealed, evidence FROM ?0 WHERE practice = 'oak-street' AND id = 'g-1'",
	} {
		t.Run(name, func(t *testing.T) {
			b.clear(t, db)
			consents := write(t, b, db, "elm-street")
			_ = write(t, b, db, "oak-street")
			_, err := consents.Revoke(t.Context(), audit.Actor{Kind: audit.Staff, ID: "u-1"}, consent.Revocation{
				ID: "other", Practice: "elm-street", Number: "+12125550148", Channel: consent.ByDesk,
			})
			require.NoError(t, err)
			done, err := db.NewRaw(alter, b.tables()[0]).Exec(t.Context())
			require.NoError(t, err)
			n, err := done.RowsAffected()
			require.NoError(t, err)
			require.NotZero(t, n, "nothing was altered")

			_, err = consents.Permission(t.Context(), consent.Key{Practice: "elm-street", Number: number}, consent.Use{Category: consent.Transactional})
			require.Error(t, err)
			require.NotContains(t, err.Error(), number[2:])
			require.NotContains(t, err.Error(), "planted")
			if name != "a fact from another's practices" { // its key is not even known here
				require.ErrorIs(t, err, consent.ErrTampered)
			}
		})
	}
}

func TestNoRowsNeverEscapes(t *testing.T) {
	b := open(t)
	store := b.store(b.Pool(1))
	_, err := store.Ledger(t.Context(), consent.Key{Practice: "nobody", Number: number})
	require.NoError(t, err)
	_, err = store.Settings(t.Context(), "nobody")
	require.NoError(t, err)

	broken := b.Pool(1)
	require.NoError(t, broken.Close())
	_, err = b.store(broken).Ledger(t.Context(), consent.Key{Practice: "nobody", Number: number})
	require.Error(t, err)
	require.NotErrorIs(t, err, sql.ErrNoRows)
}

// TestARowOfBeforeIsRead puts a row into the table as it was written before evidence was kept apart.
func TestARowOfBeforeIsRead(t *testing.T) {
	b := open(t)
	db := b.Pool(2)
	const practice = "elm-street"
	index, err := b.keys.Index(t.Context(), practice, crypto.Fixed+"consent.number", number)
	require.NoError(t, err)
	at := time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)
	sealed, err := b.keys.Seal(t.Context(), nil, []byte(`{"number":"`+number+`","kind":"revoked","at":"2026-03-02T15:00:00.123456Z",
		"recorded":"2026-03-02T15:00:00.123456Z","actor":{"kind":"staff","id":"u-1"},"channel":"call","evidence":{"words":"stop it"}}`),
		crypto.Binding{Practice: practice, Kind: "consent_fact", ID: "f-1"})
	require.NoError(t, err)
	_, err = db.NewRaw(`INSERT INTO ? (practice, id, number, kind, category, at, recorded, sealed) VALUES (?, 'f-1', ?, 'revoked', '', ?, ?, ?)`,
		b.tables()[0], practice, index, at, at, sealed).Exec(t.Context())
	require.NoError(t, err)
	want := consent.Fact{
		ID: "f-1", Practice: practice, Number: number, Kind: consent.Revoked, At: at, Recorded: at, Channel: consent.ByCall,
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"}, Evidence: consent.Evidence{Words: "stop it"},
	}
	facts, err := b.store(db).Ledger(t.Context(), consent.Key{Practice: practice, Number: number})
	require.NoError(t, err)
	require.Equal(t, []consent.Fact{want}, facts)
	facts, err = b.store(db).Standing(t.Context(), consent.Key{Practice: practice, Number: number})
	require.NoError(t, err)
	require.Len(t, facts, 1)
}
