// Package witness keeps what a notary signed outside of the notary's reach, so that a log that was cut short, put back to
// an older backup or written anew is found, even where the notary's own key was used for it.
//
// A [Witness] keeps the newest head of the tree of heads for each log that it knows: one checkpoint, a few hundred bytes.
// It takes a newer one only with a proof that the newer tree continues the one it keeps (RFC 6962, section 2.1.2), and
// says so with a cosignature (c2sp.org/tlog-cosignature, Ed25519). It is an [http.Handler] that speaks
// c2sp.org/tlog-witness, so other logs can use it, and a notary can use other witnesses.
//
//	private, public, err := witness.GenerateKey("witness.example.org/w1") // once; private goes to a file of mode 0600
//	cosigner, err := witness.NewCosigner(private, nil)
//	w, err := witness.New(cosigner, []note.Verifier{logKey}, &witness.Options{Path: "/var/lib/witness/heads.json"})
//	http.ListenAndServeTLS(":8443", cert, key, w)
//
// A [Client] is what a notary shows its heads through, after each batch:
//
//	verifier, err := witness.NewVerifier(public)
//	client, err := witness.NewClient("https://witness.example.org:8443", verifier, nil)
//	n, err := notary.New(trees, log, signer, known, &notary.Options{Witness: client})
//
// What a witness keeps is a kept checkpoint for Reader.Verify of package notary: [Witness.Checkpoint] where it runs, and
// [Client.Checkpoint] where the notary does.
//
// # What it finds, and what it does not
//
// Found, at the notary's next step or its next start, are: newest batches that are gone, with or without all that tells
// of them; an older backup of the whole database; another history, though it was signed with the notary's key; and two
// histories that are shown to two people, if either checks against what the witness keeps or looks for its cosignature.
// The notary then signs nothing more until the log is put right.
//
// Not found is what no head ever said: a leaf that was deleted before a batch took it, within about a second of its
// commit, or while no notary was running. Nor what happened since the newest head that the witness took: when it cannot
// be reached the notary goes on, and reports that at each step. Nor anything, if whoever controls the log controls the
// witness as well: it belongs to somebody else, or on a machine that the database's administrators cannot reach.
//
// A log that was lost, and continues from an older backup with good reason, needs a new name: to the witness it is another
// log.
//
// # Errors
//
// [ErrInvalid], [ErrUnknown] and [ErrUnsigned] for what a witness does not take; [ConflictError] when the proof does not
// begin where it stands; ErrContradicted of package notary when the log does not continue what it keeps.
package witness
