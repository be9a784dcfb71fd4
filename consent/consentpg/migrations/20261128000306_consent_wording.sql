-- The texts that patients are shown. They are public, so nothing is sealed. Writers need INSERT alone.
CREATE TABLE {schema}.consent_wording (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    category text NOT NULL,
    language text NOT NULL,
    body text NOT NULL,
    effective timestamptz NOT NULL,
    recorded timestamptz NOT NULL,
    by_kind text NOT NULL,
    by_id text NOT NULL,
    PRIMARY KEY (practice, id)
);
