-- Every process keeps catalogues and number routing in memory. Whoever changes them, by whatever way, is heard by all
-- processes: a trigger announces the company whose configuration changed, at commit (src/db/change-listener.ts).

CREATE FUNCTION gateway_announce_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  company integer;
BEGIN
  IF TG_TABLE_NAME = 'companies' THEN
    company := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  ELSE
    company := CASE WHEN TG_OP = 'DELETE' THEN OLD.company_id ELSE NEW.company_id END;
  END IF;
  PERFORM pg_notify('gateway_configuration_changed', company::text);
  RETURN NULL;
END $$;

DO $$
DECLARE
  configuration text;
BEGIN
  FOREACH configuration IN ARRAY ARRAY['companies', 'branches', 'opening_hours', 'phone_numbers', 'staff', 'services',
                                       'service_synonyms', 'service_staff', 'policies']
  LOOP
    EXECUTE format('CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH ROW EXECUTE FUNCTION gateway_announce_change()', configuration);
  END LOOP;
END $$;
