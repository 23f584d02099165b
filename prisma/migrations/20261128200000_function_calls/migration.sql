-- Every function call is a row of its own: adding one more costs the same however many its call has. So far each rewrote the list in
-- retell_call_sessions.function_calls. This is the first of three steps; gateways of before and after it run side by side:
-- gateways of before write the list, and a trigger copies what they add; later ones write rows only. The next step copies what is
-- there already, the last one lets a view take the name once no gateway of before is connected.
CREATE TABLE function_calls (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  call_id varchar(255) NOT NULL,
  number integer NOT NULL,
  function_name varchar(100) NOT NULL,
  arguments jsonb,
  answer jsonb,
  understood jsonb GENERATED ALWAYS AS (answer -> 'understood') STORED,
  duration_ms integer NOT NULL,
  status varchar(20) NOT NULL,
  error text,
  alternatives boolean NOT NULL DEFAULT false,
  called_at timestamptz(3) NOT NULL,
  CONSTRAINT function_calls_pkey PRIMARY KEY (id),
  CONSTRAINT function_calls_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION
);
CREATE INDEX function_calls_company_id_call_id_number_idx ON function_calls (company_id, call_id, number);
-- What retention looks for.
CREATE INDEX function_calls_said_idx ON function_calls (company_id, called_at) WHERE arguments IS NOT NULL OR answer IS NOT NULL;

ALTER TABLE function_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE function_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON function_calls TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON function_calls FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON function_calls TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON function_calls TO gateway_system;
GRANT SELECT, INSERT ON function_calls TO gateway_tenant;
GRANT UPDATE (arguments, answer) ON function_calls TO gateway_tenant;
GRANT SELECT ON function_calls TO gateway_report;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE function_calls_id_seq TO gateway_system;
GRANT USAGE ON SEQUENCE function_calls_id_seq TO gateway_tenant;

-- How much of a list was copied.
ALTER TABLE retell_call_sessions ADD COLUMN copied integer NOT NULL DEFAULT 0;

-- After the row, since the insert of an upsert that ends as an update has not happened.
CREATE FUNCTION gateway_copy_function_calls() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.function_calls (company_id, call_id, number, function_name, arguments, answer, duration_ms, status, error,
    alternatives, called_at)
  SELECT NEW.company_id, NEW.call_id, position, coalesce(left(entry ->> 'function_name', 100), 'unknown'), entry -> 'arguments',
    entry -> 'response', coalesce((entry ->> 'duration_ms')::numeric::int, 0), coalesce(left(entry ->> 'status', 20), 'success'),
    entry ->> 'error', jsonb_path_exists(entry, '$.response.alternatives[0]'), coalesce((entry ->> 'timestamp')::timestamptz, NEW.created_at)
  FROM jsonb_array_elements(NEW.function_calls) WITH ORDINALITY AS list(entry, position)
  WHERE position > NEW.copied
  ORDER BY position;
  -- What a gateway or command of before forgets or erases is forgotten here too.
  IF TG_OP = 'UPDATE' THEN
    IF jsonb_path_exists(OLD.function_calls, '$[*] ? (exists(@.arguments) || exists(@.response))')
       AND NOT jsonb_path_exists(NEW.function_calls, '$[*] ? (exists(@.arguments) || exists(@.response))') THEN
      UPDATE public.function_calls SET arguments = NULL, answer = NULL
      WHERE company_id = NEW.company_id AND call_id = NEW.call_id;
    END IF;
  END IF;
  IF jsonb_array_length(NEW.function_calls) > NEW.copied THEN
    UPDATE public.retell_call_sessions SET copied = jsonb_array_length(NEW.function_calls) WHERE id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION gateway_copy_function_calls() FROM PUBLIC;
CREATE TRIGGER copy_function_calls AFTER INSERT OR UPDATE OF function_calls ON retell_call_sessions
  FOR EACH ROW EXECUTE FUNCTION gateway_copy_function_calls();

-- The owner is held by the policies too; it copies the lists of all companies.
CREATE POLICY owner_copies ON retell_call_sessions TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY owner_copies ON function_calls TO CURRENT_USER USING (true) WITH CHECK (true);
