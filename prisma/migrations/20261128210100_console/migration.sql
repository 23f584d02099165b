-- The console: who may open it, and a role that sees of the companies what a person may see. gateway_console reads only: the companies of
-- app.company_ids and, where app.branch_ids is set, of these branches. People, memberships, sessions and links belong to the system role.

CREATE TABLE console_users (
  id serial NOT NULL,
  -- Lower case; where links go.
  email text NOT NULL,
  name text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  disabled_at timestamptz(3),
  CONSTRAINT console_users_pkey PRIMARY KEY (id),
  CONSTRAINT console_users_email_check CHECK (email = lower(email) AND email LIKE '_%@_%')
);
CREATE UNIQUE INDEX console_users_email_key ON console_users (email);

CREATE TABLE console_memberships (
  id serial NOT NULL,
  user_id integer NOT NULL,
  -- Null: every company, for operators alone.
  company_id integer,
  -- Null: every branch.
  branch_id uuid,
  role varchar(20) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT console_memberships_pkey PRIMARY KEY (id),
  CONSTRAINT console_memberships_role_check CHECK (role IN ('operator', 'agency', 'owner', 'receptionist', 'reader')),
  CONSTRAINT console_memberships_whole_check CHECK (
    (role = 'operator') = (company_id IS NULL) AND (branch_id IS NULL OR company_id IS NOT NULL))
);
CREATE UNIQUE INDEX console_memberships_scope_key
  ON console_memberships (user_id, coalesce(company_id, 0), coalesce(branch_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX console_memberships_company_id_idx ON console_memberships (company_id);

-- Of tokens only their SHA-256 is kept: who reads this table cannot sign in.
CREATE TABLE console_links (
  token_hash varchar(64) NOT NULL,
  user_id integer NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT console_links_pkey PRIMARY KEY (token_hash)
);
CREATE INDEX console_links_user_id_idx ON console_links (user_id);

CREATE TABLE console_sessions (
  id serial NOT NULL,
  token_hash varchar(64) NOT NULL,
  user_id integer NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_seen_at timestamptz(3) NOT NULL,
  -- Whatever happens, the session ends then.
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  CONSTRAINT console_sessions_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX console_sessions_token_hash_key ON console_sessions (token_hash);
CREATE INDEX console_sessions_user_id_idx ON console_sessions (user_id);

ALTER TABLE console_memberships
  ADD CONSTRAINT console_memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES console_users (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  ADD CONSTRAINT console_memberships_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  ADD CONSTRAINT console_memberships_company_id_branch_id_fkey FOREIGN KEY (company_id, branch_id)
    REFERENCES branches (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE console_links
  ADD CONSTRAINT console_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES console_users (id) ON DELETE NO ACTION ON UPDATE NO ACTION;
ALTER TABLE console_sessions
  ADD CONSTRAINT console_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES console_users (id) ON DELETE NO ACTION ON UPDATE NO ACTION;

DO $$
DECLARE
  own text;
BEGIN
  FOREACH own IN ARRAY ARRAY['console_users', 'console_memberships', 'console_links', 'console_sessions'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', own);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY system_all ON %I TO gateway_system USING (true) WITH CHECK (true)', own);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gateway_system', own);
  END LOOP;
END $$;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE console_users_id_seq, console_memberships_id_seq, console_sessions_id_seq TO gateway_system;

-- Who has taken a callback in hand: shown to the others, so that nobody is called twice.
ALTER TABLE callback_requests
  ADD COLUMN claimed_by text,
  ADD COLUMN claimed_at timestamptz(3);

-- The role, made as the first migration made the others.
DO $$
DECLARE
  role_name CONSTANT text := 'gateway_console';
BEGIN
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another migration was faster
  END;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = role_name AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
    RAISE EXCEPTION 'The role % exists but may log in or pass row-level security', role_name;
  END IF;
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    BEGIN
      IF current_setting('server_version_num')::int >= 160000 THEN
        IF NOT pg_has_role(current_user, role_name, 'SET') THEN
          EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', role_name);
        END IF;
      ELSIF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
      END IF;
    EXCEPTION WHEN insufficient_privilege THEN
      NULL; -- somebody else made the role; start-up says so if this login is to serve
    END;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO gateway_console;

-- What a person sees. A row of a branch is seen with the branch. Configuration without a branch holds for every branch and is seen in each;
-- what happened without a branch is for whoever sees the whole company.
DO $$
DECLARE
  companies_seen CONSTANT text := '(SELECT string_to_array(nullif(current_setting(''app.company_ids'', true), ''''), '',''))::int[]';
  branches_seen CONSTANT text := '(SELECT string_to_array(nullif(current_setting(''app.branch_ids'', true), ''''), '',''))::uuid[]';
  whole_company CONSTANT text := '(SELECT nullif(current_setting(''app.branch_ids'', true), '''') IS NULL)';
  seen record;
BEGIN
  FOR seen IN SELECT * FROM (VALUES
    ('companies', 'id', 'true'),
    ('branches', 'company_id', 'id = ANY (' || branches_seen || ')'),
    ('opening_hours', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('phone_numbers', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('staff', 'company_id', 'branch_id IS NULL OR branch_id = ANY (' || branches_seen || ')'),
    ('services', 'company_id', 'branch_id IS NULL OR branch_id = ANY (' || branches_seen || ')'),
    ('policies', 'company_id', 'branch_id IS NULL OR branch_id = ANY (' || branches_seen || ')'),
    ('closures', 'company_id', 'branch_id IS NULL OR branch_id = ANY (' || branches_seen || ')'),
    ('service_synonyms', 'company_id', 'EXISTS (SELECT FROM services s WHERE s.company_id = service_synonyms.company_id AND s.id = service_synonyms.service_id)'),
    ('service_staff', 'company_id', 'EXISTS (SELECT FROM services s WHERE s.company_id = service_staff.company_id AND s.id = service_staff.service_id)'),
    ('absences', 'company_id', 'EXISTS (SELECT FROM staff p WHERE p.company_id = absences.company_id AND p.id = absences.staff_id)'),
    ('calls', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('function_calls', 'company_id', 'EXISTS (SELECT FROM calls k WHERE k.company_id = function_calls.company_id AND k.retell_call_id = function_calls.call_id)'),
    ('call_figures', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('function_figures', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('appointments', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('appointment_changes', 'company_id', 'EXISTS (SELECT FROM appointments a WHERE a.company_id = appointment_changes.company_id AND a.id = appointment_changes.appointment_id)'),
    ('booking_attempts', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('callback_requests', 'company_id', 'branch_id = ANY (' || branches_seen || ')'),
    ('mail_outbox', 'company_id', 'EXISTS (SELECT FROM appointments a WHERE a.company_id = mail_outbox.company_id AND a.id = mail_outbox.appointment_id)'),
    ('customers', 'company_id', 'EXISTS (SELECT FROM appointments a WHERE a.company_id = customers.company_id AND a.customer_id = customers.id)
      OR EXISTS (SELECT FROM calls k WHERE k.company_id = customers.company_id AND k.customer_id = customers.id)'),
    ('audit_log', 'company_id', 'false')
  ) AS t (name, company_column, of_branches)
  LOOP
    EXECUTE format('CREATE POLICY console_read ON %I FOR SELECT TO gateway_console USING (%I = ANY (%s) AND (%s OR %s))',
      seen.name, seen.company_column, companies_seen, whole_company, seen.of_branches);
    -- Neither texts of mails nor where they went.
    CONTINUE WHEN seen.name = 'mail_outbox';
    EXECUTE format('GRANT SELECT ON %I TO gateway_console', seen.name);
  END LOOP;
END $$;
GRANT SELECT (id, company_id, kind, appointment_id, state, attempts, last_error, sent_at, created_at, updated_at, due_at)
  ON mail_outbox TO gateway_console;

-- Who changed what: the person of the console where one acts, else the login.
CREATE OR REPLACE FUNCTION gateway_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  found jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
  changed text[];
BEGIN
  IF TG_TABLE_NAME = 'companies' AND TG_OP = 'DELETE' THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(key ORDER BY key) INTO changed
  FROM jsonb_object_keys(before || after) AS key
  WHERE before -> key IS DISTINCT FROM after -> key
    AND key NOT IN ('created_at', 'updated_at', 'imported_at');
  IF changed IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.audit_log (company_id, actor, action, entity, entity_id, detail)
  VALUES (
    (CASE WHEN TG_TABLE_NAME = 'companies' THEN found ->> 'id' ELSE found ->> 'company_id' END)::int,
    coalesce(nullif(current_setting('app.actor', true), ''), session_user),
    'configuration_' || lower(TG_OP),
    TG_TABLE_NAME,
    coalesce(found ->> 'id', concat_ws('/', found ->> 'service_id', found ->> 'staff_id')),
    CASE WHEN TG_OP = 'UPDATE' THEN jsonb_build_object('columns', to_jsonb(changed)) END
  );
  RETURN NULL;
END $$;
