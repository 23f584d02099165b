/** What the functions of the phone do, in words for people who do not know their names. */
const verbs: Record<string, string> = {
  initialize_call: 'Anruf begonnen',
  check_customer: 'Kundin oder Kunde gesucht',
  check_availability: 'Nach einer freien Zeit gesehen',
  get_alternatives: 'Andere Zeiten gesucht',
  find_next_available: 'Nächste freie Zeit gesucht',
  collect_appointment_data: 'Wünsche aufgenommen',
  start_booking: 'Termin vorgemerkt',
  confirm_booking: 'Termin gebucht',
  book_appointment: 'Termin gebucht',
  query_appointment: 'Termin gesucht',
  query_appointment_by_name: 'Termin nach Namen gesucht',
  get_customer_appointments: 'Termine vorgelesen',
  cancel_appointment: 'Termin abgesagt',
  reschedule_appointment: 'Termin verschoben',
  change_appointment: 'Termin geändert',
  request_callback: 'Rückruf aufgenommen',
  parse_date: 'Datum verstanden',
  get_opening_hours: 'Öffnungszeiten genannt',
  get_business_info: 'Auskunft gegeben',
  get_service_info: 'Leistung erklärt',
  get_available_services: 'Leistungen genannt',
  list_services: 'Leistungen genannt',
  reserve_slot: 'Zeit gehalten',
  release_slot_reservation: 'Zeit freigegeben',
  get_current_context: 'Datum und Uhrzeit gelesen',
}

/** The name itself where it has no words. */
export function whatItDid(functionName: string): string {
  return Object.hasOwn(verbs, functionName) ? verbs[functionName]! : functionName
}
