-- A fact that names a patient keeps its evidence apart, under that patient's key. Both columns are NULL for all others. The
-- patient is a blind index.
ALTER TABLE {schema}.consent_fact ADD COLUMN patient bytea, ADD COLUMN evidence bytea;
CREATE INDEX consent_fact_patient ON {schema}.consent_fact (practice, patient, number) WHERE patient IS NOT NULL;

-- The list of stopped numbers, and the doubts that a person has to look at.
CREATE INDEX consent_fact_kind ON {schema}.consent_fact (practice, kind, seq) WHERE kind <> 'granted';

-- A practice's names, its time zone, and whether it has accepted the duty to obtain consent (NULL: not yet).
ALTER TABLE {schema}.consent_settings
    ADD COLUMN name text NOT NULL DEFAULT '',
    ADD COLUMN platform text NOT NULL DEFAULT '',
    ADD COLUMN zone text NOT NULL DEFAULT '',
    ADD COLUMN duty_terms text,
    ADD COLUMN duty_accepted timestamptz,
    ADD COLUMN duty_by_kind text,
    ADD COLUMN duty_by_id text;
