/** Arguments that say nothing: placeholders, "egal", "keine Angabe". A model fills an argument with them that nobody spoke of. */
const nothing =
  /^(?:none|null|nil|undefined|nan|unknown|unbekannt|not (?:provided|specified|given|mentioned)|n ?\/ ?a|k\.? ?a\.?|-+|\?+|leer|empty|any|anytime|any (?:day|time|date)|no preference|flexible?|keine?(?: (?:angabe|praeferenz|präferenz|wahl|wunsch|vorgabe|zeit(?:angabe)?|uhrzeit|datum|bestimmte[rn]?(?: (?:zeit|uhrzeit|tag|wunsch|termin))?).*)?|nicht (?:angegeben|genannt|bekannt|vorhanden)|wei(?:ß|ss) (?:ich )?(?:noch )?nicht|nein|ja|ok(?:ay)?)$/
/** "egal wann", "mir ist das egal", "jederzeit", "wann Sie wollen": any day is right. */
const anyTime =
  /\b(?:egal|wurscht|wurst|schnuppe|gleich|beliebig|beliebige[rn]?|jederzeit|irgendwann|irgendein|wann immer|flexibel|whenever|wann sie (?:wollen|möchten|können)|wie sie (?:wollen|möchten)|was frei ist|was sie haben|wann (?:etwas|was) frei ist)\b/
/** "der erste", "den zweiten bitte": a choice among what was offered. */
const choice =
  /^(?:(?:dann|also|ich|wir|nehme|nehmen|ja|gern|gerne|bitte|der|die|das|den|dem|ein|einen|zum|beim|termin|vorschlag|zeit|davon|passt|mir|gut|uhrzeit|option|ersten?|erster|zweiten?|zweiter|dritten?|dritter|vierten?|vierter|letzten?|letzter|fruehesten?|frühesten?|spaetesten?|spätesten?|diesen?|dieser|genannten?|angebotenen?|vorgeschlagenen?|obigen?|selben?|denselben|derselbe|genannte|eben)[ .,!?]*)+$/

/** Whether the words of a date or time argument name anything at all that would have to be understood. */
export function saysSomething(argument: string): boolean {
  const text = argument
    .replace(/\{\{[^{}]*\}\}/g, ' ')
    .toLowerCase()
    .normalize('NFC')
    .trim()
    .replace(/[.!?]+$/, '')
  if (!/[\p{L}\d]/u.test(text) || text.length > lengthMax) return text.length > lengthMax
  return !nothing.test(text) && !anyTime.test(text) && !choice.test(text)
}

const lengthMax = 200
