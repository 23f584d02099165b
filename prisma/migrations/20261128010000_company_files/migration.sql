-- A company as a file: names (slugs) that files use for rows, and what was last applied, so that a change made elsewhere can be told
-- from one of the file. Null slugs: set up by import or by hand; older gateways leave them null.
ALTER TABLE companies ADD COLUMN slug varchar(60);
ALTER TABLE branches ADD COLUMN slug varchar(60);
ALTER TABLE staff ADD COLUMN slug varchar(60);
ALTER TABLE services ADD COLUMN slug varchar(60);
CREATE UNIQUE INDEX companies_slug_key ON companies (slug);
CREATE UNIQUE INDEX branches_company_id_slug_key ON branches (company_id, slug);
CREATE UNIQUE INDEX staff_company_id_slug_key ON staff (company_id, slug);

CREATE TABLE company_files (
  id serial NOT NULL,
  company_id integer NOT NULL,
  content jsonb NOT NULL,
  applied_by text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT company_files_pkey PRIMARY KEY (id),
  CONSTRAINT company_files_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE UNIQUE INDEX company_files_company_id_key ON company_files (company_id);
ALTER TABLE company_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE company_files FORCE ROW LEVEL SECURITY;
-- A call needs none of it: the system role alone.
CREATE POLICY system_all ON company_files TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON company_files FOR SELECT TO gateway_report USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON company_files TO gateway_system;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE company_files_id_seq TO gateway_system;
GRANT SELECT (id, company_id, applied_by, applied_at) ON company_files TO gateway_report;

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON company_files
  FOR EACH ROW EXECUTE FUNCTION gateway_announce_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON company_files
  FOR EACH ROW EXECUTE FUNCTION gateway_audit_change();

-- A connection may serve several companies; what is announced is no company's number, which counts as "any may have changed".
CREATE FUNCTION gateway_announce_connection() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('gateway_configuration_changed', 'connection');
  RETURN NULL;
END $$;
CREATE TRIGGER announce_change AFTER UPDATE OR DELETE ON calcom_connections
  FOR EACH ROW EXECUTE FUNCTION gateway_announce_connection();
