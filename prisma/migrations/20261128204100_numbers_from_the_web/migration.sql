-- A number that somebody typed on the web is no caller's: it recognises nobody until a call from it has booked under that name.
-- Who has had a phone call booked for them already is confirmed.
ALTER TABLE customers ADD COLUMN phone_confirmed_at timestamptz(3);
UPDATE customers c SET phone_confirmed_at = now()
 WHERE c.source = 'web' AND EXISTS (
   SELECT FROM appointments a WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.source <> 'web');
