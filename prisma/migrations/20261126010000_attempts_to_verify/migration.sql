-- A settled attempt may rest on something nobody has seen yet: a booking believed on a short answer, a "taken" said while Cal.com's
-- list was empty. Here is when to look whether it was right.
ALTER TABLE booking_attempts ADD COLUMN verify_at timestamptz(3);
CREATE INDEX booking_attempts_verify_at_idx ON booking_attempts (verify_at);
-- A callback that was promised because of an attempt ends with the attempt's being done.
ALTER TABLE callback_requests ADD COLUMN attempt_id text;
CREATE INDEX callback_requests_company_id_attempt_id_idx ON callback_requests (company_id, attempt_id);
