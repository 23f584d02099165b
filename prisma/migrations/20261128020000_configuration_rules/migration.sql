-- What a company's file may not say (src/company), nobody may write: zones that do not exist, numbers with a trunk zero, hours that
-- overlap, one calendar for two people, one word for two services, an event type of a connection in two companies. Only what is
-- written from now on is looked at, so that rows of running installations stay. Rules over several rows are looked at when a
-- transaction ends, so that an exchange passes; a lock makes two transactions see each other.

CREATE FUNCTION gateway_zone_exists() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.time_zone IS NULL OR (TG_OP = 'UPDATE' AND OLD.time_zone = NEW.time_zone) THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = NEW.time_zone) THEN
    RAISE EXCEPTION 'there is no time zone "%"', NEW.time_zone
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_time_zone_check';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER time_zone_check BEFORE INSERT OR UPDATE OF time_zone ON companies
  FOR EACH ROW EXECUTE FUNCTION gateway_zone_exists();
CREATE TRIGGER time_zone_check BEFORE INSERT OR UPDATE OF time_zone ON branches
  FOR EACH ROW EXECUTE FUNCTION gateway_zone_exists();

ALTER TABLE phone_numbers ADD CONSTRAINT phone_numbers_trunk_zero_check
  CHECK (number !~ '^\+(49|43|41|31|32|33|44|46)0') NOT VALID;

CREATE FUNCTION gateway_hours_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hours:' || NEW.branch_id, 0));
  IF EXISTS (
    SELECT FROM public.opening_hours mine
    JOIN public.opening_hours other ON other.company_id = mine.company_id AND other.branch_id = mine.branch_id
      AND other.weekday = mine.weekday AND other.id <> mine.id
      AND other.opens_at < mine.closes_at AND mine.opens_at < other.closes_at
    WHERE mine.id = NEW.id
  ) THEN
    RAISE EXCEPTION 'opening hours %-% overlap others of that day', NEW.opens_at, NEW.closes_at
      USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_hours_apart_check';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER apart_check AFTER INSERT OR UPDATE ON opening_hours
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_hours_apart();

CREATE FUNCTION gateway_calendar_of_one_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('staff:' || NEW.company_id, 0));
  IF EXISTS (
    SELECT FROM public.staff mine
    JOIN public.staff other ON other.company_id = mine.company_id AND other.id <> mine.id AND other.is_active
      AND other.calcom_user_id = mine.calcom_user_id
    WHERE mine.id = NEW.id AND mine.is_active
  ) THEN
    RAISE EXCEPTION 'the calendar user % belongs to another person of the company', NEW.calcom_user_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_calcom_user_id_check';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER calcom_user_check AFTER INSERT OR UPDATE OF calcom_user_id, is_active ON staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_calendar_of_one_person();

CREATE FUNCTION gateway_synonym_of_one_service() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('synonyms:' || NEW.company_id, 0));
  IF EXISTS (
    SELECT FROM public.service_synonyms mine
    JOIN public.services service ON service.company_id = mine.company_id AND service.id = mine.service_id AND service.is_active
    JOIN public.service_synonyms other ON other.company_id = mine.company_id AND other.language = mine.language
      AND other.service_id <> mine.service_id
      AND lower(regexp_replace(btrim(other.synonym), '\s+', ' ', 'g')) = lower(regexp_replace(btrim(mine.synonym), '\s+', ' ', 'g'))
    JOIN public.services another ON another.company_id = other.company_id AND another.id = other.service_id AND another.is_active
      AND (another.branch_id IS NULL OR service.branch_id IS NULL OR another.branch_id = service.branch_id)
    WHERE mine.id = NEW.id
  ) THEN
    RAISE EXCEPTION '"%" is a synonym of another service of that branch', NEW.synonym
      USING ERRCODE = 'check_violation', CONSTRAINT = 'service_synonyms_one_service_check';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER one_service_check AFTER INSERT OR UPDATE OF synonym, language, service_id ON service_synonyms
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_synonym_of_one_service();

-- Looks across companies, which no tenant may: as the owner, whom policies let see these rows inside of triggers only.
CREATE FUNCTION gateway_calendar_of_one_company() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  mine int := CASE TG_TABLE_NAME WHEN 'companies' THEN (to_jsonb(NEW) ->> 'id')::int ELSE (to_jsonb(NEW) ->> 'company_id')::int END;
  wanted int := CASE TG_TABLE_NAME WHEN 'companies' THEN NULL ELSE (to_jsonb(NEW) ->> 'calcom_event_type_id')::int END;
  account text;
  taken int;
BEGIN
  IF wanted IS NULL AND TG_TABLE_NAME <> 'companies' THEN
    RETURN NULL;
  END IF;
  SELECT calcom_connection_id INTO account FROM public.companies WHERE id = mine;
  PERFORM pg_advisory_xact_lock(hashtextextended('calendars:' || coalesce(account, ''), 0));
  WITH calendars AS (
    SELECT company_id, calcom_event_type_id AS id FROM public.services WHERE calcom_event_type_id IS NOT NULL
    UNION ALL
    SELECT company_id, calcom_event_type_id FROM public.service_staff WHERE calcom_event_type_id IS NOT NULL
  )
  SELECT own.id INTO taken
  FROM calendars own
  JOIN calendars other ON other.id = own.id AND other.company_id <> own.company_id
  JOIN public.companies theirs ON theirs.id = other.company_id AND theirs.calcom_connection_id IS NOT DISTINCT FROM account
  WHERE own.company_id = mine AND (wanted IS NULL OR own.id = wanted)
  LIMIT 1;
  IF taken IS NOT NULL THEN
    RAISE EXCEPTION 'the event type % belongs to another company of the same connection', taken
      USING ERRCODE = 'check_violation', CONSTRAINT = 'calcom_event_type_one_company_check';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION gateway_calendar_of_one_company() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER one_company_check AFTER INSERT OR UPDATE OF calcom_event_type_id, company_id ON services
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_calendar_of_one_company();
CREATE CONSTRAINT TRIGGER one_company_check AFTER INSERT OR UPDATE OF calcom_event_type_id, company_id ON service_staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_calendar_of_one_company();
CREATE CONSTRAINT TRIGGER one_company_check AFTER UPDATE OF calcom_connection_id ON companies
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gateway_calendar_of_one_company();

CREATE POLICY owner_in_triggers ON companies FOR SELECT TO CURRENT_USER USING (pg_trigger_depth() > 0);
CREATE POLICY owner_in_triggers ON services FOR SELECT TO CURRENT_USER USING (pg_trigger_depth() > 0);
CREATE POLICY owner_in_triggers ON service_staff FOR SELECT TO CURRENT_USER USING (pg_trigger_depth() > 0);
