-- One row is one choice of a visitor's. Writers need INSERT alone. The visitor is a blind index; what the sealed part says
-- as well (visitor, recorded) is compared with it on every read.
CREATE TABLE {schema}.consent_cookie (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    visitor bytea NOT NULL,
    recorded timestamptz NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id)
);

CREATE INDEX consent_cookie_visitor ON {schema}.consent_cookie (practice, visitor, recorded, id);
