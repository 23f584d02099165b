-- A company may be removed: its own deletion leaves no row in the audit log, which would belong to a company that is no more. All else
-- is audited as before.
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
    session_user,
    'configuration_' || lower(TG_OP),
    TG_TABLE_NAME,
    coalesce(found ->> 'id', concat_ws('/', found ->> 'service_id', found ->> 'staff_id')),
    CASE WHEN TG_OP = 'UPDATE' THEN jsonb_build_object('columns', to_jsonb(changed)) END
  );
  RETURN NULL;
END $$;
