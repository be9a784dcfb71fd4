-- Every decision on a text is kept, not the last one alone. Rows are inserted and never updated.
ALTER TABLE {schema}.sms_decision ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE {schema}.sms_decision DROP CONSTRAINT sms_decision_pkey;
ALTER TABLE {schema}.sms_decision ADD PRIMARY KEY (practice, id, seq);

-- Each index of the queue is written at each step of each text. One of the texts that may be on their way, which are few,
-- serves the answers to STOPs and those who look for leases that have ended; queued texts to a number are found by
-- sms_text_number.
DROP INDEX {schema}.sms_queue_until;
DROP INDEX {schema}.sms_queue_open;
CREATE INDEX sms_queue_unsettled ON {schema}.sms_queue (practice, number) WHERE state IN ('sending', 'doubtful', 'review');
COMMENT ON COLUMN {schema}.sms_queue.priority IS '0 answers, 1 conversations and confirmation requests, 2 what is needed, 3 what is promotional';

-- How many texts left on the newest allowance of a key. The carriers count a brand's texts whichever practice sends them, so
-- the key does not begin with one.
CREATE TABLE {schema}.sms_allowance (
	key   text COLLATE "C" PRIMARY KEY,
	begun timestamptz NOT NULL,
	used  integer NOT NULL,
	got   integer NOT NULL -- by who took last
);
