CREATE TABLE {schema}.consent_fact (
    practice text NOT NULL,
    id text NOT NULL,
    number bytea NOT NULL, -- blind index
    seq integer NOT NULL, -- place in the number's ledger, from 1
    kind text NOT NULL,
    category text NOT NULL,
    at timestamptz NOT NULL,
    recorded timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    UNIQUE (practice, number, seq)
);

CREATE TABLE {schema}.consent_practice (
    practice text PRIMARY KEY,
    double_opt_in text NOT NULL
);
