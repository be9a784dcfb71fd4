-- What of a practice a batch set aside, because the practice's key could not be had: the ids of the leaves, packed as in
-- audit_head. Rows are only ever added: a batch that takes leaves up again says through which batch it did. What is set
-- aside is what batches after the highest of these set aside.
CREATE TABLE {schema}.audit_aside (
	practice text COLLATE "C" NOT NULL,
	number   bigint NOT NULL REFERENCES {schema}.audit_batch,
	ids      bytea,
	through  bigint,
	PRIMARY KEY (practice, number),
	CHECK (through < number)
);
