-- One row is one leaf of the audit log. Writers need INSERT alone. The default of xid is the transaction's own number,
-- the same inside savepoints, and with seq it gives the order in which a notary integrates. Text is compared byte by
-- byte, so that pages have the same order everywhere.
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
	PRIMARY KEY (practice, id)
);
CREATE INDEX audit_entry_xid_seq ON {schema}.audit_entry (xid, seq);
CREATE INDEX audit_entry_at ON {schema}.audit_entry (practice, at, id);
CREATE INDEX audit_entry_tag ON {schema}.audit_entry (practice, tag, at, id) WHERE tag IS NOT NULL;
