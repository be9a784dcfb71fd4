-- One row is one fact of a release. Writers need INSERT alone. The ledger is a blind index; what
-- the sealed part says as well (ledger, kind, recorded) is compared with it on every read. The account of what was handed out
-- outlives a patient's record: facts are sealed under the practice's key, and the column patient is NULL.
--
-- As in consent_fact, facts that are decided on what the ledger holds take the next place, so that of two writers who saw
-- the same ledger one is refused; others take none and wait for nobody.
CREATE TABLE {schema}.consent_pack (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    ledger bytea NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    place integer,
    kind text NOT NULL,
    recorded timestamptz NOT NULL,
    patient bytea,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, ledger, place)
);

CREATE INDEX consent_pack_kind ON {schema}.consent_pack (practice, kind, seq);
