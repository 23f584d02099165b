-- A visit: several bookings with one yes (docs/visits.md). Its parts are attempts, which hold all personal data.
CREATE TABLE visits (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  call_id varchar(255),
  -- combined: booked whole or not at all.
  kind varchar(20) NOT NULL,
  state varchar(20) NOT NULL,
  -- How many parts it was made of.
  parts integer NOT NULL,
  lease_until timestamptz(3),
  error_code text,
  executed_at timestamptz(3),
  settled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT visits_pkey PRIMARY KEY (id),
  CONSTRAINT visits_kind_check CHECK (kind IN ('combined', 'group', 'series')),
  CONSTRAINT visits_state_check CHECK (
    state IN ('open', 'executing', 'booked', 'undoing', 'undone', 'partly', 'released')),
  CONSTRAINT visits_parts_check CHECK (parts > 0),
  CONSTRAINT visits_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT visits_company_id_branch_id_fkey FOREIGN KEY (company_id, branch_id)
    REFERENCES branches (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE UNIQUE INDEX visits_company_id_id_key ON visits (company_id, id);
-- What a job has to finish: few at any time.
CREATE INDEX visits_unsettled_idx ON visits (lease_until) WHERE state IN ('executing', 'undoing');

ALTER TABLE visits ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON visits TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON visits FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON visits TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON visits TO gateway_system;
GRANT SELECT, INSERT, UPDATE ON visits TO gateway_tenant;
GRANT SELECT ON visits TO gateway_report;
GRANT USAGE ON SEQUENCE visits_id_seq TO gateway_tenant;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE visits_id_seq TO gateway_system;

-- Which visit an attempt to book is a part of, and which part, from 0 in the order of their times.
ALTER TABLE booking_attempts
  ADD COLUMN visit_id bigint,
  ADD COLUMN visit_part integer,
  ADD CONSTRAINT booking_attempts_visit_check CHECK (
    (visit_id IS NULL) = (visit_part IS NULL) AND (visit_id IS NULL OR kind = 'book')),
  ADD CONSTRAINT booking_attempts_company_id_visit_id_fkey FOREIGN KEY (company_id, visit_id)
    REFERENCES visits (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;
CREATE INDEX booking_attempts_visit_id_idx ON booking_attempts (visit_id) WHERE visit_id IS NOT NULL;
