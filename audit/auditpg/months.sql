-- Makes the partitions of this month and the next, and of the months whose rows stand in the partition called rest, and
-- moves those rows. Run it as the tables' owner, in a transaction of its own of the level read committed.
DO $months$
DECLARE
	this  date := date_trunc('month', now() AT TIME ZONE 'UTC');
	next  date := this + interval '1 month';
	found text[]; -- the months of which there are rows in rest, such as '6y 2026-11-01'
	todo  text[];
	lot   text;
	term  text;
	month date;
	name  text;
	low   text;
	high  text;
BEGIN
	PERFORM set_config('lock_timeout', '2s', true);
	-- An id's first 48 bits are milliseconds. No release is older than 2020, and what comes later than the next month
	-- waits in rest, so nobody has a database fill with partitions.
	found := ARRAY(SELECT DISTINCT row.term || ' ' || date_trunc('month', to_timestamp(
			('x' || left(row.id, 8) || substr(row.id, 10, 4))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC')::date
		FROM (SELECT e.term, e.id FROM {schema}.audit_entry_6y_rest AS e
			UNION ALL SELECT e.term, e.id FROM {schema}.audit_entry_1y_rest AS e) AS row
		WHERE row.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7' AND row.id >= '016f5e66-e800' AND row.id < 'f');
	todo := ARRAY(SELECT DISTINCT m FROM unnest(found || ARRAY['6y ' || this, '6y ' || next, '1y ' || this, '1y ' || next]) AS m
		WHERE substr(m, 4)::date <= next AND to_regclass(
			format('{schema}.audit_entry_%s_%s', left(m, 2), to_char(substr(m, 4)::date, 'YYYY_MM'))) IS NULL
		ORDER BY m);

	-- A writer who waits for rest while its month is made would be refused afterwards. It waits for the whole table
	-- instead, and goes on in the month. Where a month is made ahead, nobody waits.
	IF EXISTS (SELECT FROM unnest(todo) AS m WHERE m = ANY (found) OR substr(m, 4)::date <= this) THEN
		LOCK TABLE ONLY {schema}.audit_entry IN SHARE ROW EXCLUSIVE MODE;
	END IF;
	FOREACH lot IN ARRAY todo LOOP
		term := left(lot, 2);
		month := substr(lot, 4)::date;
		name := format('audit_entry_%s_%s', term, to_char(month, 'YYYY_MM'));
		EXECUTE format('LOCK TABLE ONLY {schema}.audit_entry_%s IN SHARE UPDATE EXCLUSIVE MODE', term);
		CONTINUE WHEN to_regclass('{schema}.' || name) IS NOT NULL; -- somebody else was faster
		low := lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0');
		low := left(low, 8) || '-' || right(low, 4);
		high := lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0');
		high := left(high, 8) || '-' || right(high, 4);
		EXECUTE format('LOCK TABLE {schema}.audit_entry_%s_rest IN ACCESS EXCLUSIVE MODE', term);
		EXECUTE format('CREATE TABLE {schema}.%s (LIKE {schema}.audit_entry INCLUDING DEFAULTS)', name);
		EXECUTE format('WITH moved AS (DELETE FROM {schema}.audit_entry_%s_rest WHERE id >= %L AND id < %L RETURNING *)
			INSERT INTO {schema}.%s SELECT * FROM moved', term, low, high, name);
		EXECUTE format('ALTER TABLE {schema}.audit_entry_%s ATTACH PARTITION {schema}.%s FOR VALUES FROM (%L) TO (%L)',
			term, name, low, high);
	END LOOP;
END
$months$;
