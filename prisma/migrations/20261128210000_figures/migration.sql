-- Figures kept: per company, branch and day, what calls and their functions came to, so that nobody counts whole tables. A job recounts
-- the days in figures_due, where triggers leave what changed; a row there is added in the transaction of the change it speaks of.

-- What Retell says a call cost, took and used, as it says it.
ALTER TABLE calls ADD COLUMN call_cost jsonb, ADD COLUMN llm_token_usage jsonb, ADD COLUMN latency jsonb;

CREATE TABLE call_figures (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  day date NOT NULL,
  calls integer NOT NULL,
  booked integer NOT NULL,
  seconds bigint NOT NULL,
  calls_with_seconds integer NOT NULL,
  cost_cents numeric(16,6) NOT NULL,
  cost_eur_cents numeric(16,6) NOT NULL,
  calls_with_cost integer NOT NULL,
  product_costs jsonb NOT NULL,
  CONSTRAINT call_figures_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX call_figures_company_id_day_branch_id_key ON call_figures (company_id, day, branch_id) NULLS NOT DISTINCT;
CREATE INDEX call_figures_day_idx ON call_figures (day);

CREATE TABLE function_figures (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  day date NOT NULL,
  function_name varchar(100) NOT NULL,
  calls integer NOT NULL,
  errors integer NOT NULL,
  alternatives integer NOT NULL,
  duration_ms bigint NOT NULL,
  within_ms integer[] NOT NULL,
  CONSTRAINT function_figures_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX function_figures_company_id_day_function_name_branch_id_key
  ON function_figures (company_id, day, function_name, branch_id) NULLS NOT DISTINCT;

-- `at`: a moment of the day to recount; null is every day of the company, a null company every company.
CREATE TABLE figures_due (
  id bigserial NOT NULL,
  company_id integer,
  at timestamptz(3),
  CONSTRAINT figures_due_pkey PRIMARY KEY (id)
);
INSERT INTO figures_due (company_id, at) VALUES (NULL, NULL);

DO $$
DECLARE
  figures text;
BEGIN
  FOREACH figures IN ARRAY ARRAY['call_figures', 'function_figures', 'figures_due'] LOOP
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION',
      figures, figures || '_company_id_fkey');
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', figures);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', figures);
    EXECUTE format('CREATE POLICY system_all ON %I TO gateway_system USING (true) WITH CHECK (true)', figures);
    EXECUTE format('CREATE POLICY report_read ON %I FOR SELECT TO gateway_report USING (true)', figures);
    EXECUTE format(
      'CREATE POLICY tenant_own ON %I TO gateway_tenant
         USING (company_id = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))
         WITH CHECK (company_id = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))', figures);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gateway_system', figures);
    EXECUTE format('GRANT SELECT ON %I TO gateway_report, gateway_tenant', figures);
    EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %I TO gateway_system', figures || '_id_seq');
    CONTINUE WHEN figures = 'figures_due';
    EXECUTE format(
      'ALTER TABLE %1$I ADD CONSTRAINT %2$I FOREIGN KEY (company_id, branch_id) REFERENCES branches (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION',
      figures, figures || '_company_id_branch_id_fkey');
  END LOOP;
END $$;
GRANT INSERT ON figures_due TO gateway_tenant;
GRANT USAGE ON SEQUENCE figures_due_id_seq TO gateway_tenant;

CREATE FUNCTION gateway_call_figures_due() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.figures_due (company_id, at) VALUES (NEW.company_id, coalesce(NEW.start_timestamp, NEW.created_at));
  IF TG_OP = 'UPDATE' THEN
    IF coalesce(OLD.start_timestamp, OLD.created_at) IS DISTINCT FROM coalesce(NEW.start_timestamp, NEW.created_at) THEN
      INSERT INTO public.figures_due (company_id, at) VALUES (OLD.company_id, coalesce(OLD.start_timestamp, OLD.created_at));
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER call_figures_due_new AFTER INSERT ON calls FOR EACH ROW EXECUTE FUNCTION gateway_call_figures_due();
CREATE TRIGGER call_figures_due AFTER UPDATE ON calls FOR EACH ROW
  WHEN ((OLD.start_timestamp, OLD.created_at, OLD.branch_id, OLD.appointment_made, OLD.duration_sec, OLD.cost_cents, OLD.usd_eur_rate, OLD.call_cost)
    IS DISTINCT FROM
    (NEW.start_timestamp, NEW.created_at, NEW.branch_id, NEW.appointment_made, NEW.duration_sec, NEW.cost_cents, NEW.usd_eur_rate, NEW.call_cost))
  EXECUTE FUNCTION gateway_call_figures_due();

-- A function counts on the day of its call.
CREATE FUNCTION gateway_function_figures_due() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.figures_due (company_id, at)
  SELECT DISTINCT added.company_id, date_trunc('minute', coalesce(k.start_timestamp, k.created_at))
  FROM added JOIN public.calls k ON k.retell_call_id = added.call_id AND k.company_id = added.company_id;
  RETURN NULL;
END $$;
CREATE TRIGGER function_figures_due AFTER INSERT ON function_calls REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION gateway_function_figures_due();
REVOKE ALL ON FUNCTION gateway_call_figures_due(), gateway_function_figures_due() FROM PUBLIC;

-- What waits is few; without these, asking for it across companies reads everything there ever was.
CREATE INDEX appointments_not_in_sync_idx ON appointments (updated_at) WHERE sync_state <> 'in_sync';
CREATE INDEX callback_requests_open_idx ON callback_requests (created_at) WHERE status = 'open';
