-- The key registry: wrapped keys and whose they are. Nothing here opens anything without the key manager's root key.
CREATE TABLE {schema}.crypto_key (
    practice text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL, -- '': one of the practice's own keys
    class text COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    id bigint, -- 64 bits, whatever their sign; null: shredded before there was a key
    under text, -- what wraps it: a version of the root key, or the id of the practice's key
    blob bytea,
    kcv bytea CHECK (octet_length(kcv) = 16),
    created timestamptz,
    shredded boolean NOT NULL DEFAULT false,
    retired boolean NOT NULL DEFAULT false, -- replaced by a later version, and destroyed
    PRIMARY KEY (practice, patient, class, version),
    UNIQUE (practice, id),
    CHECK (shredded OR (id IS NOT NULL AND created IS NOT NULL)),
    CHECK (shredded OR retired OR (under IS NOT NULL AND blob IS NOT NULL AND kcv IS NOT NULL)),
    CHECK (NOT (shredded OR retired) OR (under IS NULL AND blob IS NULL AND kcv IS NULL))
) WITH (fillfactor = 45); -- all wrappings are replaced at once: with room on its page a row's indexes stay as they are
