-- Why an event type is not offered to callers: 'seated' (strangers share one booking) or 'recurring' (one request makes several).
-- Written by every import; null is offered.
ALTER TABLE services ADD COLUMN not_offered_reason varchar(20);
ALTER TABLE service_staff ADD COLUMN not_offered_reason varchar(20);
-- Webhooks that name a booking by Cal.com's number alone.
CREATE INDEX appointments_company_id_calcom_booking_id_idx ON appointments (company_id, calcom_booking_id);
