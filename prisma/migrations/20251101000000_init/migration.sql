-- All tables of the gateway with their keys, checks and row-level security.
-- schema.prisma describes the same columns and indexes; roles, policies, checks and composite foreign keys are only here.

CREATE TABLE companies (
  id serial NOT NULL,
  name text NOT NULL,
  is_test boolean NOT NULL DEFAULT false,
  time_zone text NOT NULL DEFAULT 'Europe/Berlin',
  calcom_connection_id text,
  missing_email text NOT NULL DEFAULT 'phone_only',
  mailbox text,
  notify_email text,
  customer_mails boolean NOT NULL DEFAULT false,
  second_fact_required boolean NOT NULL DEFAULT false,
  booking_window_days integer NOT NULL DEFAULT 180,
  agent_name text,
  retention_days integer NOT NULL DEFAULT 90,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT companies_pkey PRIMARY KEY (id)
);

CREATE TABLE calcom_connections (
  id text NOT NULL,
  api_key_encrypted text NOT NULL,
  base_url text NOT NULL,
  webhook_secret_encrypted text NOT NULL,
  api_profile text NOT NULL DEFAULT 'published',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT calcom_connections_pkey PRIMARY KEY (id)
);

CREATE TABLE branches (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  company_id integer NOT NULL,
  name text NOT NULL,
  spoken_names text[] NOT NULL DEFAULT '{}',
  address text,
  time_zone text,
  calcom_team_id integer,
  default_service_id integer,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT branches_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX branches_company_id_id_key ON branches (company_id, id);

CREATE TABLE opening_hours (
  id serial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid NOT NULL,
  weekday smallint NOT NULL,
  opens_at varchar(5) NOT NULL,
  closes_at varchar(5) NOT NULL,
  CONSTRAINT opening_hours_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX opening_hours_company_id_branch_id_weekday_opens_at_key ON opening_hours (company_id, branch_id, weekday, opens_at);

CREATE TABLE phone_numbers (
  id serial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid NOT NULL,
  number text NOT NULL,
  agent_id text,
  label text,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT phone_numbers_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX phone_numbers_number_key ON phone_numbers (number);
CREATE UNIQUE INDEX phone_numbers_company_id_id_key ON phone_numbers (company_id, id);
CREATE INDEX phone_numbers_agent_id_idx ON phone_numbers (agent_id);

CREATE TABLE staff (
  id serial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text,
  calcom_user_id integer,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT staff_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX staff_company_id_id_key ON staff (company_id, id);
CREATE INDEX staff_company_id_branch_id_idx ON staff (company_id, branch_id);

CREATE TABLE services (
  id serial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  name text NOT NULL,
  category text,
  description text,
  duration_minutes integer NOT NULL,
  price_cents integer,
  calcom_event_type_id integer,
  minimum_notice_minutes integer,
  requires_confirmation boolean NOT NULL DEFAULT false,
  scheduling_type text,
  email_required boolean NOT NULL DEFAULT true,
  locked_fields text[] NOT NULL DEFAULT '{}',
  is_active boolean NOT NULL DEFAULT true,
  imported_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT services_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX services_company_id_id_key ON services (company_id, id);
CREATE UNIQUE INDEX services_company_id_calcom_event_type_id_key ON services (company_id, calcom_event_type_id);
CREATE INDEX services_company_id_branch_id_idx ON services (company_id, branch_id);

CREATE TABLE service_synonyms (
  id serial NOT NULL,
  company_id integer NOT NULL,
  service_id integer NOT NULL,
  synonym text NOT NULL,
  language text NOT NULL DEFAULT 'de',
  CONSTRAINT service_synonyms_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX service_synonyms_company_id_service_id_language_synonym_key ON service_synonyms (company_id, service_id, language, synonym);

CREATE TABLE service_staff (
  company_id integer NOT NULL,
  service_id integer NOT NULL,
  staff_id integer NOT NULL,
  calcom_event_type_id integer,
  CONSTRAINT service_staff_pkey PRIMARY KEY (company_id, service_id, staff_id)
);

CREATE TABLE policies (
  id serial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  service_id integer,
  cancellation_deadline_hours integer,
  reschedule_deadline_hours integer,
  minimum_notice_minutes integer,
  reschedules_max integer,
  CONSTRAINT policies_pkey PRIMARY KEY (id)
);

CREATE TABLE customers (
  id serial NOT NULL,
  company_id integer NOT NULL,
  name text NOT NULL,
  phone text,
  email text,
  source text NOT NULL DEFAULT 'phone',
  erased_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT customers_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX customers_company_id_id_key ON customers (company_id, id);
CREATE INDEX customers_company_id_phone_idx ON customers (company_id, phone);
CREATE INDEX customers_company_id_email_idx ON customers (company_id, email);

CREATE TABLE calls (
  id bigserial NOT NULL,
  retell_call_id varchar(255) NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  customer_id integer,
  phone_number_id integer,
  from_number varchar(50),
  to_number varchar(50),
  direction varchar(20) NOT NULL DEFAULT 'inbound',
  agent_id text,
  status varchar(50) NOT NULL DEFAULT 'ongoing',
  call_status varchar(50),
  appointment_made boolean NOT NULL DEFAULT false,
  call_successful boolean,
  follow_up_needed boolean NOT NULL DEFAULT false,
  identity_misses integer NOT NULL DEFAULT 0,
  duration_sec integer,
  cost_cents integer,
  cost_eur_cents integer,
  usd_eur_rate numeric(10,6),
  disconnection_reason varchar(100),
  transcript text,
  summary text,
  sentiment varchar(20),
  recording_url text,
  analysis jsonb,
  start_timestamp timestamptz(3),
  end_timestamp timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT calls_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX calls_retell_call_id_key ON calls (retell_call_id);
CREATE UNIQUE INDEX calls_company_id_id_key ON calls (company_id, id);
CREATE INDEX idx_calls_company ON calls (company_id);
CREATE INDEX idx_calls_status ON calls (status);
CREATE INDEX calls_company_id_start_timestamp_idx ON calls (company_id, start_timestamp);
CREATE INDEX calls_company_id_customer_id_idx ON calls (company_id, customer_id);

CREATE TABLE retell_call_sessions (
  id bigserial NOT NULL,
  call_id varchar(255) NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  customer_id integer,
  agent_id varchar(255),
  agent_version varchar(50),
  conversation_flow_id varchar(255),
  status varchar(50),
  function_calls jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT retell_call_sessions_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX retell_call_sessions_call_id_key ON retell_call_sessions (call_id);
CREATE INDEX retell_call_sessions_company_id_created_at_idx ON retell_call_sessions (company_id, created_at);

CREATE TABLE appointments (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  customer_id integer NOT NULL,
  service_id integer NOT NULL,
  staff_id integer,
  appointment_datetime timestamptz(3) NOT NULL,
  ends_at timestamptz(3) NOT NULL,
  duration_minutes integer NOT NULL DEFAULT 45,
  status varchar(50) NOT NULL DEFAULT 'scheduled',
  calcom_booking_id integer,
  calcom_uid varchar(255),
  calcom_event_type_id integer,
  source varchar(50) NOT NULL DEFAULT 'retell_webhook',
  notes text,
  attendee_name text,
  attendee_email text,
  call_id varchar(255),
  booking_attempt_id text,
  reschedule_count integer NOT NULL DEFAULT 0,
  sync_state varchar(30) NOT NULL DEFAULT 'in_sync',
  ical_uid text,
  ical_sequence integer NOT NULL DEFAULT 0,
  calcom_updated_at timestamptz(3),
  cancelled_at timestamptz(3),
  cancellation_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT appointments_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX appointments_company_id_id_key ON appointments (company_id, id);
CREATE UNIQUE INDEX appointments_company_calcom_uid_key ON appointments (company_id, calcom_uid);
CREATE INDEX idx_appointments_datetime ON appointments (appointment_datetime);
CREATE INDEX idx_appointments_company ON appointments (company_id);
CREATE INDEX idx_appointments_customer ON appointments (customer_id);
CREATE INDEX idx_appointments_calcom_uid ON appointments (calcom_uid);
CREATE INDEX appointments_company_id_customer_id_appointment_datetime_idx ON appointments (company_id, customer_id, appointment_datetime);

CREATE TABLE appointment_changes (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  appointment_id bigint NOT NULL,
  kind varchar(30) NOT NULL,
  from_datetime timestamptz(3),
  to_datetime timestamptz(3),
  from_uid text,
  to_uid text,
  actor varchar(20) NOT NULL,
  call_id varchar(255),
  reason text,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT appointment_changes_pkey PRIMARY KEY (id)
);
CREATE INDEX appointment_changes_company_id_appointment_id_idx ON appointment_changes (company_id, appointment_id);
CREATE INDEX appointment_changes_company_id_from_uid_idx ON appointment_changes (company_id, from_uid);

CREATE TABLE booking_attempts (
  id text NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  call_id varchar(255),
  kind varchar(20) NOT NULL,
  state varchar(20) NOT NULL,
  wish_key text NOT NULL,
  customer_name text,
  customer_phone text,
  customer_email text,
  attendee_email text,
  notes text,
  service_id integer,
  staff_id integer,
  event_type_id integer,
  start_at timestamptz(3),
  end_at timestamptz(3),
  appointment_id bigint,
  target_uid text,
  reservation_uid text,
  reservation_until timestamptz(3),
  lease_until timestamptz(3),
  executions integer NOT NULL DEFAULT 0,
  result jsonb,
  error_code text,
  calcom_uid text,
  calcom_booking_id integer,
  expires_at timestamptz(3),
  executed_at timestamptz(3),
  settled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT booking_attempts_pkey PRIMARY KEY (id)
);
CREATE INDEX booking_attempts_company_id_call_id_idx ON booking_attempts (company_id, call_id);
CREATE INDEX booking_attempts_company_id_wish_key_idx ON booking_attempts (company_id, wish_key);
CREATE INDEX booking_attempts_state_lease_until_idx ON booking_attempts (state, lease_until);

CREATE TABLE callback_requests (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  branch_id uuid,
  call_id varchar(255),
  customer_id integer,
  name text,
  phone text,
  reason text,
  kind varchar(20) NOT NULL DEFAULT 'caller',
  preferred_time text,
  preferred_from timestamptz(3),
  preferred_to timestamptz(3),
  status varchar(20) NOT NULL DEFAULT 'open',
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT callback_requests_pkey PRIMARY KEY (id)
);
CREATE INDEX callback_requests_company_id_status_idx ON callback_requests (company_id, status);
CREATE INDEX callback_requests_company_id_call_id_idx ON callback_requests (company_id, call_id);

CREATE TABLE webhook_events (
  id bigserial NOT NULL,
  company_id integer,
  source varchar(20) NOT NULL,
  connection_id text NOT NULL DEFAULT 'default',
  event_type varchar(60) NOT NULL,
  dedupe_key text NOT NULL,
  payload jsonb NOT NULL,
  status varchar(20) NOT NULL DEFAULT 'received',
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  next_attempt_at timestamptz(3),
  received_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  processed_at timestamptz(3),
  CONSTRAINT webhook_events_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX webhook_events_dedupe_key_key ON webhook_events (dedupe_key);
CREATE INDEX webhook_events_status_received_at_idx ON webhook_events (status, received_at);

CREATE TABLE mail_outbox (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  company_id integer NOT NULL,
  kind varchar(40) NOT NULL,
  to_address text NOT NULL,
  subject text NOT NULL,
  text_body text NOT NULL,
  html_body text NOT NULL,
  ics_body text,
  ics_method varchar(10),
  message_id text NOT NULL,
  appointment_id bigint,
  dedupe_key text NOT NULL,
  state varchar(20) NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  sent_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT mail_outbox_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX mail_outbox_company_id_dedupe_key_key ON mail_outbox (company_id, dedupe_key);
CREATE INDEX mail_outbox_state_created_at_idx ON mail_outbox (state, created_at);

CREATE TABLE audit_log (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  actor text NOT NULL,
  action varchar(60) NOT NULL,
  entity varchar(60) NOT NULL,
  entity_id text NOT NULL,
  detail jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_company_id_created_at_idx ON audit_log (company_id, created_at);

-- Unique also where the scope is null (the whole company, every service).
CREATE UNIQUE INDEX policies_scope_key ON policies (
  company_id,
  (COALESCE(branch_id, '00000000-0000-0000-0000-000000000000'::uuid)),
  (COALESCE(service_id, 0))
);

-- One wish, one request: while an attempt is executing or its outcome unknown, no second one may start.
CREATE UNIQUE INDEX booking_attempts_live_wish_key ON booking_attempts (company_id, wish_key)
  WHERE kind = 'book' AND state IN ('executing', 'unknown');
CREATE UNIQUE INDEX booking_attempts_live_target_key ON booking_attempts (company_id, target_uid)
  WHERE kind IN ('cancel', 'reschedule') AND state IN ('executing', 'unknown');


-- References: composite, so that a row can only point at rows of its own company. NO ACTION throughout (SET NULL would
-- also null company_id). The checks run as the table owner past row-level security.
ALTER TABLE companies
  ADD CONSTRAINT companies_calcom_connection_id_fkey FOREIGN KEY (calcom_connection_id)
    REFERENCES calcom_connections (id) ON DELETE NO ACTION ON UPDATE NO ACTION;

DO $$
DECLARE
  tenant_table text;
  reference text[];
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY[
    'branches', 'opening_hours', 'phone_numbers', 'staff', 'services', 'service_synonyms', 'service_staff', 'policies',
    'customers', 'calls', 'retell_call_sessions', 'appointments', 'appointment_changes', 'booking_attempts',
    'callback_requests', 'webhook_events', 'mail_outbox', 'audit_log'
  ] LOOP
    EXECUTE format(
      'ALTER TABLE %1$I ADD CONSTRAINT %2$I FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION',
      tenant_table, tenant_table || '_company_id_fkey');
  END LOOP;

  -- table, column, referenced table
  FOREACH reference SLICE 1 IN ARRAY ARRAY[
    ['branches', 'default_service_id', 'services'],
    ['opening_hours', 'branch_id', 'branches'],
    ['phone_numbers', 'branch_id', 'branches'],
    ['staff', 'branch_id', 'branches'],
    ['services', 'branch_id', 'branches'],
    ['service_synonyms', 'service_id', 'services'],
    ['service_staff', 'service_id', 'services'],
    ['service_staff', 'staff_id', 'staff'],
    ['policies', 'branch_id', 'branches'],
    ['policies', 'service_id', 'services'],
    ['calls', 'branch_id', 'branches'],
    ['calls', 'customer_id', 'customers'],
    ['calls', 'phone_number_id', 'phone_numbers'],
    ['retell_call_sessions', 'branch_id', 'branches'],
    ['retell_call_sessions', 'customer_id', 'customers'],
    ['appointments', 'branch_id', 'branches'],
    ['appointments', 'customer_id', 'customers'],
    ['appointments', 'service_id', 'services'],
    ['appointments', 'staff_id', 'staff'],
    ['appointment_changes', 'appointment_id', 'appointments'],
    ['booking_attempts', 'branch_id', 'branches'],
    ['booking_attempts', 'service_id', 'services'],
    ['booking_attempts', 'staff_id', 'staff'],
    ['booking_attempts', 'appointment_id', 'appointments'],
    ['callback_requests', 'branch_id', 'branches'],
    ['callback_requests', 'customer_id', 'customers'],
    ['mail_outbox', 'appointment_id', 'appointments']
  ] LOOP
    EXECUTE format(
      'ALTER TABLE %1$I ADD CONSTRAINT %2$I FOREIGN KEY (company_id, %3$I) REFERENCES %4$I (company_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION',
      reference[1], reference[1] || '_company_id_' || reference[2] || '_fkey', reference[2], reference[3]);
  END LOOP;
END $$;


-- Closed sets and shapes.
ALTER TABLE companies
  ADD CONSTRAINT companies_missing_email_check CHECK (missing_email IN ('phone_only', 'own_mailbox', 'ask')),
  ADD CONSTRAINT companies_booking_window_days_check CHECK (booking_window_days BETWEEN 1 AND 1000),
  ADD CONSTRAINT companies_retention_days_check CHECK (retention_days > 0);
ALTER TABLE calcom_connections
  ADD CONSTRAINT calcom_connections_api_profile_check CHECK (api_profile IN ('published', 'guide'));
ALTER TABLE opening_hours
  ADD CONSTRAINT opening_hours_weekday_check CHECK (weekday BETWEEN 1 AND 7),
  ADD CONSTRAINT opening_hours_span_check CHECK (
    opens_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' AND closes_at ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'
    AND opens_at < closes_at);
ALTER TABLE phone_numbers
  ADD CONSTRAINT phone_numbers_number_check CHECK (number ~ '^\+[1-9][0-9]{4,14}$');
ALTER TABLE customers
  ADD CONSTRAINT customers_phone_check CHECK (phone ~ '^\+[1-9][0-9]{4,14}$');
ALTER TABLE services
  ADD CONSTRAINT services_duration_minutes_check CHECK (duration_minutes > 0),
  ADD CONSTRAINT services_price_cents_check CHECK (price_cents >= 0),
  ADD CONSTRAINT services_minimum_notice_minutes_check CHECK (minimum_notice_minutes >= 0);
ALTER TABLE policies
  ADD CONSTRAINT policies_values_check CHECK (
    cancellation_deadline_hours >= 0 AND reschedule_deadline_hours >= 0
    AND minimum_notice_minutes >= 0 AND reschedules_max >= 0);
ALTER TABLE calls
  ADD CONSTRAINT calls_direction_check CHECK (direction IN ('inbound', 'outbound', 'web')),
  ADD CONSTRAINT calls_status_check CHECK (status IN ('inbound', 'ongoing', 'completed', 'analyzed')),
  ADD CONSTRAINT calls_identity_misses_check CHECK (identity_misses >= 0);
ALTER TABLE retell_call_sessions
  ADD CONSTRAINT retell_call_sessions_function_calls_check CHECK (jsonb_typeof(function_calls) = 'array');
ALTER TABLE appointments
  ADD CONSTRAINT appointments_status_check CHECK (
    status IN ('scheduled', 'pending', 'completed', 'cancelled', 'rejected', 'no_show')),
  ADD CONSTRAINT appointments_source_check CHECK (source IN ('retell_webhook', 'web', 'manual')),
  ADD CONSTRAINT appointments_sync_state_check CHECK (sync_state IN ('in_sync', 'cancel_pending')),
  ADD CONSTRAINT appointments_span_check CHECK (ends_at > appointment_datetime AND duration_minutes > 0),
  ADD CONSTRAINT appointments_counts_check CHECK (reschedule_count >= 0 AND ical_sequence >= 0);
ALTER TABLE appointment_changes
  ADD CONSTRAINT appointment_changes_kind_check CHECK (
    kind IN ('created', 'rescheduled', 'cancelled', 'confirmed', 'rejected', 'completed', 'no_show', 'updated')),
  ADD CONSTRAINT appointment_changes_actor_check CHECK (actor IN ('caller', 'business', 'calcom', 'system'));
ALTER TABLE booking_attempts
  ADD CONSTRAINT booking_attempts_kind_check CHECK (kind IN ('book', 'cancel', 'reschedule')),
  ADD CONSTRAINT booking_attempts_state_check CHECK (
    state IN ('draft', 'executing', 'unknown', 'booked', 'rejected', 'released', 'expired')),
  ADD CONSTRAINT booking_attempts_target_check CHECK (
    kind = 'book' OR state NOT IN ('executing', 'unknown') OR target_uid IS NOT NULL),
  ADD CONSTRAINT booking_attempts_executions_check CHECK (executions >= 0);
ALTER TABLE callback_requests
  ADD CONSTRAINT callback_requests_kind_check CHECK (kind IN ('caller', 'policy', 'technical')),
  ADD CONSTRAINT callback_requests_status_check CHECK (status IN ('open', 'done'));
ALTER TABLE webhook_events
  ADD CONSTRAINT webhook_events_status_check CHECK (status IN ('received', 'processed', 'ignored', 'failed', 'dead'));
ALTER TABLE mail_outbox
  ADD CONSTRAINT mail_outbox_state_check CHECK (state IN ('pending', 'sent', 'failed')),
  ADD CONSTRAINT mail_outbox_ics_method_check CHECK (ics_method IN ('REQUEST', 'CANCEL'));


-- Roles. They belong to the whole server, so several databases (or test runs) may create them at the same moment.
--   gateway_tenant  one company at a time      gateway_system  across companies, by name only
--   gateway_report  reads across companies     gateway_worker  the job queue's own tables, nothing of ours
--   gateway_bare    nothing at all: what a pool connection is outside of a transaction
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['gateway_tenant', 'gateway_system', 'gateway_report', 'gateway_worker', 'gateway_bare'] LOOP
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
    -- A login that is no superuser and serves alone must be able to take the roles it made, without inheriting them.
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
  END LOOP;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO gateway_tenant, gateway_system, gateway_report, gateway_bare;


-- Row-level security: enabled and forced. After a transaction-local setting the value is '' and not null on a reused
-- connection, hence nullif; the sub-select is evaluated once per statement.
DO $$
DECLARE
  table_name text;
  company_column text;
BEGIN
  FOREACH table_name IN ARRAY ARRAY[
    'companies', 'branches', 'opening_hours', 'phone_numbers', 'staff', 'services', 'service_synonyms', 'service_staff',
    'policies', 'customers', 'calls', 'retell_call_sessions', 'appointments', 'appointment_changes', 'booking_attempts',
    'callback_requests', 'mail_outbox', 'audit_log', 'calcom_connections', 'webhook_events'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format('CREATE POLICY system_all ON %I TO gateway_system USING (true) WITH CHECK (true)', table_name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO gateway_system', table_name);
    CONTINUE WHEN table_name = 'calcom_connections';
    EXECUTE format('CREATE POLICY report_read ON %I FOR SELECT TO gateway_report USING (true)', table_name);
    CONTINUE WHEN table_name = 'webhook_events';
    company_column := CASE table_name WHEN 'companies' THEN 'id' ELSE 'company_id' END;
    EXECUTE format(
      'CREATE POLICY tenant_own ON %1$I TO gateway_tenant
         USING (%2$I = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))
         WITH CHECK (%2$I = (SELECT nullif(current_setting(''app.company_id'', true), '''')::int))',
      table_name, company_column);
    EXECUTE format('GRANT SELECT ON %I TO gateway_tenant', table_name);
  END LOOP;
END $$;

-- What the gateway writes while it serves one company; the rest of the configuration it only reads.
GRANT INSERT, UPDATE ON
  staff, services, service_synonyms, service_staff, customers, calls, retell_call_sessions, appointments,
  booking_attempts, callback_requests, mail_outbox TO gateway_tenant;
GRANT INSERT ON appointment_changes, audit_log TO gateway_tenant;
GRANT DELETE ON service_synonyms, service_staff TO gateway_tenant;
GRANT USAGE ON SEQUENCE
  staff_id_seq, services_id_seq, service_synonyms_id_seq, customers_id_seq, calls_id_seq, retell_call_sessions_id_seq,
  appointments_id_seq, appointment_changes_id_seq, callback_requests_id_seq, audit_log_id_seq TO gateway_tenant;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO gateway_system;

-- Reports read facts, not secrets, payloads or mail texts.
GRANT SELECT ON
  companies, branches, opening_hours, phone_numbers, staff, services, service_synonyms, service_staff, policies, customers,
  calls, retell_call_sessions, appointments, appointment_changes, booking_attempts, callback_requests, audit_log
  TO gateway_report;
GRANT SELECT (id, company_id, source, connection_id, event_type, status, attempts, next_attempt_at, received_at, processed_at)
  ON webhook_events TO gateway_report;
GRANT SELECT (id, company_id, kind, state, attempts, sent_at, created_at, updated_at) ON mail_outbox TO gateway_report;


-- The conversion rate of an empty table is unknown, not an error: for the report role alone ("$user" comes first on the
-- search path) float8 / bigint answers null when divided by zero.
CREATE SCHEMA gateway_report;
GRANT USAGE ON SCHEMA gateway_report TO gateway_report;
CREATE FUNCTION gateway_report.ratio(part double precision, total bigint) RETURNS double precision
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT part OPERATOR(pg_catalog./) nullif(total, 0)::double precision $$;
CREATE OPERATOR gateway_report./ (LEFTARG = double precision, RIGHTARG = bigint, FUNCTION = gateway_report.ratio);


-- Jobs are enqueued in the transaction of the data they belong to. The queue's tables refuse our roles, so this function
-- runs as the owner; it stamps the company, which a tenant cannot choose, and keeps job keys of companies apart.
CREATE FUNCTION gateway_enqueue_job(task text, payload json, job_key text, run_at timestamptz, max_attempts int)
  RETURNS bigint
  LANGUAGE plpgsql
  SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  company int := nullif(current_setting('app.company_id', true), '')::int;
  stamped jsonb := coalesce(payload::jsonb, '{}');
  job_id bigint;
BEGIN
  IF company IS NOT NULL THEN
    stamped := stamped || jsonb_build_object('company_id', company);
  ELSIF current_setting('role') IS DISTINCT FROM 'gateway_system' THEN
    RAISE EXCEPTION 'A job needs a company' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT (job).id INTO job_id FROM graphile_worker.add_job(
    task,
    stamped::json,
    run_at => run_at,
    max_attempts => max_attempts,
    job_key => coalesce('company:' || (stamped ->> 'company_id') || ':', '') || job_key
  ) AS job;
  RETURN job_id;
END $$;
REVOKE ALL ON FUNCTION gateway_enqueue_job(text, json, text, timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gateway_enqueue_job(text, json, text, timestamptz, int) TO gateway_tenant, gateway_system;
