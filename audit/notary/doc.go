// Package notary makes the audit log provable: it integrates leaves into a Merkle tree per practice, signs the trees'
// heads, and finds and names whatever was changed since.
//
// A [Notary] is a worker. Each step takes the leaves that became visible since the step before, checks their codes,
// and adds them to the trees of RFC 6962, one for each practice. It signs the heads that changed, and the head of one
// more tree, over all heads: the one thing that somebody outside needs to keep. Heads are C2SP checkpoints
// (c2sp.org/tlog-checkpoint), signed with Ed25519.
//
//	private, public, err := notary.GenerateKey("audit.elm-dental.example") // once; private goes to a file of mode 0600
//	signer, err := note.NewSigner(private)
//	verifier, err := note.NewVerifier(public)
//	n, err := notary.New(auditpg.NewTrees(db, nil), log, signer, note.VerifierList(verifier), nil)
//	go n.Run(ctx)
//
// A [Reader] gives out checkpoints and proofs, which [CheckInclusion] and [CheckConsistency] check offline with the
// public key alone, and verifies the log:
//
//	report, err := reader.Verify(ctx, log, "elm-street", checkpointFromLastMonth)
//	for _, d := range report.Damage {
//		fmt.Println(d.Kind, d.ID, d.Position, d.Note)
//	}
//
// # Transactions
//
// A step is one transaction of its own and commits as a whole. It never waits for a transaction that is open, however
// long, and loses none that commits late: the batch keeps the snapshot up to which it took leaves. One notary works at
// a time; others find nothing to do. A notary that is killed leaves nothing behind, and the next one goes on.
//
// # Damage and repair
//
// A leaf whose code does not fit is never integrated: Step reports it once in a [RefusedError], Verify whenever it is
// asked. When leaves or the notary's rows are restored from a backup as they were, Verify finds nothing any more.
// Leaves that were refused or left out by mistake are integrated by [Notary.Adopt].
//
// A tree's damage is somebody's doing or a broken disk's, never a race: Verify may run while others write.
//
// # Errors
//
// [ErrDamaged] when the notary's own rows do not lead to what it signed; [ErrProof] for a checkpoint or proof that is
// wrong; [ErrNotFound] while nothing is integrated; [ErrInvalid] for input that cannot be right. What the store or the
// keys answer is wrapped: Step then integrates nothing, and tries again next time.
//
// # Writing your own store
//
// Implement Store of package audit/tree and run audittest.TreeCases against it.
package notary
