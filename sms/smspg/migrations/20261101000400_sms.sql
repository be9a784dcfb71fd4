-- A text as it was given. Rows are inserted and never updated. Ids are compared byte by byte, so that pages have the same
-- order everywhere.
CREATE TABLE {schema}.sms_text (
	practice    text COLLATE "C" NOT NULL,
	id          text COLLATE "C" NOT NULL,
	number      bytea NOT NULL, -- blind index of the recipient
	kind        text NOT NULL,
	category    text NOT NULL,
	provider    text NOT NULL,
	created     timestamptz NOT NULL,
	not_before  timestamptz NOT NULL,
	last_useful timestamptz NOT NULL,
	sealed      bytea NOT NULL,
	PRIMARY KEY (practice, id)
);
CREATE INDEX sms_text_created ON {schema}.sms_text (practice, created, id);
CREATE INDEX sms_text_number ON {schema}.sms_text (practice, number, created, id);

-- What has become of each text so far: narrow, because every step of a text writes its row anew.
CREATE TABLE {schema}.sms_queue (
	practice    text COLLATE "C" NOT NULL,
	id          text COLLATE "C" NOT NULL,
	number      bytea NOT NULL,
	priority    smallint NOT NULL, -- 0 answers, 1 confirmation requests, 2 everything else
	patience    timestamptz, -- of the answer to a STOP alone: after this it waits no longer for texts that are unsettled
	state       text NOT NULL,
	due         timestamptz NOT NULL, -- while queued: when it is looked at next
	worker      text, -- who claimed it last and has not settled it
	leased      boolean NOT NULL DEFAULT false,
	until       timestamptz, -- on the database's clock: when the lease ends; while doubtful and not leased, when to ask
	attempts    integer NOT NULL DEFAULT 0,
	first_try   timestamptz,
	claimed     timestamptz,
	in_flight   boolean NOT NULL DEFAULT false,
	provider_id text NOT NULL DEFAULT '',
	delivery    text NOT NULL DEFAULT '',
	code        text NOT NULL DEFAULT '',
	class       text NOT NULL DEFAULT '',
	PRIMARY KEY (practice, id)
);
-- The workers' two indexes cross practices, for workers do.
CREATE INDEX sms_queue_due ON {schema}.sms_queue (priority, due, id, practice) WHERE state = 'queued';
CREATE INDEX sms_queue_until ON {schema}.sms_queue (until, id, practice) WHERE until IS NOT NULL;
-- The texts to a number that are queued or unsettled.
CREATE INDEX sms_queue_open ON {schema}.sms_queue (practice, number)
	WHERE state IN ('queued', 'sending', 'doubtful', 'review');

-- The last decision on each text. It quotes the facts it was made from, so it is sealed.
CREATE TABLE {schema}.sms_decision (
	practice text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	sealed   bytea NOT NULL,
	PRIMARY KEY (practice, id)
);

-- A message that came in; id is the provider's.
CREATE TABLE {schema}.sms_received (
	practice text COLLATE "C" NOT NULL,
	provider text COLLATE "C" NOT NULL,
	id       text COLLATE "C" NOT NULL,
	number   bytea NOT NULL, -- blind index of who wrote
	at       timestamptz NOT NULL,
	word     text NOT NULL,
	sealed   bytea NOT NULL,
	PRIMARY KEY (practice, provider, id)
);
CREATE INDEX sms_received_at ON {schema}.sms_received (practice, at, id, provider);
CREATE INDEX sms_received_number ON {schema}.sms_received (practice, number, at, id, provider);

-- A number that a practice texts from: no patient's data, so it is plain. It is the one key that does not begin with the
-- practice, for it has to lead from a number to the one practice that owns it.
CREATE TABLE {schema}.sms_sender (
	number    text COLLATE "C" PRIMARY KEY,
	practice  text COLLATE "C" NOT NULL,
	seq       bigint GENERATED ALWAYS AS IDENTITY, -- a practice's oldest number is its default
	provider  text NOT NULL,
	name      text NOT NULL,
	contact   text NOT NULL,
	frequency text NOT NULL,
	zone      text NOT NULL
);
CREATE INDEX sms_sender_practice ON {schema}.sms_sender (practice, seq);
