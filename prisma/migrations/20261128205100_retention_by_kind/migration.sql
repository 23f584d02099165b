-- How long each kind of data is kept, per company (src/services/privacy/periods.ts has the reasons). Companies that are there already keep
-- `retention_days` for all kinds, until somebody has looked at what would go and released it; new ones begin with the defaults, released.
ALTER TABLE companies
  ADD COLUMN keep_transcripts_days integer,
  ADD COLUMN keep_arguments_days integer,
  ADD COLUMN keep_messages_days integer,
  ADD COLUMN keep_call_facts_days integer,
  ADD COLUMN keep_recordings_days integer,
  ADD COLUMN keep_inactive_months integer,
  ADD COLUMN store_transcripts boolean NOT NULL DEFAULT true,
  ADD COLUMN retention_released_at timestamptz(3);
ALTER TABLE companies
  ALTER COLUMN keep_transcripts_days SET DEFAULT 30,
  ALTER COLUMN keep_arguments_days SET DEFAULT 30,
  ALTER COLUMN keep_messages_days SET DEFAULT 90,
  ALTER COLUMN keep_call_facts_days SET DEFAULT 365,
  ALTER COLUMN keep_recordings_days SET DEFAULT 0,
  ALTER COLUMN keep_inactive_months SET DEFAULT 24,
  ALTER COLUMN retention_released_at SET DEFAULT CURRENT_TIMESTAMP,
  ADD CONSTRAINT companies_keep_check CHECK (
    keep_transcripts_days > 0 AND keep_arguments_days > 0 AND keep_messages_days > 0 AND keep_call_facts_days > 0
    AND keep_recordings_days >= 0 AND keep_inactive_months > 0);
