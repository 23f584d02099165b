-- Who changed what: every change of a company's configuration leaves a row in audit_log, by whatever way it was made (an
-- import, a command, psql). The row names the login and the columns, never their values.

CREATE FUNCTION gateway_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  found jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
  changed text[];
BEGIN
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
    session_user,
    'configuration_' || lower(TG_OP),
    TG_TABLE_NAME,
    coalesce(found ->> 'id', concat_ws('/', found ->> 'service_id', found ->> 'staff_id')),
    CASE WHEN TG_OP = 'UPDATE' THEN jsonb_build_object('columns', to_jsonb(changed)) END
  );
  RETURN NULL;
END $$;

-- The owner of the tables is held by the policies too (they are forced); what its own changes trigger may be written.
CREATE POLICY audit_log_owner ON audit_log FOR INSERT TO CURRENT_USER WITH CHECK (pg_trigger_depth() > 0);

DO $$
DECLARE
  configuration text;
BEGIN
  FOREACH configuration IN ARRAY ARRAY['companies', 'branches', 'opening_hours', 'phone_numbers', 'staff', 'services',
                                       'service_synonyms', 'service_staff', 'policies']
  LOOP
    EXECUTE format('CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH ROW EXECUTE FUNCTION gateway_audit_change()', configuration);
  END LOOP;
END $$;
