-- What kind of event type a service, or a pair of service and person, is booked with, as Cal.com told the last import: lengths to choose
-- from, seats, repetitions, hosts, limits, fields (src/calcom/kinds.ts). Null: not imported yet.
ALTER TABLE services ADD COLUMN event_type_kind jsonb;
ALTER TABLE service_staff ADD COLUMN event_type_kind jsonb;
