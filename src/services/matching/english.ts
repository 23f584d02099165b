/** What callers from elsewhere call a service: "men's haircut". Only phrases that mean one thing; the words of a catalogue come first. Pure. */
const phrases: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:colou?r|dye) my (?:hair|roots)\b|\b(?:touch up )?my roots(?: done)?\b/giu, 'Haare färben'],
  [/\b(?:men['’]?s|mens|gents?['’]?s?|gentlem[ae]n['’]?s?) (?:hair ?)?cut\b/giu, 'Herrenhaarschnitt'],
  [/\b(?:wom[ae]n['’]?s|womens|ladies['’]?|lady['’]?s) (?:hair ?)?cut\b/giu, 'Damenhaarschnitt'],
  [/\b(?:kids['’]?|child(?:ren)?['’]?s) (?:hair ?)?cut\b/giu, 'Kinderhaarschnitt'],
  [/\b(?:hair ?)?cuts?\b/giu, 'Haarschnitt'],
  [/\bfor (?:an? |my )?(?:man|men|husband|dad|father|boyfriend|gentlem[ae]n)\b/giu, 'für Herren'],
  [/\bfor (?:an? |my )?(?:wom[ae]n|lady|ladies|wife|mum|mom|mother|girlfriend)\b/giu, 'für Damen'],
  [/\bfor (?:an? |my |the )?(?:kids?|child(?:ren)?)\b/giu, 'für Kinder'],
  [/\b(?:my )?beard\b/giu, 'Bart'],
  [/\bfor (?:me|myself)\b/giu, 'für mich'],
  [/\band\b/giu, 'und'],
  [/\btrim(?:med)?\b/giu, 'trimmen'],
  [/\b(?:coloured|colored|colou?r)\b/giu, 'färben'],
  [/\b(?:hair )?colou?ring\b|\bhair colou?r\b/giu, 'Färben'],
  [/\bbeard (?:trim(?:ming)?|care|grooming)\b/giu, 'Bartpflege'],
  [/\b(?:consultation|advice)\b/giu, 'Beratung'],
  [/\b(?:male|men|mens|gents?)\b/giu, 'Herren'],
  [/\b(?:female|wom[ae]n|womens|lady|ladies)\b/giu, 'Damen'],
  [/\bgrooming\b/giu, 'Pflege'],
  [/\bperm(?:anent wave)?\b/giu, 'Dauerwelle'],
  [/\bhighlights\b/giu, 'Strähnchen'],
  [/\bblow[- ]?dry\b/giu, 'föhnen'],
  [/\bwash\b/giu, 'waschen'],
  [/\b(?:brown|black|red|dark(?:er)?)\b/giu, 'dunkel'],
  [/\bblonde\b/giu, 'blond'],
  [/\b(?:hair )?dye\b|\bdy(?:e|ing) my hair\b|\bmy hair (?:dyed|colou?red)\b/giu, 'Färben'],
  [/\b(?:shave|beard trimmed)\b/giu, 'Rasur'],
]

/** Said around them. */
const courtesy =
  /\b(?:please|an?|the|some|get|have|book|make|appointment(?: for)?|i(?:['’]d| would) like(?: to)?|i(?: want| need)(?: to)?|to|just|can i|could i|hello|hi|thanks|thank you)\b/giu

/** The same in German words; unchanged where nothing is English. */
export function inGerman(spoken: string): string {
  const said = phrases.reduce((text, [phrase, german]) => text.replace(phrase, german), spoken)
  return said === spoken ? spoken : said.replace(courtesy, ' ').trim()
}
