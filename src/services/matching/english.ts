/** What callers from elsewhere call a service: "men's haircut". Only phrases that mean one thing; the words of a catalogue come first. Pure. */
const phrases: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:men['’]?s|mens|gents?['’]?s?|gentlem[ae]n['’]?s?) (?:hair ?)?cut\b/giu, 'Herrenhaarschnitt'],
  [/\b(?:wom[ae]n['’]?s|womens|ladies['’]?|lady['’]?s) (?:hair ?)?cut\b/giu, 'Damenhaarschnitt'],
  [/\b(?:kids['’]?|child(?:ren)?['’]?s) (?:hair ?)?cut\b/giu, 'Kinderhaarschnitt'],
  [/\bhair ?cuts?\b/giu, 'Haarschnitt'],
  [/\b(?:hair )?colou?ring\b|\bhair colou?r\b/giu, 'Färben'],
  [/\bbeard (?:trim(?:ming)?|care)\b/giu, 'Bartpflege'],
  [/\bconsultation\b/giu, 'Beratung'],
  [/\b(?:hair )?dye\b|\bdy(?:e|ing) my hair\b|\bmy hair (?:dyed|colou?red)\b/giu, 'Färben'],
  [/\b(?:shave|beard trimmed)\b/giu, 'Rasur'],
]

/** Said around them. */
const courtesy = /\b(?:please|an? |the |appointment for|i(?:['’]d| would) like|i need)\b/giu

/** The same in German words; unchanged where nothing is English. */
export function inGerman(spoken: string): string {
  const said = phrases.reduce((text, [phrase, german]) => text.replace(phrase, german), spoken)
  return said === spoken ? spoken : said.replace(courtesy, ' ').trim()
}
