-- A broadcast: how many facts its ledger holds, and whether a worker has to see to it. Its row is what writers of its ledger
-- wait for each other by.
CREATE TABLE {schema}.sms_broadcast (
	practice text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	facts    integer NOT NULL,
	works    boolean NOT NULL,
	PRIMARY KEY (practice, id)
);
CREATE INDEX sms_broadcast_works ON {schema}.sms_broadcast (practice, id) WHERE works;

-- One row is one fact. Rows are inserted and never updated. What it says, the plan with its values and its criterion too, is
-- sealed; the sealed part repeats the plain columns.
CREATE TABLE {schema}.sms_broadcast_fact (
	practice  text COLLATE "C" NOT NULL,
	id        text COLLATE "C" NOT NULL,
	broadcast text COLLATE "C" NOT NULL,
	seq       bigint GENERATED ALWAYS AS IDENTITY,
	kind      text NOT NULL,
	recorded  timestamptz NOT NULL,
	sealed    bytea NOT NULL,
	PRIMARY KEY (practice, id)
);
CREATE INDEX sms_broadcast_fact_ledger ON {schema}.sms_broadcast_fact (practice, broadcast, seq);
CREATE INDEX sms_broadcast_fact_kind ON {schema}.sms_broadcast_fact (practice, kind, seq);

-- A number that a broadcast is for, once, and how far it has come. The number and whom it was chosen for are blind indexes.
CREATE TABLE {schema}.sms_recipient (
	practice  text COLLATE "C" NOT NULL,
	broadcast text COLLATE "C" NOT NULL,
	place     bigint GENERATED ALWAYS AS IDENTITY,
	number    bytea NOT NULL,
	patient   bytea, -- NULL: nobody in particular
	shared    boolean NOT NULL,
	stage     text NOT NULL,
	turn      integer NOT NULL,
	reason    text NOT NULL, -- a rule's id, or a class of errors
	sealed    bytea NOT NULL,
	PRIMARY KEY (practice, broadcast, place),
	UNIQUE (practice, broadcast, number)
);
CREATE INDEX sms_recipient_open ON {schema}.sms_recipient (practice, broadcast, stage, place) WHERE stage IN ('waiting', 'queued');
