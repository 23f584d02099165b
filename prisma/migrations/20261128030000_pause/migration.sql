-- A business that books nothing by phone for a while: calls are answered and read to, holds and bookings are not made. Older gateways
-- do not know of it and go on booking.
ALTER TABLE companies ADD COLUMN paused_at timestamptz(3), ADD COLUMN paused_until timestamptz(3);
ALTER TABLE branches ADD COLUMN paused_at timestamptz(3), ADD COLUMN paused_until timestamptz(3);
ALTER TABLE companies ADD CONSTRAINT companies_pause_check CHECK (paused_until IS NULL OR paused_at IS NOT NULL);
ALTER TABLE branches ADD CONSTRAINT branches_pause_check CHECK (paused_until IS NULL OR paused_at IS NOT NULL);
