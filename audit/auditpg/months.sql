-- Makes the partitions of this month and the next, and of the months whose rows stand in the partition called rest, and
-- moves those rows. Run it as the tables' owner, outside of a transaction: it commits each term by itself.
DO $months$
DECLARE
	this  date := date_trunc('month', now() AT TIME ZONE 'UTC');
	next  date := this + interval '1 month';
	term  text;
	todo  date[];
	month date;
	name  text;
	low   text;
	high  text;
BEGIN
	-- Whoever reads or writes rows locks audit_entry first, then the table of their term, then partitions. So that nobody
	-- ever waits for somebody who waits for them, this waits for one lock at a time while it holds none that another
	-- waits for: a look without a lock, which it does not keep; one lock, under which nobody else can have what follows;
	-- and an end before the other term.
	FOREACH term IN ARRAY ARRAY['1y', '6y'] LOOP
		PERFORM set_config('lock_timeout', '2s', true);
		EXECUTE format($found$
			-- An id's first 48 bits are milliseconds. No release is older than 2020, and what comes later than the next
			-- month waits in rest, so nobody has a database fill with partitions.
			SELECT array_agg(m ORDER BY m) FROM (SELECT %2$L::date AS m UNION SELECT %3$L::date
				UNION SELECT date_trunc('month', to_timestamp(('x' || left(e.id, 8) || substr(e.id, 10, 4))::bit(48)::bigint / 1000.0)
					AT TIME ZONE 'UTC')::date
				FROM {schema}.audit_entry_%1$s_rest AS e
				WHERE e.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7' AND e.id >= '016f5e66-e800' AND e.id < 'f') AS every
			WHERE m <= %3$L::date AND to_regclass(format('{schema}.audit_entry_%1$s_%%s', to_char(m, 'YYYY_MM'))) IS NULL
			$found$, term, this, next) INTO todo;
		COMMIT;
		-- Rows must be seen which came while this waited for a lock. It comes first, for even CONTINUE takes a snapshot.
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		CONTINUE WHEN todo IS NULL;

		PERFORM set_config('lock_timeout', '2s', true);
		IF todo[1] > now() + interval '1 day' THEN
			-- Nobody writes to a month that is ahead, so whoever waits for rest meanwhile belongs there.
			EXECUTE format('LOCK TABLE ONLY {schema}.audit_entry_%s IN SHARE UPDATE EXCLUSIVE MODE', term);
			EXECUTE format('LOCK TABLE {schema}.audit_entry_%s_rest IN ACCESS EXCLUSIVE MODE', term);
		ELSE
			-- A writer who waited for rest would be refused afterwards. It waits for the term, and goes on in the month.
			EXECUTE format('LOCK TABLE ONLY {schema}.audit_entry_%s IN ACCESS EXCLUSIVE MODE', term);
		END IF;
		FOREACH month IN ARRAY todo LOOP
			name := format('audit_entry_%s_%s', term, to_char(month, 'YYYY_MM'));
			CONTINUE WHEN to_regclass('{schema}.' || name) IS NOT NULL; -- somebody else was faster
			low := lpad(to_hex((extract(epoch FROM month) * 1000)::bigint), 12, '0');
			low := left(low, 8) || '-' || right(low, 4);
			high := lpad(to_hex((extract(epoch FROM month + interval '1 month') * 1000)::bigint), 12, '0');
			high := left(high, 8) || '-' || right(high, 4);
			EXECUTE format('CREATE TABLE {schema}.%s (LIKE {schema}.audit_entry_%s INCLUDING DEFAULTS)', name, term);
			EXECUTE format('WITH moved AS (DELETE FROM {schema}.audit_entry_%s_rest WHERE id >= %L AND id < %L RETURNING *)
				INSERT INTO {schema}.%s SELECT * FROM moved', term, low, high, name);
			EXECUTE format('ALTER TABLE {schema}.audit_entry_%s ATTACH PARTITION {schema}.%s FOR VALUES FROM (%L) TO (%L)',
				term, name, low, high);
		END LOOP;
		COMMIT;
	END LOOP;
END
$months$;
