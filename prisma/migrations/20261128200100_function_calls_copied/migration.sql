-- Second step: the lists that are there already are copied, by the trigger. Calls of the last hour may be going on and are left to
-- the last step, so that no gateway waits for a row that is locked here.
UPDATE retell_call_sessions SET function_calls = function_calls
WHERE copied < jsonb_array_length(function_calls) AND updated_at < now() - interval '1 hour';
