-- The key registry: wrapped keys and whose they are. Nothing here opens anything without the key manager's root key.
CREATE TABLE {schema}.crypto_key (
    practice text NOT NULL,
    patient text NOT NULL, -- '': one of the practice's own keys
    class text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    id bigint, -- 64 bits, whatever their sign; null: shredded before there was a key
    under text, -- what wraps it: a version of the root key, or the id of the practice's key
    blob bytea,
    kcv bytea CHECK (octet_length(kcv) = 16),
    shredded boolean NOT NULL DEFAULT false,
    PRIMARY KEY (practice, patient, class, version),
    UNIQUE (practice, id),
    CHECK (shredded OR (id IS NOT NULL AND under IS NOT NULL AND blob IS NOT NULL AND kcv IS NOT NULL)),
    CHECK (NOT shredded OR (under IS NULL AND blob IS NULL AND kcv IS NULL))
);
