-- How far recurring work has come, per company: up to which instant Cal.com's bookings have been compared with ours, for
-- which day the daily work is done.
CREATE TABLE sync_marks (
  company_id integer NOT NULL,
  name varchar(60) NOT NULL,
  value text NOT NULL,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT sync_marks_pkey PRIMARY KEY (company_id, name),
  CONSTRAINT sync_marks_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
ALTER TABLE sync_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON sync_marks TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON sync_marks FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON sync_marks TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_marks TO gateway_system;
GRANT SELECT, INSERT, UPDATE ON sync_marks TO gateway_tenant;
GRANT SELECT ON sync_marks TO gateway_report;
