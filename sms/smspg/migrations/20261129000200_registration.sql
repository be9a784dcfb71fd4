-- One row is one fact of a practice's ledger of registrations. Writers need INSERT and SELECT alone. Every fact is decided
-- on the whole ledger and takes its next place, so that of two writers who saw the same ledger one is refused.
--
-- What is registered with carriers is no patient's data, so it is plain: what was registered, the provider's references
-- and codes, and the body, which holds campaigns and toll-free packets as JSON. Sealed are a brand, whose name may be a
-- person's and which has an EIN and a contact, the address that outcomes go to, and the provider's own words. The sealed
-- part has a digest of all columns too, which is compared on every read.
CREATE TABLE {schema}.sms_registration (
	practice     text COLLATE "C" NOT NULL,
	place        integer NOT NULL, -- 1, 2, 3 in each practice
	id           text COLLATE "C" NOT NULL,
	subject_kind text COLLATE "C" NOT NULL,
	subject      text COLLATE "C" NOT NULL,
	kind         text NOT NULL,
	at           timestamptz NOT NULL,
	recorded     timestamptz NOT NULL,
	actor_kind   text NOT NULL,
	actor        text NOT NULL,
	number       text NOT NULL, -- a number of the practice's own, of a campaign
	provider     text NOT NULL,
	reference    text NOT NULL,
	registry     text NOT NULL,
	code         text NOT NULL,
	body         text NOT NULL,
	sealed       bytea NOT NULL,
	PRIMARY KEY (practice, place),
	UNIQUE (practice, id)
);
CREATE INDEX sms_registration_subject ON {schema}.sms_registration (practice, subject_kind, subject, place);
