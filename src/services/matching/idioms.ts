/**
 * What hairdressers' customers say for a treatment without its word: "Ansatz nachziehen", "die grauen Haare wegmachen". Pure. Only phrases
 * that mean one thing; the words of a catalogue come first.
 */
const colours = '(?:dunkel|dunkler|braun|brauner|schwarz|rot|röter|rötlich|kupfer|blau|pink|lila|grün)'

const idioms: ReadonlyArray<readonly [RegExp, string]> = [
  [/(?<!\p{L})grau(?:haar)?(?:abdeckung|kaschierung)(?!\p{L})/giu, 'Haare färben'],
  [
    /(?<!\p{L})(?:grau(?:e[ns]?|er)?|weiß(?:e[ns]?)?) ?(?:haare?n?|strähnen|ansatz)? ?(?:(?:mal|bitte|wieder|etwas) )*(?:ab|über|zu)?(?:decken|gedeckt|kaschieren|kaschiert|überfärben|wegfärben|wegmachen|weghaben|wegbekommen)(?!\p{L})/giu,
    'Haare färben',
  ],
  [
    /(?<!\p{L})(?:haar)?ansatz (?:(?:mal|bitte|wieder|neu|nur) )*(?:nachziehen|nachgezogen|nachmachen|machen|gemacht|auffrischen|aufgefrischt|erneuern)(?!\p{L})/giu,
    'Ansatz färben',
  ],
  [
    /(?<!\p{L})(?:haar)?farbe (?:(?:mal|bitte|wieder|neu|nur) )*(?:nachziehen|nachmachen|machen|auffrischen|aufgefrischt|auffrischung|erneuern|nachlegen|rein|drauf)(?!\p{L})/giu,
    'Haarfarbe',
  ],
  [
    new RegExp(
      `(?<!\\p{L})haare? (?:(?:mal|bitte|wieder|etwas|ein bisschen) )*${colours} (?:machen|haben|gemacht)(?!\\p{L})`,
      'giu',
    ),
    'Haare färben',
  ],
  // A colour beside the word says which, not what.
  [
    /(?<!\p{L})(?:(?:dunkel|hell|mittel|gold|rot|asch|kastanien|schoko)?(?:braun|rot|schwarz)|kupfer(?:rot)?|schwarz|rot|blau|lila|pink|grün|rosa|mahagoni|aubergine) (?=(?:ein|nach|um)?f[äa]rb\p{L}*(?!\p{L}))/giu,
    '',
  ],
  [/(?<!\p{L})(?:mei|moi|mein) mo(?!\p{L})/giu, 'mein Mann'],
  // What advice is about is no second wish.
  [
    /(?<!\p{L})(?:termin für (?:eine )?)?(beratung|beratungsgespräch|beratungstermin) wegen (?:einer|eines|meiner|der) (?:neuen )?\p{L}+$/giu,
    '$1',
  ],
  [
    /(?<!\p{L})bart ?konturen? (?:(?:bitte|mal) )*(?:schneiden|machen|trimmen|rasieren|nachziehen)(?!\p{L})/giu,
    'Bart trimmen',
  ],
  [/(?<!\p{L})[ck]olorier(?:en|t|ung)(?!\p{L})/giu, 'färben'],
  [
    /(?<!\p{L})(voll)?bart (?:(?:mal|bitte|wieder|etwas|nur|a bissl|ein bisschen|ein wenig) )*(?:(?:wieder )?in form(?: bringen| gebracht)?|kürzen|kürzer|gekürzt|kürzer machen|machen|gemacht)(?!\p{L})/giu,
    'Bart trimmen',
  ],
]

/** The same with the word for it; unchanged where nothing of the kind is said. */
export function withItsWord(spoken: string): string {
  return idioms.reduce((text, [idiom, word]) => text.replace(idiom, word), spoken)
}
