-- One row is one leaf of the audit log. Writers need INSERT alone. The default of xid is the transaction's own number,
-- the same inside savepoints, and with seq it gives the order in which a notary integrates. Text is compared byte by
-- byte, so that pages have the same order everywhere.
--
-- Rows are parted by their term, and then by the month that their id says, a UUID of version 7: so that a month whose
-- term is over goes as a whole, and nobody needs the right to delete. Months are made by Months of package auditpg;
-- what has no month, or an id that says none, stands in the partition called rest. A key over partitions must hold what
-- parts them, so the key alone would take one id under two terms; a log never makes one, and a notary finds it.
CREATE TABLE {schema}.audit_entry (
	practice   text COLLATE "C" NOT NULL,
	id         text COLLATE "C" NOT NULL,
	xid        bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
	seq        bigint GENERATED ALWAYS AS IDENTITY,
	at         timestamptz NOT NULL,
	actor_kind text NOT NULL,
	actor      text NOT NULL,
	action     text NOT NULL,
	outcome    text NOT NULL,
	term       text NOT NULL,
	tag        bytea,
	bytes      bytea NOT NULL,
	mac        bytea NOT NULL,
	PRIMARY KEY (practice, id, term)
) PARTITION BY LIST (term);
CREATE INDEX audit_entry_xid_seq ON {schema}.audit_entry (xid, seq);
CREATE INDEX audit_entry_at ON {schema}.audit_entry (practice, at, id);
CREATE INDEX audit_entry_tag ON {schema}.audit_entry (practice, tag, at, id) WHERE tag IS NOT NULL;
CREATE INDEX audit_entry_prune ON {schema}.audit_entry (practice, id) WHERE action = 'audit.prune';

CREATE TABLE {schema}.audit_entry_6y PARTITION OF {schema}.audit_entry FOR VALUES IN ('6y') PARTITION BY RANGE (id);
CREATE TABLE {schema}.audit_entry_1y PARTITION OF {schema}.audit_entry FOR VALUES IN ('1y') PARTITION BY RANGE (id);
CREATE TABLE {schema}.audit_entry_6y_rest PARTITION OF {schema}.audit_entry_6y DEFAULT;
CREATE TABLE {schema}.audit_entry_1y_rest PARTITION OF {schema}.audit_entry_1y DEFAULT;
