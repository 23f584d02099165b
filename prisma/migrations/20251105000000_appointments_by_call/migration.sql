-- What was booked in this very call is the caller's own: every question about appointments looks for it.
CREATE INDEX appointments_company_id_call_id_idx ON appointments (company_id, call_id);
