/** The arguments of everything that books, described once. */
import { lengthArgument, words, yesNo } from './kinds.ts'

export const bookingArguments = {
  name: words('Name, auf den der Termin laufen soll'),
  email: words('E-Mail-Adresse, falls genannt'),
  phone: words('Telefonnummer für Rückfragen, falls eine andere als die des Anrufs genannt wurde'),
  date: words('Tag im Wortlaut, z. B. „nächsten Freitag“ oder „2026-12-04“'),
  time: words('Uhrzeit im Wortlaut, z. B. „halb drei“ oder „14:30“'),
  service: words('Gewünschte Leistung, z. B. „Herrenhaarschnitt“'),
  staff: words('Gewünschte Person, falls genannt'),
  branch: words('Andere Filiale, falls genannt'),
  notes: words('Anmerkungen für den Betrieb'),
  duration_minutes: lengthArgument,
  additional: yesNo(
    'Nur true, wenn der Anrufer auf seinen schon bestehenden Termin hingewiesen wurde (own_appointment) und ausdrücklich einen zusätzlichen möchte; sonst weglassen',
  ),
}
