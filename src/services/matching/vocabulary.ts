/**
 * German words that mean the same in any business: word families, people, courtesy, topics.
 * Only language is listed here. What a company calls its services stands in its own synonyms. All lists are folded on
 * load, so they are written the way people write.
 */
import { fold } from './text.ts'

/** Forms of one root: whoever says "schneiden" may mean the service "…schnitt". Key: the concept. */
const familyTable: Record<string, string> = {
  schnitt:
    'schnitt schnitte schnitts schneiden schneide schneid geschnitten nachschneiden haareschneiden schniide schniida schneida schneidn gschnittn gschnitten schnippeln schnibbeln schnidn snieden',
  farb: 'farbn foarbn färm färbm farbe farben färbe färben färbung färbungen gefärbt farb färba färbn gfärbt',
  ton: 'tönen tönung tönungen getönt',
  wasch: 'waschen wasch gewaschen wäsche',
  fon: 'föhnen föhn gefönt geföhnt fönen fön',
  reinig: 'reinigen reinigung reinigungen gereinigt reinigt',
  kontroll: 'kontrolle kontrollen kontrollieren kontrolliert kontroll',
  untersuch: 'untersuchen untersuchung untersuchungen untersucht',
  wechsel: 'wechsel wechseln gewechselt wechselt tausch tauschen getauscht austauschen austausch auswechseln',
  pruf: 'prüfen prüfung geprüft überprüfen überprüfung überprüft',
  berat: 'beraten beratung beratungen',
  gesprach: 'gespräch gespräche',
  behandl: 'behandeln behandlung behandlungen behandelt',
  ras: 'rasur rasuren rasieren rasiert',
  glatt: 'glätten glättung geglättet glätte',
  trimm: 'trimmen getrimmt trimm',
  stutz: 'stutzen gestutzt',
  zieh: 'ziehen gezogen zieht',
  vermess: 'vermessen vermessung',
  reparatur: 'reparieren reparatur reparaturen repariert',
  einlager: 'einlagern einlagerung eingelagert',
  wart: 'wartung warten gewartet wartungen',
  einstell: 'einstellen einstellung eingestellt',
  ersetz: 'ersetzen ersetzt erneuern erneuert',
  pflege: 'pflege pflegen gepflegt',
  zahn: 'zahn zähne zähnen zahns',
  haar: 'haar haare haaren haars hoar hoor hoa haor hoore',
  bart: 'bart bärte barts',
  well: 'welle wellen welln wöön wöin wöjn',
  rad: 'rad räder rädern',
  reifen: 'reifen reifens',
  frisur: 'frisur frisuren',
  strahn: 'strähne strähnen strähnchen strähnchens',
  verlanger: 'verlängern verlängerung verlängert',
  aufhell: 'aufhellen aufhellung aufgehellt',
  bleich: 'bleichen gebleicht',
  entfern: 'entfernen entfernung entfernt',
  vorn: 'vorne vorn vordere vorderen vorderer vorderachse',
  hint: 'hinten hintere hinteren hinterer hinterachse',
  brems: 'bremse bremsen brems',
  belag: 'belag beläge belägen',
  scheibe: 'scheibe scheiben',
  steck: 'stecken steck gesteckt',
  leucht: 'leuchte leuchtet leuchten lampe',
  schmerz: 'schmerz schmerzen schmerzt wehtut',
  massage: 'massage massagen massieren massiert',
  enthaar: 'enthaarung enthaaren',
  flecht: 'flechten geflochten',
  lack: 'lack lackieren lackierung lackiert',
  operation: 'operation operationen operieren operiert',
  sitzung: 'sitzung sitzungen',
  impf: 'impfen impfung impfungen geimpft',
}

/** Parts of compounds, so that "Bremsflüssigkeitswechsel" falls apart even if no service uses the parts alone. */
const compoundParts = `öl motor motoröl winter sommer ganzjahres klima anlage batterie auto fehler speicher diagnose inspektion
  flüssigkeit schutz wind stein schlag schaden unfall achse achs spur check service fuß hand finger nagel augen brauen wimpern
  haut lippen achsel intim bikini glatzen gesicht kopf rücken ganz körper nacken bein arm braut hochzeit ball abend hoch locken welle dauer pony ansatz komplett teil
  spitzen folien keratin kur maske extension wurzel weisheit implantat krone brücke prothese füllung schiene kiefer fleisch erst
  folge neu patient notfall kontakt linsen seh test hör blut druck ultraschall voll halb tages stunde termin bild`

/**
 * What is worked on, by region. A service for one part is never meant by words about another ("Nägel schneiden" is no
 * haircut); parts of one region are near enough to ask ("Wimpern färben" where brows are coloured).
 */
const bodyTable: Record<string, string> = {
  hair: 'haar haare haaren haars',
  beard: 'bart bärte barts schnurrbart schnauzbart schnauzer vollbart kinnbart koteletten',
  eyes: 'augen auge augenbraue augenbrauen braue brauen wimper wimpern',
  nails:
    'nagel nägel nägeln fingernagel fingernägel fußnagel fußnägel hand hände händen fuß füße füßen finger zehen',
  face: 'gesicht haut lippe lippen stirn nase ohr ohren',
  skull: 'kopf glatze kopfhaut schädel',
  body: 'bein beine beinen achsel achseln arm arme rücken brust intim bikini bauch nacken schulter schultern',
}

/** Parts that say nothing about the service: "Kontrolltermin" is a Kontrolle. */
const emptyParts = 'termin termine zahnarzt friseur werkstatt arzt nach kurz'

export type Audience = 'herren' | 'damen' | 'kinder'

const audienceTable: Record<Audience, string> = {
  herren:
    'herr herrn herren herre heare mannsleut mann mannes männer männern männlich ehemann ehemannes gentleman gentlemen vater vaters papa papas opa opas großvater großvaters freund freundes maa manna mannsbild kerl onkel onkels schwiegervater kumpel',
  damen:
    'dame damen frau frauen weiblich ehefrau lady ladies mutter mutters mama mamas oma omas großmutter freundin mutti fraa tante schwiegermutter gattin',
  kinder:
    'kind kinder kindern kids kid kindes baby babys kleinkind kleinkinder schulkind schulkinder kindergartenkind enkelkind enkelkinder jungen junge mädchen bub buben jungs',
}

/** "Tochter" may be six or thirty: she only rules the men's service out. */
const relativeTable: Record<Audience, string> = {
  herren: 'tochter töchter enkelin schwester schwägerin nichte mädchen',
  damen: 'sohn söhne enkel bruder schwager neffe junge jungen jungs bub buben',
  kinder: '',
}

/** Words around the wish. They are dropped, unless a service is named with nothing else. */
const courtesy = `ich mich mir mein meine meinen meinem meiner meines wir uns unser unsere unseren unserem du er sie es ihr ihm ihn
  ihre ihren ihrem euch euer eure man sich selbst selber der die das den dem des ein eine einen einem einer eines einmal zweimal mal
  und oder auch noch so ja nein okay ok also äh ähm hm hallo guten tag morgen abend danke bitte gern gerne lieber am liebsten
  möcht mecht mechat mechad hätte hätten habe haben hab hat will wollen wollte wollten würde würden möchte möchten mag brauche brauchen bräuchte bräuchten
  braucht kann können könnte könnten könnt darf dürfte muss müssen müsste müssten soll sollen sollte sollten wäre wären ist sind bin
  war sein wird werden geht ginge gehen gibt komme kommen käme bekommen bekomme kriegen kriege machen mache macht gemacht lassen lasse lass
  buchen buche reservieren vereinbaren ausmachen anmelden nehmen nehme holen brauchts interessiere interessiert denke glaube weiß
  termin termine terminen leistung dienstleistung behandlungstermin uhr uhrzeit heute übermorgen vormittag
  nachmittag vormittags nachmittags abends mittags morgens früh montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
  montags dienstags mittwochs donnerstags freitags samstags woche wochen nächste nächsten nächster nächstes nächstem diese diesen
  dieser dieses kommende kommenden übernächste monat januar februar märz april mai juni juli august september oktober november dezember
  jahr jahre jahren alt null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn
  siebzehn achtzehn neunzehn zwanzig dreißig halb viertel gegen
  für zu zum zur mit bei beim an auf in im ins um ab von vom vor nach bis über wegen aus als wie was wo wann wer welche welchen da dann
  dort hier denn doch eben halt nur bloß schon sehr ganz etwas bisschen ein wenig irgendwie einfach mir wieder dringend möglichst bald
  schnell schnellstmöglich sofort asap demnächst eigentlich vielleicht gerade jetzt drauf drüber raus rauf weg dran dazu davon dabei bezüglich
  betreffend namens genannt heißt sagen wir thema super toll schön prima perfekt natürlich gleich weil dass damit wenn falls
  immer sonst zwar letzte letzten letztes letztem gleiche gleichen selbe selben dasselbe genau beziehungsweise leider soweit
  aber entweder jedoch kostet kosten preis sondern stattdessen anschließend danach dazu außerdem zusätzlich inklusive inkl plus sowie samt
  eilt eilig geplant fällig bestellt anstehen ansteht steht stehe
  person personen leute mehr paar stück sache sowas was ähnliches ding art
  fia fiar fir fier hätt en an a mei moi meim deim lassn lossn braucht braichat wegen a an ana ne nen n ner nem d des dat dit de se i ick ik ma mer mir hob hobt hamma hätt hätti hätts wär wärs wärn tät täte bissl bisserl bissle bisschen
  erst erstmal zuerst vorerst zunächst nochmal nochmals wiedermal mittlerweile inzwischen langsam endlich bereits meistens normalerweise üblicherweise
  ungefähr circa ca etwa rund eventuell evtl womöglich wohl anscheinend offenbar sicher sicherlich bestimmt wirklich tatsächlich ehrlich echt total ziemlich
  recht relativ absolut unbedingt überhaupt eh ohnehin sowieso trotzdem allerdings jedenfalls übrigens nämlich deshalb deswegen darum daher folglich
  freue freuen freut hoffe hoffen hofft rufe rufen ruft anrufen angerufen melde melden meldet frage fragen fragt wissen weißt weiss schaue schauen gucken gucke
  sehen sehe sieht suche suchen sucht finde finden findet meine meinen meint gemeint meinte gesagt sage sagt sagte sagten erzählt gehört gelesen empfohlen
  stehen bringen bringe bringt gebracht setzen setze legen halten halte hält bleiben bleibe bleibt fehlt fehlen passt passen passe klappt klappen
  funktioniert reicht reichen dauert dauern lohnt lohnen arbeite arbeiten arbeitet arbeit büro feierabend urlaub fahre fahren fährt reise reisen verreise
  bevor nachdem sobald solange während obwohl sodass ob damit dort hin her hier rein rum los fertig frei offen wahrscheinlich möglich möglicherweise
  okidoki grüß gott servus moin hi hey tschüss herzlichen dank vielen dankeschön bittschön entschuldigung verzeihung sorry pardon moment sekunde kurz
  angebot angebote angeboten anbieten bietet bieten dabei drin wunsch wünsche wünsch wünschen buchung reservierung slot zeit zeiten platz datum tage tag
  neues neuer mach machn machst macht's machen gmacht gemocht lossa lassa losn lossn lassn loss kriegn kriagn brauch brauchat braucht's bräucht bräuchert
  kommt käme drankommen drangenommen drannehmen vorbeikommen vorbei komm reinkommen müend muss muass müsst müsste miassn sollt soit soll's darfs derf
  des dös dees sell selle wos wia wieso warum weshalb wofür wozu womit woran
  alles sachen dinge ganzes rest beides jeweils jeder jede jedes manchmal oft öfter selten nie niemals jemals letztens neulich damals früher gestern
  zufrieden glücklich froh gespannt nervös müde krank lust laune idee ideen gedanke überlegt überlege überlegen entschieden entscheide ewig ewigkeit ewigkeiten`

/** Adjectives a caller adds: they decide only where a service is named with them ("Kleine Inspektion"). */
const adjectives = `normal normale normalen normaler normales einfache einfachen einfacher klassisch klassische klassischen
  klassischer kurz kurze kurzen kurzer kürzer lang lange langen langer länger neu neue neuen neuer neues frisch frische blond blonde
  blonden braun braune rot rote schwarz schwarze hell helle dunkel dunkle stark starke starken großen groß große grosser großer großes klein kleine kleinen
  kleiner kleines ordentlich ordentlichen gut guten gute richtig richtige richtigen komplett komplette kompletten voll volle
  professionell professionelle professionellen profi jährlich jährliche jährlichen halbjährlich halbjährliche regelmäßig regelmäßige üblich übliche üblichen
  standard modern moderne modernen schick schicke leicht leichte leichten alte alten alter kaputt kaputte defekt defekte leer hübsch`

/** What everything in such a business is about; alone it names no service once several services contain it. */
const topics = 'haar zahn'

/** How long and how much: said beside a service, not what it is. */
const measures = 'minute minuten min stunde stunden std euro eur cent'

/** The customer's thing: never part of the wish unless a service says so. */
const belongings = `auto autos wagen wagens fahrzeug fahrzeugs pkw kfz karre kiste golf polo passat audi bmw mercedes opel
  skoda ford vw fiat toyota renault seat`

/** Heads that promise nothing by themselves: with an unknown word in front they are another business's service. */
const genericHeads =
  'behandl wechsel pflege service check paket kur reinig styling einsetz ersetz wart pruf einstell lack entfern reparatur operation sitzung'

/** Heads without a meaning of their own: a "Keratinbehandlung" has to do with keratin, so the rest may be asked about. */
const emptyHeadList = 'behandl service paket operation sitzung'

const list = (text: string): string[] =>
  text
    .split(/\s+/)
    .map(fold)
    .filter((word) => word !== '')

function table<K extends string>(from: Record<K, string>): Map<string, K> {
  const map = new Map<string, K>()
  for (const key of Object.keys(from) as K[]) for (const word of list(from[key])) map.set(word, key)
  return map
}

export const families: ReadonlyMap<string, string> = table(familyTable)
export const audiences: ReadonlyMap<string, Audience> = table(audienceTable)
export const ruledOutBy: ReadonlyMap<string, Audience> = table(relativeTable)
export const fillers: ReadonlySet<string> = new Set(list(courtesy))
export const softWords: ReadonlySet<string> = new Set([
  ...list(adjectives),
  ...list(belongings),
  ...list(measures),
])
export const topicConcepts: ReadonlySet<string> = new Set(list(topics))
export const genericConcepts: ReadonlySet<string> = new Set(list(genericHeads))
export const emptyHeads: ReadonlySet<string> = new Set(list(emptyHeadList))
/** Concept of a body part → its region. */
export const bodyRegions: ReadonlyMap<string, string> = new Map(
  Object.entries(bodyTable).flatMap(([region, words]) =>
    list(words).map((word) => [conceptOf(word), region] as const),
  ),
)
export const partWords: readonly string[] = list(compoundParts)
export const emptyPartWords: ReadonlySet<string> = new Set(list(emptyParts))

/** Possessives: "für meinen Golf" names what is worked on, not what is done. */
export const possessives: ReadonlySet<string> = new Set(
  list(
    'mein meine meinen meinem meiner unser unsere unseren unserem ihr ihre ihren ihrem sein seine seinen seinem',
  ),
)

/** A light stem for words outside the families: inflection off, the root kept at four letters or more. */
export function stem(word: string): string {
  const match = /^(.{4,}?)(?:ungen|ung|chens|chen|ern|en|em|er|es|et|e|n|(?<!s)s)$/.exec(word)
  return match ? match[1]! : word
}

/** The concept a folded word stands for: its family, its audience, else its stem. */
export function conceptOf(word: string): string {
  return families.get(word) ?? audiences.get(word) ?? stem(word)
}
