-- When a business is closed (or, on a holiday, open all the same), who is away, and what it can tell about itself. Days are local days of
-- the branch, both inclusive; times 'HH:mm' are local too and mean that part of each day.

-- ISO 3166-2 without the country: BE, BY, …. Null: unknown, and no public holiday closes anything.
ALTER TABLE branches
  ADD COLUMN federal_state varchar(2),
  -- One switch: whether the state's public holidays close the branch. `closures` of kind 'open' are the exceptions.
  ADD COLUMN holidays_closed boolean NOT NULL DEFAULT true,
  -- Sentences by topic: way, parking, payment, vouchers, accessibility, or a word of the business's own.
  ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT branches_federal_state_check CHECK (federal_state IN (
    'BW', 'BY', 'BE', 'BB', 'HB', 'HH', 'HE', 'MV', 'NI', 'NW', 'RP', 'SL', 'SN', 'ST', 'SH', 'TH')),
  ADD CONSTRAINT branches_facts_check CHECK (jsonb_typeof(facts) = 'object');
ALTER TABLE companies
  ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT companies_facts_check CHECK (jsonb_typeof(facts) = 'object');

CREATE TABLE closures (
  id serial NOT NULL,
  company_id integer NOT NULL,
  -- Null: every branch.
  branch_id uuid,
  kind varchar(6) NOT NULL DEFAULT 'closed',
  first_day date NOT NULL,
  last_day date NOT NULL,
  from_time varchar(5),
  to_time varchar(5),
  yearly boolean NOT NULL DEFAULT false,
  reason text,
  reason_spoken boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT closures_pkey PRIMARY KEY (id),
  CONSTRAINT closures_kind_check CHECK (kind IN ('closed', 'open')),
  CONSTRAINT closures_days_check CHECK (
    first_day <= last_day AND (NOT yearly OR last_day < (first_day + interval '1 year')::date)),
  CONSTRAINT closures_times_check CHECK (
    (from_time IS NULL) = (to_time IS NULL) AND (from_time IS NULL OR (
      from_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND to_time ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
      AND from_time < to_time)))
);
CREATE UNIQUE INDEX closures_company_id_id_key ON closures (company_id, id);
CREATE INDEX closures_company_id_last_day_idx ON closures (company_id, last_day);

CREATE TABLE absences (
  id serial NOT NULL,
  company_id integer NOT NULL,
  staff_id integer NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  from_time varchar(5),
  to_time varchar(5),
  -- For the business alone; never spoken.
  note text,
  -- Whether callers may be told until when the person is away.
  end_spoken boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT absences_pkey PRIMARY KEY (id),
  CONSTRAINT absences_days_check CHECK (first_day <= last_day),
  CONSTRAINT absences_times_check CHECK (
    (from_time IS NULL) = (to_time IS NULL) AND (from_time IS NULL OR (
      from_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND to_time ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
      AND from_time < to_time)))
);
CREATE UNIQUE INDEX absences_company_id_id_key ON absences (company_id, id);
CREATE INDEX absences_company_id_staff_id_last_day_idx ON absences (company_id, staff_id, last_day);

ALTER TABLE closures
  ADD CONSTRAINT closures_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  ADD CONSTRAINT closures_company_id_branch_id_fkey FOREIGN KEY (company_id, branch_id)
    REFERENCES branches (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE absences
  ADD CONSTRAINT absences_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  ADD CONSTRAINT absences_company_id_staff_id_fkey FOREIGN KEY (company_id, staff_id)
    REFERENCES staff (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

DO $$
DECLARE
  configuration text;
BEGIN
  FOREACH configuration IN ARRAY ARRAY['closures', 'absences']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', configuration);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', configuration);
    EXECUTE format('CREATE POLICY system_all ON %I TO gateway_system USING (true) WITH CHECK (true)', configuration);
    EXECUTE format('CREATE POLICY report_read ON %I FOR SELECT TO gateway_report USING (true)', configuration);
    EXECUTE format(
      'CREATE POLICY tenant_own ON %I TO gateway_tenant
         USING (company_id = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))
         WITH CHECK (company_id = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))',
      configuration);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gateway_system', configuration);
    EXECUTE format('GRANT SELECT ON %I TO gateway_tenant, gateway_report', configuration);
    EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %I TO gateway_system', configuration || '_id_seq');
    EXECUTE format('CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH ROW EXECUTE FUNCTION gateway_audit_change()', configuration);
    EXECUTE format('CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH ROW EXECUTE FUNCTION gateway_announce_change()', configuration);
  END LOOP;
END $$;
