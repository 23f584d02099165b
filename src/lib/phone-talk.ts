/** How digits are said regionally when a number is dictated, and what is said between them. Pure. */

/** By digit. Left out is what is another word as well, so that no digit is heard in talk ("nein", "via", "ans"). */
const regionalDigits = [
  'nul nulle nulla',
  'oans oas oins eens aans aas oanse eense een',
  'zwee zwaa zwai zwoo zwoje zweie twee twe',
  'drai droi drui drüü dree dreia drie',
  'fier veer viera vieri fiere vierne vierä',
  'fümf fümfe fimf fimfe foif fünwe finf finfe föif füfi foife fief fief fumf fempf',
  'segs segse seggs säggs säx sächs sächse söss seks sechsa sechsi säis',
  'siem siemn siebn siebm siewe siwe siwwe simme sieme siema sibe siebe sibn siabn söven säwen seven siebni sibni siebma',
  'ochte achde oachte achti ächti ocht',
  'noin noine neine nüün nüni nien negen nain naine neini neina',
]
const digitBySound = new Map(
  regionalDigits.flatMap((words, digit) => words.split(' ').map((word) => [word, String(digit)] as const)),
)

/** "siemn" → "7", "oans" → "1"; null for any other word. */
export function regionalDigit(word: string): string | null {
  return digitBySound.get(word.toLowerCase().normalize('NFC')) ?? null
}

const looking =
  '(?:(?:muss|muß|muas|schau|schaue|schaug|guck|gucke|seh|sehe|such|suche|les|lese|hol|hole|hab|habe)(?: (?:mal|kurz|eben|schnell|noch|grad|gerade|grade|selber|selbst|erst|da|nur|des|das|den|die|es|sie|zettel|ablesen|nachschauen|nachsehen|nachgucken|nachlesen|nach|gucken|schauen|suchen|vor|ab))*)'
const interjection = new RegExp(
  `(?<!\\p{L})(?:(?:haben|hamm?|ham|habn) (?:sie|se|s)(?: (?:das|die|es|des|dat))?(?: (?:bis (?:hier(?:her)?|dahin|jetzt)|soweit|notiert|mitgeschrieben))?|hast(?: du)?(?: (?:es|das|des))?|wart(?:en)?(?: sie| s| se)?(?: (?:mal|amal|kurz|bitte|noch|a bissl|eben))*|(?:einen )?(?:augenblick|sekunde|sekündchen|momenterl)|(?:ich|i|ick) ${looking}|(?:wie|wo) (?:war|ging|geht|bin)(?: (?:das|des|ich|i|es|jetzt|noch|weiter))+|(?:dann )?(?:geht es|geht's|gehts|geht) weiter(?: mit)?|sind sie noch da|schreiben sie(?: mit)?|langsam|verstanden|mitgeschrieben|notiert|gell|weiter|passt)(?!\\p{L})`,
  'giu',
)
const oneDigitAnew =
  /(\S+?)[\s,.]+(?:(?:äh+m?|öh+m?|ach|oh|naa?)[\s,.]+)*(?:nein|nee|quatsch|falsch|korrektur|pardon|entschuldigung)[\s,.]+(?:(?:eine?|die|das ist) )?(\S+) (?:ganz )?(?:am (?:ende|schluss)|zum schluss|hinten|als letzte[sr]?|zuletzt)[\s.!]*$/iu

/**
 * The dictation without what is said between its digits ("haben Sie?", "warten Sie, ich muss nachschauen"), and the last digit as it
 * was said anew ("acht, äh nein, sieben am Ende").
 */
export function withoutInterjections(text: string, isDigit: (word: string) => boolean): string {
  return text
    .replace(oneDigitAnew, (whole, one: string, anew: string) =>
      isDigit(one) && isDigit(anew) ? anew : whole,
    )
    .replace(interjection, ' ')
}
