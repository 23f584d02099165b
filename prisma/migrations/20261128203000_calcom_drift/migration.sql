-- What Cal.com has said otherwise than we know it, per connection: where, and the kind of what stood there. No value of anybody's.
CREATE TABLE calcom_drift (
  id bigserial NOT NULL,
  connection_id varchar(60) NOT NULL,
  source varchar(30) NOT NULL,
  field varchar(100) NOT NULL,
  found varchar(60) NOT NULL,
  count integer NOT NULL DEFAULT 1,
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  CONSTRAINT calcom_drift_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX calcom_drift_connection_id_source_field_found_key ON calcom_drift (connection_id, source, field, found);
ALTER TABLE calcom_drift ENABLE ROW LEVEL SECURITY;
ALTER TABLE calcom_drift FORCE ROW LEVEL SECURITY;
CREATE POLICY system_all ON calcom_drift TO gateway_system USING (true) WITH CHECK (true);
CREATE POLICY report_read ON calcom_drift FOR SELECT TO gateway_report USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON calcom_drift TO gateway_system;
GRANT SELECT ON calcom_drift TO gateway_report;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE calcom_drift_id_seq TO gateway_system;
