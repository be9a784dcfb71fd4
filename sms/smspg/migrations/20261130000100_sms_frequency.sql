-- How often a number texts, as its answers in Spanish and French say it; empty: that it may vary.
ALTER TABLE {schema}.sms_sender ADD COLUMN frequency_es text NOT NULL DEFAULT '';
ALTER TABLE {schema}.sms_sender ADD COLUMN frequency_fr text NOT NULL DEFAULT '';
