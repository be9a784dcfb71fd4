-- Of refused texts those too need a person that lacked what the practice has to get: an agreement, a registration.
DROP INDEX {schema}.sms_queue_person;
CREATE INDEX sms_queue_person ON {schema}.sms_queue (practice, id)
	WHERE state IN ('review', 'failed') OR state = 'refused' AND class IN ('expired', 'unready');
