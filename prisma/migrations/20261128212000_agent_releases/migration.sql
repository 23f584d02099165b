-- What was told to Retell of a company's agent, version by version: the definition that was applied (what a change made elsewhere is told
-- from), what stood there before, and whom numbers led to before they were pointed to it. A row that says "applying" was begun and not
-- finished; there is one at a time.
CREATE TABLE agent_releases (
  id serial NOT NULL,
  company_id integer NOT NULL,
  template varchar(60) NOT NULL,
  settings jsonb NOT NULL,
  state varchar(20) NOT NULL,
  agent_id varchar(255),
  llm_id varchar(255),
  agent_version integer,
  definition jsonb NOT NULL,
  hash varchar(64) NOT NULL,
  before jsonb,
  numbers_before jsonb,
  applied_by text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  published_at timestamptz(3),
  CONSTRAINT agent_releases_pkey PRIMARY KEY (id),
  CONSTRAINT agent_releases_state_check CHECK (state IN ('applying', 'draft', 'published', 'rolled_back')),
  CONSTRAINT agent_releases_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE INDEX agent_releases_company_id_id_idx ON agent_releases (company_id, id);
CREATE UNIQUE INDEX agent_releases_company_id_applying_key ON agent_releases (company_id) WHERE state = 'applying';
ALTER TABLE agent_releases ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_releases FORCE ROW LEVEL SECURITY;
-- A call needs none of it: the system role alone.
CREATE POLICY system_all ON agent_releases TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON agent_releases FOR SELECT TO gateway_report USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_releases TO gateway_system;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE agent_releases_id_seq TO gateway_system;
GRANT SELECT (id, company_id, template, state, agent_id, agent_version, hash, applied_by, applied_at, published_at) ON agent_releases TO gateway_report;

CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON agent_releases
  FOR EACH ROW EXECUTE FUNCTION gateway_announce_change();
CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON agent_releases
  FOR EACH ROW EXECUTE FUNCTION gateway_audit_change();
