/** What a page says after a form. Only the key travels in the address: nobody can put words of their own there. */
const sentences = {
  callback_taken: 'Der Rückruf ist jetzt bei Ihnen.',
  callback_taken_by_other: 'Den Rückruf hat inzwischen jemand anderes übernommen.',
  callback_given_back: 'Der Rückruf ist wieder frei.',
  callback_done: 'Der Rückruf ist erledigt.',
  callback_done_already: 'Der Rückruf war schon erledigt. Es wurde nichts geändert.',
  appointment_cancelled: 'Der Termin ist abgesagt.',
  appointment_cancel_noted:
    'Die Absage ist notiert. Der Kalender antwortet gerade nicht; wir sagen es ihm, sobald er wieder da ist.',
  appointment_moved: 'Der Termin liegt inzwischen zu einer anderen Zeit. Er wurde nicht abgesagt.',
  appointment_past: 'Der Termin hat schon begonnen. Er wurde nicht abgesagt.',
  appointment_busy:
    'An diesem Termin wird gerade etwas geändert. Er wurde nicht abgesagt; bitte gleich noch einmal.',
  appointment_by_hand: 'Der Kalender nimmt die Absage nicht an. Bitte sagen Sie den Termin dort ab.',
  closure_added: 'Eingetragen. Ab dem nächsten Anruf gilt es.',
  closure_removed: 'Gelöscht. An diesen Tagen gelten wieder die üblichen Zeiten.',
  closure_when:
    'Bitte wählen Sie Tage von heute an, höchstens zwei Jahre voraus. Es wurde nichts eingetragen.',
} as const

export type Said = keyof typeof sentences

/** The sentence of a key, null for anything else. */
export function sentenceOf(key: string | undefined): string | null {
  return key !== undefined && Object.hasOwn(sentences, key) ? sentences[key as Said] : null
}
