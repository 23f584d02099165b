-- Last step: retell_call_sessions becomes a view with the columns it had as a table, over that table under a new name, so that the
-- queries of dashboards run as written. Gateways of version 0.1.0 write the list that goes here; they call themselves "gateway" only.
DO $$
DECLARE
  before int := (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gateway');
BEGIN
  IF before > 0 THEN
    RAISE EXCEPTION 'a gateway of version 0.1.0 is still connected (% connections); end it, then run "npm run db:migrate" again', before
      USING ERRCODE = 'GWOLD';
  END IF;
END $$;

LOCK TABLE retell_call_sessions IN ACCESS EXCLUSIVE MODE;
UPDATE retell_call_sessions SET function_calls = function_calls WHERE copied < jsonb_array_length(function_calls);
DROP TRIGGER copy_function_calls ON retell_call_sessions;
DROP FUNCTION gateway_copy_function_calls();
DROP POLICY owner_copies ON retell_call_sessions;
DROP POLICY owner_copies ON function_calls;
ALTER TABLE retell_call_sessions DROP COLUMN function_calls, DROP COLUMN copied;

ALTER TABLE retell_call_sessions RENAME TO call_sessions;
ALTER SEQUENCE retell_call_sessions_id_seq RENAME TO call_sessions_id_seq;
ALTER TABLE call_sessions RENAME CONSTRAINT retell_call_sessions_pkey TO call_sessions_pkey;
ALTER TABLE call_sessions RENAME CONSTRAINT retell_call_sessions_company_id_fkey TO call_sessions_company_id_fkey;
ALTER TABLE call_sessions RENAME CONSTRAINT retell_call_sessions_company_id_branch_id_fkey TO call_sessions_company_id_branch_id_fkey;
ALTER TABLE call_sessions RENAME CONSTRAINT retell_call_sessions_company_id_customer_id_fkey TO call_sessions_company_id_customer_id_fkey;
ALTER INDEX retell_call_sessions_call_id_key RENAME TO call_sessions_call_id_key;
ALTER INDEX retell_call_sessions_company_id_created_at_idx RENAME TO call_sessions_company_id_created_at_idx;

-- security_invoker: who asks sees through it what row-level security shows of both tables.
CREATE VIEW retell_call_sessions WITH (security_invoker = true) AS
SELECT s.id, s.call_id, s.company_id, s.branch_id, s.customer_id, s.agent_id, s.agent_version, s.conversation_flow_id, s.status,
  coalesce((
    SELECT jsonb_agg(
      jsonb_build_object('function_name', f.function_name, 'duration_ms', f.duration_ms, 'status', f.status,
        'timestamp', to_char(f.called_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      || CASE WHEN f.arguments IS NULL THEN '{}' ELSE jsonb_build_object('arguments', f.arguments) END
      || CASE WHEN f.answer IS NULL THEN '{}' ELSE jsonb_build_object('response', f.answer) END
      || CASE WHEN f.error IS NULL THEN '{}' ELSE jsonb_build_object('error', f.error) END
      ORDER BY f.called_at, f.number, f.id)
    FROM function_calls f WHERE f.company_id = s.company_id AND f.call_id = s.call_id), '[]') AS function_calls,
  s.created_at, s.updated_at
FROM call_sessions s;

GRANT SELECT ON retell_call_sessions TO gateway_report;
GRANT SELECT, INSERT, UPDATE ON retell_call_sessions TO gateway_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON retell_call_sessions TO gateway_system;
