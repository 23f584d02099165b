-- Whoever gets SQL into a tenant's transaction can do less with it: only jobs of companies, and reports without what was said.
-- (TEMP goes with each `db:migrate`: privileges on the database itself do not travel with a dump.)
CREATE FUNCTION gateway_job_names() RETURNS text[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
  AS $$ SELECT ARRAY['appointment_notifications', 'business_mail', 'delete_at_vendors', 'process_webhook', 'send_mail',
                     'settle_attempt', 'sync_to_calcom'] $$;
COMMENT ON FUNCTION gateway_job_names() IS 'What may be enqueued for a company; a migration that brings a job replaces this function.';
REVOKE ALL ON FUNCTION gateway_job_names() FROM PUBLIC;

CREATE OR REPLACE FUNCTION gateway_enqueue_job(task text, payload json, job_key text, run_at timestamptz, max_attempts int)
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
    IF task IS NULL OR NOT task = ANY (public.gateway_job_names()) THEN
      RAISE EXCEPTION 'There is no such job for a company' USING ERRCODE = 'insufficient_privilege';
    END IF;
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

-- Figures and what dashboards ask, but nothing that was said or recorded.
DO $$
DECLARE
  readable text := (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 'public.calls'::regclass AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('transcript', 'summary', 'recording_url', 'analysis'));
BEGIN
  REVOKE SELECT ON public.calls FROM gateway_report;
  EXECUTE format('GRANT SELECT (%s) ON public.calls TO gateway_report', readable);
END $$;
