-- What was forgotten stays forgotten: a mark for a call or a booking, under the id the vendor gave it. Triggers look at it, so that a late
-- event, a repeat or an older gateway brings nothing back. The mark also keeps what the vendor answered when asked to delete.
CREATE TABLE erasure_marks (
  id bigserial NOT NULL,
  company_id integer NOT NULL,
  kind varchar(10) NOT NULL,
  key varchar(255) NOT NULL,
  reason varchar(20) NOT NULL,
  vendor_state varchar(20) NOT NULL DEFAULT 'none',
  vendor_answer varchar(200),
  vendor_asked_at timestamptz(3),
  vendor_attempts integer NOT NULL DEFAULT 0,
  vendor_due_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT erasure_marks_pkey PRIMARY KEY (id),
  CONSTRAINT erasure_marks_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies (id) ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT erasure_marks_kind_check CHECK (kind IN ('call', 'booking')),
  -- erased: nothing of a person; mentioned: nothing of what was said; refused, not_stored: neither recording nor transcript.
  CONSTRAINT erasure_marks_reason_check CHECK (reason IN ('erased', 'mentioned', 'refused', 'not_stored')),
  CONSTRAINT erasure_marks_vendor_state_check CHECK (vendor_state IN ('none', 'pending', 'done', 'refused', 'not_possible'))
);
CREATE UNIQUE INDEX erasure_marks_company_id_kind_key_reason_key ON erasure_marks (company_id, kind, key, reason);
CREATE INDEX erasure_marks_key_idx ON erasure_marks (key);
CREATE INDEX erasure_marks_pending_idx ON erasure_marks (vendor_due_at) WHERE vendor_state = 'pending';
ALTER TABLE erasure_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON erasure_marks TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON erasure_marks FOR SELECT TO gateway_report USING (true);
CREATE POLICY tenant_own ON erasure_marks TO gateway_tenant
  USING (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int))
  WITH CHECK (company_id = (SELECT nullif(current_setting('app.company_id', true), '')::int));
GRANT SELECT, INSERT, UPDATE, DELETE ON erasure_marks TO gateway_system;
GRANT SELECT, INSERT ON erasure_marks TO gateway_tenant;
GRANT SELECT ON erasure_marks TO gateway_report;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE erasure_marks_id_seq TO gateway_system;
GRANT USAGE ON SEQUENCE erasure_marks_id_seq TO gateway_tenant;

CREATE FUNCTION gateway_keep_call_forgotten() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reasons text[] := (SELECT array_agg(m.reason) FROM public.erasure_marks m
                     WHERE m.company_id = NEW.company_id AND m.kind = 'call' AND m.key = NEW.retell_call_id);
BEGIN
  IF reasons IS NULL THEN
    RETURN NEW;
  END IF;
  NEW.transcript := NULL;
  NEW.summary := NULL;
  NEW.recording_url := NULL;
  NEW.analysis := NULL;
  IF 'erased' = ANY (reasons) THEN
    IF NEW.direction = 'outbound' THEN NEW.to_number := NULL; ELSE NEW.from_number := NULL; END IF;
    NEW.customer_id := CASE WHEN TG_OP = 'UPDATE' THEN OLD.customer_id END;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_forgotten BEFORE INSERT OR UPDATE ON calls
  FOR EACH ROW EXECUTE FUNCTION gateway_keep_call_forgotten();

CREATE FUNCTION gateway_keep_function_call_forgotten() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.erasure_marks m WHERE m.company_id = NEW.company_id AND m.kind = 'call' AND m.key = NEW.call_id
             AND m.reason IN ('erased', 'mentioned')) THEN
    NEW.arguments := NULL;
    NEW.answer := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_forgotten BEFORE INSERT ON function_calls
  FOR EACH ROW EXECUTE FUNCTION gateway_keep_function_call_forgotten();

CREATE FUNCTION gateway_keep_booking_forgotten() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.erasure_marks m WHERE m.company_id = NEW.company_id AND m.kind = 'booking' AND m.key = NEW.calcom_uid) THEN
    NEW.attendee_name := NULL;
    NEW.attendee_email := NULL;
    NEW.notes := NULL;
    NEW.cancellation_reason := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_forgotten BEFORE INSERT OR UPDATE ON appointments
  FOR EACH ROW WHEN (NEW.calcom_uid IS NOT NULL) EXECUTE FUNCTION gateway_keep_booking_forgotten();

-- A webhook about a forgotten booking is stored with its facts only.
CREATE FUNCTION gateway_keep_webhook_forgotten() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.erasure_marks m WHERE m.kind = 'booking'
             AND m.key IN (NEW.payload #>> '{payload,uid}', NEW.payload #>> '{payload,bookingUid}', NEW.payload #>> '{payload,rescheduleUid}')) THEN
    NEW.payload := jsonb_build_object('triggerEvent', NEW.payload -> 'triggerEvent', 'createdAt', NEW.payload -> 'createdAt',
      'payload', coalesce((
        SELECT jsonb_object_agg(part.key, part.value) FROM jsonb_each(NEW.payload -> 'payload') AS part
        WHERE part.key IN ('uid', 'bookingUid', 'bookingId', 'eventTypeId', 'startTime', 'endTime', 'status', 'rescheduleUid',
                           'rescheduleId', 'rescheduleStartTime', 'rescheduleEndTime', 'iCalUID', 'iCalSequence', 'length')), '{}'));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_forgotten BEFORE INSERT ON webhook_events
  FOR EACH ROW WHEN (jsonb_typeof(NEW.payload -> 'payload') = 'object') EXECUTE FUNCTION gateway_keep_webhook_forgotten();
REVOKE ALL ON FUNCTION gateway_keep_call_forgotten(), gateway_keep_function_call_forgotten(), gateway_keep_booking_forgotten(),
  gateway_keep_webhook_forgotten() FROM PUBLIC;
