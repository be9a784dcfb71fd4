-- One row is one fact about a link: that it was issued, in place 1, and at most one that ended it, in place 2. Writers need
-- INSERT and SELECT alone; of two who end a link the key of the table lets one.
--
-- Plain are the vendor's id of the link, times, staff who issued it or took it back, and the SHA-256 of its token, from which
-- nobody makes the token. Sealed are the patient, what the link leads to, a patient or a representative who opened it, and a
-- digest of all columns, which is compared on every read. The patient is found by a blind index.
CREATE TABLE {schema}.sms_link (
	practice   text COLLATE "C" NOT NULL,
	id         text COLLATE "C" NOT NULL, -- of the link
	place      smallint NOT NULL CHECK (place IN (1, 2)),
	kind       text NOT NULL,
	recorded   timestamptz NOT NULL,
	actor_kind text NOT NULL,
	actor      text NOT NULL,  -- of staff and of a system; empty where the sealed part has it
	patient    bytea,          -- in place 1
	token      text COLLATE "C", -- in place 1
	expires    timestamptz,    -- in place 1
	sealed     bytea NOT NULL,
	PRIMARY KEY (practice, id, place),
	UNIQUE (practice, token)
);
CREATE INDEX sms_link_patient ON {schema}.sms_link (practice, patient);
