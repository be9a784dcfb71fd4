-- What a notary integrated. Rows are only ever added. A batch remembers the snapshot up to which it took entries, as
-- xmin:xmax:xip,... of Postgres: the entries of the next batch are those visible then and not visible in this one.
CREATE TABLE {schema}.audit_batch (
	number   bigint PRIMARY KEY,
	snapshot text NOT NULL,
	at       timestamptz NOT NULL
);

-- One row is one Merkle tree after one batch: the ids of the leaves that the batch added, in order and packed, the
-- lowest and the highest of them, by which the head of a leaf is found, their places in the order of integration, packed
-- as well, and the hashes that they completed, 32 bytes each. The practice '' is the tree of heads. Two batches that
-- continue the same head cannot both be kept.
CREATE TABLE {schema}.audit_head (
	practice   text COLLATE "C" NOT NULL,
	size       bigint NOT NULL,
	first      bigint NOT NULL,
	number     bigint NOT NULL REFERENCES {schema}.audit_batch,
	ids        bytea NOT NULL,
	lowest     text COLLATE "C" NOT NULL,
	highest    text COLLATE "C" NOT NULL,
	orders     bytea NOT NULL,
	first_hash bigint NOT NULL,
	hashes     bytea NOT NULL,
	checkpoint text NOT NULL,
	PRIMARY KEY (practice, size),
	UNIQUE (practice, first),
	CHECK (first >= 0 AND size > first)
);
CREATE INDEX audit_head_highest ON {schema}.audit_head (practice, highest);

-- Hashes and ids do not compress, and stored like this a few hashes are read without the rest.
ALTER TABLE {schema}.audit_head ALTER COLUMN hashes SET STORAGE EXTERNAL, ALTER COLUMN ids SET STORAGE EXTERNAL;

-- What is added to Postgres's own transaction numbers, in the default of audit_entry.xid and in snapshots. The highest
-- counts; there is a row only after the log was loaded into another database, which numbers its transactions anew.
CREATE TABLE {schema}.audit_shift (shift bigint NOT NULL);
