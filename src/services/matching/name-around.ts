/** What is said around a name, and what is said instead of one: greetings, dialect, refusals, placeholders. Pure. */
import { nameSound } from './person-names.ts'
import { applySpellingHints } from './spelling-hints.ts'
import { fold } from './text.ts'

/** What models write where nobody gave a name. */
const placeholder =
  /^(?:(?:name |caller |customer )?(?:is )?not (?:yet )?(?:provided|given|specified|mentioned|available|known|stated|applicable|disclosed|set|found|shared)|no (?:name|information|info|data|value)(?: (?:provided|given|available))?|(?:unknown|unnamed|anonymous|new|unidentified) (?:caller|customer|client|user|person|patient|guest)|the (?:caller|customer|client|user|patient)|(?:to be (?:determined|confirmed)|tbd|tba)|placeholder|(?:your|full|first|last|customer|caller|client|user|patient)[ _-]?name(?: here)?|(?:kunden|anrufer)[ _-]?name|kein name(?: (?:genannt|angegeben|bekannt))?|(?:(?:der|die|ein|eine) )?(?:anonyme[rn]? |unbekannte[rn]? |neue[rn]? )?(?:anrufer(?:in)?|kunde|kundin|gast|patient(?:in)?)(?: \d+)?|name (?:unbekannt|fehlt|nicht (?:genannt|bekannt|angegeben|vorhanden))|(?:noch )?nicht (?:genannt|angegeben|bekannt|vorhanden|erfasst|mitgeteilt))$/iu

/** "Das möcht ich nicht sagen", "sag ich nicht", "muss ich den sagen", "geht Sie nichts an". */
const refusal =
  /(?<!\p{L})(?:(?:möcht|moecht|mecht|mag|will|woll|sag|nenn|verrat|verrot|geb|kann|kon|darf|brauch|muss|tu|hab|weiß|weiss|woaß)\p{L}{0,3}(?!\p{L}).*(?<!\p{L})(?:nicht|nix|net|ned|nichts|nich|niet|kein\p{L}{0,2})(?!\p{L})|(?:geht|ged) \p{L}+ (?:doch )?(?:nichts|nix|gar nichts) an|(?:wozu|warum|wieso|weshalb) |(?:lieber|besser|bitte) (?:nicht|anonym)|(?:kein|keinen|ohne) namen?(?!\p{L}))/iu

/** Whether somebody gives no name in so many words, or a model has nothing to give. */
export function isNoNameGiven(text: string): boolean {
  const bare = text.replace(/[\s.!?]+$/u, '').trim()
  return placeholder.test(bare.replace(/_/g, ' ')) || (refusal.test(bare) && !/[,;]/.test(bare))
}

const greeting =
  /^(?:(?:griaß|griass|griaßt|grüaß|griäß|grüß|grüss|gruß|grias) (?:eana|eahna|eich|eich|euch|ihna|ihne|ihnen|sie|di|dich|enk|god|gott|gottle|eane)(?: (?:mitanand|mitnand|beinand|miteinander))?|grüezi(?: (?:mitenand|wohl))?|hoi(?: zäme)?|habe? d(?:'|’|ie )?ehre|pfiat eana|servas|seavas|moin(?: moin)?|tach(?: auch| och)?|n tach|juten tach|mahlzeit|glück auf|ahoi|guude|gude|ei gude)(?=[\s,.!])[\s,.!]*/iu

/** The same without the greeting, the dialect's article ("d'Frau") and the words of a hyphen; nothing else is changed. */
export function plainlySaid(text: string): string {
  return (
    text
      .replace(greeting, '')
      // "für meinen Sohn, er heißt Timo Beck"
      .replace(
        /^.*(?<!\p{L})(?:für|fia|fier) .*(?:der|die|das|er|sie|es|dea) (?:heißt|heisst|hoaßt|hoasst) (?=\p{L}{2})(?!nicht |wie |auch |jetzt )/iu,
        '',
      )
      .replace(/(?<!\p{L})[ds]['’] ?(?=(?:frau|herr|familie|oma|opa)(?!\p{L}))/giu, '')
      // "Kühn minus Sander", "Müller Bindestrich Schmidt"; "Müller-Schmidt mit Bindestrich" is a hint
      .replace(
        /(?<=\p{L})(?<!(?:^|\s)(?:mit|ohne)) (?:bindestrich|binde strich|minus|minuszeichen|trennstrich|mittelstrich) (?=\p{L})/giu,
        '-',
      )
  )
}

const takesBack =
  /(?<!\p{L})(?:nicht|sondern|nein|nee|nö|quatsch|falsch|korrektur|entschuldigung|pardon|sorry|moment|halt|stopp|äh+m?|statt|oder|mein(?:e|te)?)(?!\p{L})/iu

/**
 * "Stephan Weber, Stephan mit p h", "Carsten Vogt mit v und Carsten mit c": what is said again to say how it is written, put where it
 * was said first. Null if it is not clear how it is written; any other text comes back as it is.
 */
export function withPartsSaidAgain(text: string): string | null {
  const again =
    /^(.*\p{L})[\s,.]+(?:(?:und|also|aber|wobei|der|die) )*(\p{L}[\p{L}'’-]+) ((?:mit|ohne) (?:(?:doppel|zwei|einem|nur einem|hartem|weichem|scharfem)[ -]?)?(?:\p{L}{1,3}|\p{L}(?: \p{L})+|ypsilon|vau|zett|eszett|bindestrich|umlaut)(?: am ende| hinten| vorne?| am anfang)?)[.!]?$/iu.exec(
      text,
    )
  // What is corrected is another name, not the same one once more.
  if (!again || takesBack.test(again[1]!)) return text
  const [, before, word, hint] = again as unknown as [string, string, string, string]
  const words = before.split(' ')
  const sound = nameSound(fold(word))
  const first = words.findIndex((each) => nameSound(fold(each)) === sound && fold(each).length > 1)
  if (first < 0) return text
  const written = applySpellingHints(`${word} ${hint}`)
  if (written === null) return null
  return withPartsSaidAgain(words.with(first, written).join(' ').replace(/,$/, ''))
}
