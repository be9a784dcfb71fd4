// Package pgentry writes entries of the audit log in the statement that writes the fact they record, so that on Postgres one
// round trip keeps both. The tables are those of package auditpg.
//
// Which of the two carries the other depends on whether the fact can be refused. A fact whose duplicate is an error carries
// its leaves as a CTE; either raises and undoes both:
//
//	_, err := h.Insert("consent_fact", &row).With("entry", pgentry.Insert(h, change.Leaves)).Exec(ctx)
//
// Where the fact may quietly not happen (ON CONFLICT DO NOTHING, an UPDATE that checks a version), the fact is the CTE
// and the leaves hang on it, for Postgres runs a data-modifying CTE even when the statement around it changes nothing.
// The rows touched are the leaves, so zero means that the fact was refused and left no entry:
//
//	fact := h.Insert("consent_fact", &row).On("CONFLICT DO NOTHING").Returning("1")
//	n, err := h.Exec(ctx, "WITH fact AS (?) ?", fact, pgentry.After(h, "fact", change.Leaves))
package pgentry
