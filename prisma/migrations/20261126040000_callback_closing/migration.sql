-- When a callback request was closed by a person, and what they noted: personal data, erased with the request's other texts.
ALTER TABLE callback_requests
  ADD COLUMN closed_at timestamptz(3),
  ADD COLUMN closing_note text;
