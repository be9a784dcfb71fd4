-- Makes the partitions of this month and the next, and of the months whose rows stand in the partition called rest, and
-- moves those rows. Run it as the tables' owner, in a transaction of its own of the level read committed.
DO $months$
DECLARE
	this  timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
	late  boolean;
	lot   record;
	name  text;
	low   text;
	high  text;
BEGIN
	PERFORM set_config('lock_timeout', '2s', true);
	CREATE TEMPORARY TABLE audit_month ON COMMIT DROP AS
		SELECT term, first, first <= this AS late FROM unnest(ARRAY['6y', '1y']) AS term,
			unnest(ARRAY[this, this + interval '1 month']) AS first
		UNION
		-- An id's first 48 bits are milliseconds. No release is older than 2020, and what comes later than the next month
		-- waits in rest, so nobody has a database fill with partitions.
		SELECT term, date_trunc('month', to_timestamp(
			('x' || left(id, 8) || substr(id, 10, 4))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC') AS first, true
		FROM {schema}.audit_entry_6y_rest
		WHERE id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7' AND id >= '016f5e66-e800' AND id < 'f'
		UNION
		SELECT term, date_trunc('month', to_timestamp(
			('x' || left(id, 8) || substr(id, 10, 4))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC') AS first, true
		FROM {schema}.audit_entry_1y_rest
		WHERE id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7' AND id >= '016f5e66-e800' AND id < 'f';
	DELETE FROM audit_month WHERE first > this + interval '1 month'
		OR to_regclass(format('{schema}.audit_entry_%s_%s', term, to_char(first, 'YYYY_MM'))) IS NOT NULL;

	-- A writer who waits for rest while its month is made would be refused afterwards. It waits for the whole table
	-- instead, and goes on in the month. Where a month is made ahead, nobody waits.
	IF EXISTS (SELECT FROM audit_month AS m WHERE m.late) THEN
		LOCK TABLE ONLY {schema}.audit_entry IN SHARE ROW EXCLUSIVE MODE;
	END IF;
	FOR lot IN SELECT DISTINCT term, first FROM audit_month ORDER BY term, first LOOP
		EXECUTE format('LOCK TABLE ONLY {schema}.audit_entry_%s IN SHARE UPDATE EXCLUSIVE MODE', lot.term);
		name := format('audit_entry_%s_%s', lot.term, to_char(lot.first, 'YYYY_MM'));
		CONTINUE WHEN to_regclass('{schema}.' || name) IS NOT NULL; -- somebody else was faster
		low := lpad(to_hex((extract(epoch FROM lot.first) * 1000)::bigint), 12, '0');
		low := left(low, 8) || '-' || right(low, 4);
		high := lpad(to_hex((extract(epoch FROM lot.first + interval '1 month') * 1000)::bigint), 12, '0');
		high := left(high, 8) || '-' || right(high, 4);
		EXECUTE format('LOCK TABLE {schema}.audit_entry_%s_rest IN ACCESS EXCLUSIVE MODE', lot.term);
		EXECUTE format('CREATE TABLE {schema}.%s (LIKE {schema}.audit_entry INCLUDING DEFAULTS)', name);
		EXECUTE format('WITH moved AS (DELETE FROM {schema}.audit_entry_%s_rest WHERE id >= %L AND id < %L RETURNING *)
			INSERT INTO {schema}.%s SELECT * FROM moved', lot.term, low, high, name);
		EXECUTE format('ALTER TABLE {schema}.audit_entry_%s ATTACH PARTITION {schema}.%s FOR VALUES FROM (%L) TO (%L)',
			lot.term, name, low, high);
	END LOOP;
	DROP TABLE audit_month;
END
$months$;
