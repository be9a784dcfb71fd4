-- An appointment whose reminder cannot be planned now stands behind all others from then on.
ALTER TABLE {schema}.records_appointment ADD COLUMN put_off timestamptz;
DROP INDEX {schema}.records_appointment_changed;
CREATE INDEX records_appointment_changed ON {schema}.records_appointment (greatest(changed, put_off), practice, id) WHERE NOT planned;
