-- What is kept of a patient is sealed under the patient's chart key. Plain are ids, revisions, and what the schedule is
-- searched by; what of it the sealed part says as well is compared with it on every read. Text is compared byte by byte,
-- so that pages have the same order everywhere.
CREATE TABLE {schema}.records_patient (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id)
);

-- What patients are found by, as blind indexes: name with birth date, phones, e-mail address.
CREATE TABLE {schema}.records_patient_index (
    practice text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    value bytea NOT NULL,
    patient text COLLATE "C" NOT NULL,
    PRIMARY KEY (practice, kind, value, patient),
    FOREIGN KEY (practice, patient) REFERENCES {schema}.records_patient
);
CREATE INDEX records_patient_index_patient ON {schema}.records_patient_index (practice, patient);

CREATE TABLE {schema}.records_appointment (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL,
    start timestamptz NOT NULL,
    status text NOT NULL,
    revision integer NOT NULL,
    version text NOT NULL,
    changed timestamptz NOT NULL,
    planned boolean NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, patient) REFERENCES {schema}.records_patient
);
CREATE INDEX records_appointment_start ON {schema}.records_appointment (practice, start, id);
CREATE INDEX records_appointment_booked ON {schema}.records_appointment (practice, patient) WHERE status = 'booked';
CREATE INDEX records_appointment_changed ON {schema}.records_appointment (changed, practice, id) WHERE NOT planned;

-- One row is one command that was carried out; sealed is its digest. It makes the command's repetition change nothing.
CREATE TABLE {schema}.records_act (
    practice text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    patient text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (practice, id)
);
