-- When a waiting mail may be tried next: pushed back while one sender has it in hand, and after a try in vain, so that a dead
-- mail server delays mails and a dead sender holds none of them for long.
ALTER TABLE mail_outbox ADD COLUMN due_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
CREATE INDEX mail_outbox_company_id_appointment_id_idx ON mail_outbox (company_id, appointment_id);
