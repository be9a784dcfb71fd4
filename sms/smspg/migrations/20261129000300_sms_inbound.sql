-- What a flagged message holds, apart from the message. Once it was filed or deleted the row stays, without it.
CREATE TABLE {schema}.sms_content (
	practice text COLLATE "C" NOT NULL,
	provider text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	state    text NOT NULL, -- held, filed or deleted
	sealed   bytea, -- NULL once it is not held any more
	PRIMARY KEY (practice, provider, id),
	CHECK ((state = 'held') = (sealed IS NOT NULL))
);

-- What needs a person, but for what follows from a text. Who it is about is sealed.
CREATE TABLE {schema}.sms_task (
	practice text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	number   bytea NOT NULL, -- blind index
	kind     text NOT NULL,
	opened   timestamptz NOT NULL,
	due      timestamptz NOT NULL,
	sealed   bytea NOT NULL,
	finished timestamptz, -- NULL: open
	outcome  text NOT NULL DEFAULT '',
	PRIMARY KEY (practice, id)
);
CREATE INDEX sms_task_due ON {schema}.sms_task (practice, due, id) WHERE finished IS NULL;
CREATE INDEX sms_task_number ON {schema}.sms_task (practice, number) WHERE finished IS NULL;

-- The tasks of texts that were finished; id is the text's. A text that is taken up again later and fails again is a new task.
CREATE TABLE {schema}.sms_text_task (
	practice text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	opened   timestamptz NOT NULL,
	finished timestamptz NOT NULL,
	outcome  text NOT NULL,
	PRIMARY KEY (practice, id, opened)
);
-- The texts that may need a person: few of all.
CREATE INDEX sms_queue_person ON {schema}.sms_queue (practice, id)
	WHERE state IN ('review', 'failed') OR state = 'refused' AND class = 'expired';

-- Who answers the words that a network may answer by itself; empty: whoever does by default.
ALTER TABLE {schema}.sms_sender ADD COLUMN answers_stop text NOT NULL DEFAULT '';
ALTER TABLE {schema}.sms_sender ADD COLUMN answers_help text NOT NULL DEFAULT '';
ALTER TABLE {schema}.sms_sender ADD COLUMN answers_start text NOT NULL DEFAULT '';
