-- Evidence per call: that a machine was announced, what was said of recording, what may be stored. Words of the caller are not in it.
CREATE TABLE call_evidence (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  call_id varchar(255) NOT NULL,
  agent_id varchar(255),
  agent_version varchar(50),
  disclosure varchar(10) NOT NULL DEFAULT 'unknown',
  disclosure_hash varchar(64),
  disclosure_language varchar(10),
  disclosure_offset_ms integer,
  on_behalf_of text,
  recording_asked boolean NOT NULL DEFAULT false,
  recording_answer varchar(10),
  recording_offset_ms integer,
  storage_setting varchar(30),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT call_evidence_pkey PRIMARY KEY (id),
  CONSTRAINT call_evidence_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT call_evidence_disclosure_check CHECK (disclosure IN ('unknown', 'told', 'missing')),
  CONSTRAINT call_evidence_recording_answer_check CHECK (recording_answer IN ('yes', 'no', 'unclear'))
);
CREATE UNIQUE INDEX call_evidence_company_id_call_id_key ON call_evidence (company_id, call_id);
ALTER TABLE call_evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_evidence FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON call_evidence TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON call_evidence FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON call_evidence TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON call_evidence TO gateway_system;
GRANT SELECT, INSERT, UPDATE ON call_evidence TO gateway_tenant;
GRANT SELECT ON call_evidence TO gateway_report;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE call_evidence_id_seq TO gateway_system;
GRANT USAGE ON SEQUENCE call_evidence_id_seq TO gateway_tenant;

-- The sentence with which the company's agent says at the beginning that a machine speaks.
ALTER TABLE companies ADD COLUMN disclosure text;

-- A request about one's own data, by phone: until when the law wants an answer.
ALTER TABLE callback_requests ADD COLUMN due_at timestamptz(3);
ALTER TABLE callback_requests DROP CONSTRAINT callback_requests_kind_check,
  ADD CONSTRAINT callback_requests_kind_check CHECK (kind IN ('caller', 'policy', 'technical', 'privacy'));

-- Notes that speak of health (Art. 9 GDPR).
ALTER TABLE appointments ADD COLUMN notes_sensitive boolean NOT NULL DEFAULT false;
