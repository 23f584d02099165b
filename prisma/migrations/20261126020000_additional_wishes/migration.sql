-- The caller has said that this booking is wanted besides an appointment they already have: without that word no attempt
-- for a time of their own may be executed. Older gateways leave it false, which only makes them ask once more.
ALTER TABLE booking_attempts ADD COLUMN additional boolean NOT NULL DEFAULT false;
