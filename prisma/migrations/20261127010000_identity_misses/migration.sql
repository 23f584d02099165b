-- Facts about an appointment that did not fit, per company and name over a day, whoever calls: guessing in many calls gives no more
-- tries than guessing in one. `who` is a hash, so that nobody's name stands here.
CREATE TABLE identity_misses (
  company_id integer NOT NULL,
  who varchar(64) NOT NULL,
  misses integer NOT NULL DEFAULT 0,
  since timestamptz(3) NOT NULL,
  CONSTRAINT identity_misses_pkey PRIMARY KEY (company_id, who),
  CONSTRAINT identity_misses_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
ALTER TABLE identity_misses ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_misses FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON identity_misses TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON identity_misses FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON identity_misses TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_misses TO gateway_system;
GRANT SELECT, INSERT, UPDATE ON identity_misses TO gateway_tenant;
GRANT SELECT ON identity_misses TO gateway_report;
