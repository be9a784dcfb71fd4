package cryptopg_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
)

// TestPracticeLeaves gives a practice its rows of the key store, wrapped for the key manager that it goes to: they open all
// that it had with that one alone and nothing of another practice, what was shredded stays shredded, and where it comes from
// everything goes on.
func TestPracticeLeaves(t *testing.T) {
	ctx := t.Context()
	db, o := open(t, 2)
	ours, err := crypto.MakeKeyFile(filepath.Join(t.TempDir(), "keys"))
	require.NoError(t, err)
	here := newRing(t, cryptopg.New(db, o), ours, nil)
	own := crypto.Binding{Practice: practice, Kind: "contact.phone", ID: "c-1"}
	stays := chart("p-204")
	stays.Practice = "oak-lane"
	gone := chart("p-205")
	sealed := map[crypto.Binding][]byte{}
	for _, b := range []crypto.Binding{chart("p-204"), own, gone, stays} {
		sealed[b], err = here.Seal(ctx, nil, []byte("plain"), b)
		require.NoError(t, err)
	}
	index, err := here.Index(ctx, practice, "contact.phone", "+15555550100")
	require.NoError(t, err)
	mac, err := here.MAC(ctx, practice, []byte("an entry"))
	require.NoError(t, err)
	require.NoError(t, here.Shred(ctx, crypto.Subject{Practice: practice, Patient: "p-205", Class: crypto.Chart}))
	require.NoError(t, here.Rotate(ctx, ownKey))
	require.NoError(t, here.Rewrap(ctx, practice, nil)) // so that versions are missing

	there, to := open(t, 2)
	_, err = there.NewRaw("INSERT INTO ?.crypto_key SELECT * FROM ?.crypto_key WHERE practice = ?",
		bun.Ident(to.Schema), bun.Ident(o.Schema), practice).Exec(ctx)
	require.NoError(t, err)
	theirs := crypto.NewEphemeral() // stands for a key file with a passphrase, or a service of theirs
	both, err := crypto.NewSuccession(theirs, ours)
	require.NoError(t, err)
	require.NoError(t, newRing(t, cryptopg.New(there, to), both, nil).Rewrap(ctx, practice, nil))

	successor := newRing(t, cryptopg.New(there, to), theirs, nil)
	for _, b := range []crypto.Binding{chart("p-204"), own} {
		for _, ring := range []*crypto.Keyring{successor, here} {
			plain, err := ring.Open(ctx, nil, sealed[b], b)
			require.NoError(t, err)
			require.Equal(t, "plain", string(plain))
		}
	}
	again, err := successor.Index(ctx, practice, "contact.phone", "+15555550100")
	require.NoError(t, err)
	require.Equal(t, index, again)
	require.NoError(t, successor.VerifyMAC(ctx, practice, []byte("an entry"), mac))
	_, err = successor.Open(ctx, nil, sealed[gone], gone)
	require.ErrorIs(t, err, crypto.ErrShredded)
	_, err = successor.Open(ctx, nil, sealed[stays], stays)
	require.ErrorIs(t, err, crypto.ErrUnknownKey)
	_, err = newRing(t, cryptopg.New(db, o), theirs, nil).Open(ctx, nil, sealed[stays], stays)
	require.ErrorIs(t, err, crypto.ErrUnknownKey, "also where its rows are")
	_, err = here.Open(ctx, nil, sealed[stays], stays)
	require.NoError(t, err)
}
