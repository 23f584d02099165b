-- Bodies whose signature has no time in it (the guide's form) and that have changed something: each counts once. A repeat within
-- minutes gets the recorded answer, a later one is refused. `digest` is the SHA-256 of the exact bytes. Kept for a day.
CREATE TABLE answered_bodies (
  company_id integer NOT NULL,
  digest varchar(64) NOT NULL,
  call_id varchar(255),
  answer text,
  first_at timestamptz(3) NOT NULL,
  CONSTRAINT answered_bodies_pkey PRIMARY KEY (company_id, digest),
  CONSTRAINT answered_bodies_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE INDEX answered_bodies_call_idx ON answered_bodies (company_id, call_id);
ALTER TABLE answered_bodies ENABLE ROW LEVEL SECURITY;
ALTER TABLE answered_bodies FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON answered_bodies TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON answered_bodies FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON answered_bodies TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON answered_bodies TO gateway_system;
GRANT SELECT, INSERT, UPDATE ON answered_bodies TO gateway_tenant;
GRANT SELECT (company_id, call_id, first_at) ON answered_bodies TO gateway_report;
