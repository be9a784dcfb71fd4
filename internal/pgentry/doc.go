// Package pgentry writes entries of the audit log in the statement that writes the fact they record, so that on Postgres one
// round trip keeps both. The tables are those of package auditpg.
//
// A fact may quietly not happen (ON CONFLICT DO NOTHING, an UPDATE that checks a version), and then it leaves no entry. So the
// fact is a CTE and the leaves hang on it, for Postgres runs a data-modifying CTE even when the statement around it changes
// nothing. The rows touched are the leaves; zero means that the fact was refused:
//
//	fact := h.Insert("consent_fact", &row).On("CONFLICT DO NOTHING").Returning("1")
//	n, err := h.Exec(ctx, "WITH fact AS (?) ?", fact, pgentry.After(h, "fact", change.Leaves))
package pgentry
