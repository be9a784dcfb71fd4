-- One row is one fact. Writers need INSERT alone. The number is a blind index; what the sealed part says as well (kind,
-- category, times) is compared with it on every read.
--
-- A ledger is read by seq, the order of writing. Facts that are decided on what the ledger holds take the next place
-- after the decided ones, so that of two writers who saw the same ledger one is refused. A revocation takes no place:
-- it waits for nobody's transaction.
CREATE TABLE {schema}.consent_fact (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bytea NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    place integer,
    kind text NOT NULL,
    category text NOT NULL,
    at timestamptz NOT NULL,
    recorded timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, number, place)
);

CREATE TABLE {schema}.consent_settings (
    practice text COLLATE "C" PRIMARY KEY,
    double_opt_in text NOT NULL
);
