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
// [Reader.Export] writes a practice's whole log to a file, and [Reader.Extract] chosen leaves of it, such as a patient's.
// [CheckExport] checks such a file without the database, and so can a short program in any language.
//
// # Transactions
//
// A step is one transaction of its own and commits as a whole. It never waits for a transaction that is open, however
// long, and loses none that commits late: the batch keeps the snapshot up to which it took leaves. One notary works at
// a time; others find nothing to do. A notary that is killed leaves nothing behind, and the next one goes on.
//
// A step checks some leaves while it reads others. Measured on two busy cores, in batches of 5,120 stored leaves, it
// integrates 1.9 to 4.4 times as many in the same time as Tessera's log on files, which checks no codes but writes the
// leaves too.
//
// # Keys that cannot be had
//
// A leaf is integrated only when its code was checked, for which the practice's audit key is needed. A practice whose key
// cannot be had, because the key manager refuses it or opens it no more, holds up nobody else: its leaves are set aside,
// by a row of their ids beside the batch, and Step says so in an [AsideError]. It is tried again once a minute. When its
// key is there its leaves are integrated in their order, after those that stand in its tree. But leaves whose audit key
// the key store does not know at all cannot be told from forged ones, and are refused.
//
// While no practice's key can be had nothing is set aside, and everything waits. Step then returns an error that names
// the practices, and Run waits longer after each, up to a minute. Where the keys of many practices are lost at once, a
// step finds out about ten of them and fails, and the steps after it go on without those.
//
// A leaf that waits is not proven: whoever deletes it is not found, and what a [Report] says of Damage is not about it.
// The report counts such leaves as Pending, and is Overdue when one of them waits for longer than [Patience]. Whoever
// writes into the notary's record of them hides none: what is taken out of it is reported as back-dated, what is put into
// it is counted as waiting, and what is forged is reported as such.
//
// # Witnesses
//
// Options.Witness is shown each head of the tree of heads when its batch is kept, never inside the transaction. While it
// cannot be reached the notary goes on; each step returns the error and shows the newest head again, also after a
// restart. When it keeps a head that the log does not continue, the notary signs nothing more. Package audit/witness has
// a witness, and a client of others.
//
// # What is kept
//
// A head keeps, for each leaf that its batch added, the leaf's hash, those of every second level above that it
// completed, its id, and its place in the order of integration: 43, 16 and 3 bytes where ids are UUIDs. Measured on
// batches of 5,000 leaves it is 66 bytes a leaf with all that Postgres adds, and 64 bytes of its WAL; a notary that
// writes a number into each row writes 1,057 there.
//
// Full tiles (c2sp.org/tlog-tiles) would be 33 bytes of hashes for a leaf. They are not kept, for three reasons. A leaf
// that was deleted could not be named, only counted. What stands right of the last full tile would be made anew of up
// to 255 rows, so one row that was altered, or pruned, would stop the notary; as it is, it reads no row twice. And with
// thousands of small practices those rows would be read for each of them in each batch, where now it is one query for
// about ten hashes of each.
//
// What is held in memory does not grow with the log: a step holds one batch, and a verification the marks of a batch or
// two and some thousand rows. Of damage, 5,000 positions are compared with one another and 1,000 are listed; the others
// are counted. A verification of the tree of heads also holds the name and the size of each practice, and a few
// megabytes of their next heads; so do that and an export of a practice, of those that the tree of heads has behind its
// newest batch. A notary holds the newest checkpoint of each practice that it signed. Where ids are not in the order of time,
// as UUIDs of version 7 are, verification takes longer: its last part reads every head for each 20,000 leaves.
//
// # Damage and repair
//
// A leaf whose code does not fit is never integrated: Step reports it once in a [RefusedError], Verify whenever it is
// asked. When leaves or the notary's rows are restored from a backup as they were, Verify finds nothing any more.
// Leaves that were refused or left out by mistake are integrated by [Notary.Adopt].
//
// Before it adds to a practice's tree, a step looks for what the tree of heads has of the practice last: one statement for
// all practices of the batch, which goes back over the heads of the tree of heads until it has found each, and over all of
// them for a practice that is new. A verification or an export of a practice checks all heads that the tree of heads has of
// it, and that whatever it has behind them is other practices'. So it takes longer for one that has long been still.
//
// A tree's damage is somebody's doing or a broken disk's, never a race: Verify may run while others write.
//
// # Pruning
//
// A [Pruner] removes leaves whose term is over, one month of one term at a time:
//
//	pruner, err := notary.NewPruner(auditpg.NewTrees(owner, nil), log, &notary.PruneOptions{Held: holds.Has})
//	due, err := pruner.Due(ctx)
//	for _, d := range due {
//		n, err := pruner.Prune(ctx, audit.Actor{Kind: audit.System, ID: "retention"}, d.Month) // ErrTold: again, later
//	}
//
// Terms are counted in calendar years of UTC, from the month's last moment: an entry of the first stays a year and what was
// left of its month, and no longer. A month goes for all practices of the database or for none. First each practice's log is
// told, by entries with the action "audit.prune", how many leaves are to go and from which positions; when a batch has these
// entries, the next call removes the leaves, and in the same transaction other entries of the action say that they went. A
// month that is held in between stays, and nothing says that it went. The tree stays as it was: checkpoints that were kept
// still fit, old proofs still check, and [Reader.Inclusion] still proves a leaf that somebody has a copy of.
//
// Verify takes a missing leaf for pruned when a genuine entry says that its position went, and for deleted otherwise. Such
// entries are integrated like any other; they are missed when they are deleted, and prove nothing when they are forged.
// When one of them is pruned itself, after six years, the entry of that pruning names its positions again.
//
// A leaf that waits for a batch, that a batch left out, or that was altered keeps its month: let the notary step, adopt
// the leaf, or restore it, and remove what is forged as the tables' owner. So does a practice whose audit key cannot be had, for
// nobody can say then whether its leaves are what was integrated, nor put on record that they go. Prune names it. Restore the
// key; where it is lost for good nothing tells that practice's leaves from forged ones any more, and the tables' owner decides.
//
// # The file of an export
//
// The file of [Reader.Export] and [Reader.Extract], version 1. It is text in UTF-8, one JSON object a line, and every
// line ends with a line feed, the last one too. What follows is all that somebody needs who checks it by other means.
//
// Base64 is that of RFC 4648, section 4, with padding. H is SHA-256. A hash of the tree is that of RFC 6962, section
// 2.1: of a leaf H(0x00 | record), of a node H(0x01 | left | right). A signed checkpoint is a C2SP checkpoint: three
// lines, the origin, the size in decimals and the root in base64; an empty line; and one line of a signature, which is
// an em dash, a space, the key's name, a space, and the base64 of 4 bytes that name the key and 64 bytes of Ed25519
// over the three lines with their line feeds.
//
// The first line is the header:
//
//		{"format":"enamel-audit-export","version":1,"log":...,"practice":...,"size":...,"checkpoint":...,
//		 "heads":{"checkpoint":...,"n":...,"path":[...]},"kept":[{"checkpoint":...,"path":[...]}]}
//
//	  - format is "enamel-audit-export" for a whole log, "enamel-audit-extract" for chosen leaves of one.
//	  - checkpoint is the signed checkpoint of the practice's tree, whose size and root the file is checked against. Its
//	    origin is log, a slash, and practice, escaped as a segment of a URL's path.
//	  - heads proves that the tree of heads holds that checkpoint: its three lines are the record of the leaf at position
//	    n, and path is its inclusion proof (RFC 6962, section 2.1.1) in the tree of heads.checkpoint, whose origin is log.
//	  - kept is there where older checkpoints of the tree of heads were named when the file was written. Each stands with
//	    its consistency proof (RFC 6962, section 2.1.2) up to heads.checkpoint.
//
// Then comes a line for each leaf, in the order of the positions: all from 0 to size-1, or the chosen ones.
//
//		{"n":0,"hash":"...","leaf":"{\"v\":1,...}","mac":"..."}
//
//	  - leaf is the leaf's JSON exactly as it was authenticated, as a string; mac is its code in base64.
//	  - hash is the leaf's hash in base64. Its record is leaf, a line feed (0x0a), and the bytes of mac.
//	  - path, in an extract alone, after hash, is its inclusion proof in the tree of checkpoint.
//	  - leaf and mac are not there where the log no longer holds the row as it was integrated. The hash stands for it.
//
// The last line is {"end":true,"leaves":12,"absent":1}: how many lines of leaves there were, and how many of them had a
// hash alone.
//
// A member that has nothing to say, such as an empty path, is left out. Strings are written as encoding/json does
// without its HTML escapes. There is one form of a line, so that [CheckExport] finds every byte that was changed.
//
// # Errors
//
// [ErrDamaged] when the notary's own rows do not lead to what it signed, and [ErrContradicted] when a witness keeps
// something else; [ErrProof] for a checkpoint or proof that is wrong; [ErrNotFound] while nothing is integrated;
// [ErrInvalid] for input that cannot be right; [ErrNotDue], [ErrHeld] and [ErrBlocked] for what must not be pruned, and
// [ErrTold] for what is not gone yet. [RefusedError] and [AsideError] name what a step did not integrate beside the rest.
// What the store or the keys answer is wrapped: Step then integrates nothing, and tries again next time.
//
// # Writing your own store
//
// Implement Store of package audit/tree and run audittest.TreeCases against it; for a [Pruner] implement Pruner of that
// package, and run audittest.PruneCases.
package notary
