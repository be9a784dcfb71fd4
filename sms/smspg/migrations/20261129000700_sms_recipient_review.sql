-- Those whose text a person decides on are looked at also after their broadcast is done.
CREATE INDEX sms_recipient_review ON {schema}.sms_recipient (practice, broadcast, place) WHERE stage = 'review';
