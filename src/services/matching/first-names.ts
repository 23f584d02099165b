/**
 * First names and surnames common in Germany, to tell in "Thomas, Kowalski" which is which. Not a list of what is allowed: a name that is
 * missing here is only read by the other rules.
 */
import { fold } from './text.ts'

const names = `adam agnes aisha alexander alexandra ali alina amelie andrea andreas angela angelika anja anke anna anne anneliese annika anton
  antje arne astrid axel aylin ayse barbara bastian beate bernd bernhard bettina birgit bjorn brigitte carina carla carolin carsten
  catherine cem charlotte christa christel christian christiane christina christine christoph clara claudia claus cornelia
  dagmar daniel daniela david denise dennis detlef diana dieter dietmar dirk doris elena elfriede elif elisabeth elke ella emil
  emilia emma emre erich erika ernst esra esther eva fabian fatima fatma felix finn florian franz franziska frieda friedrich gabi
  gabriele georg gerda gerd gerhard gertrud gisela greta gudrun guido gunter gunther hanna hannah hannes hans harald
  hasan hedwig heike heiko heinrich heinz helena helga helmut herbert hildegard holger horst ida ilse imke ina ines inge ingeborg
  ingo ingrid irene irina iris irmgard isabel isabella jakob jan jana janine jannik jens jessica joachim joanna jochen johann
  johanna johannes jonas josef judith julia julian juliane jurgen jutta kai karin karl karla karolin karsten kaspar katarina
  katharina kathrin katja katrin kerstin kevin kirsten klaus konstantin kristina kristin lara larissa lars laura lea lena leni leo
  leon leonie lieselotte lilli lina linda linus lisa lotte louis luca luisa lukas lucas maja manfred manuel manuela marc marcel
  marco marcus maren margarete margit margot maria marianne marie marina mario marion marita markus marlene martha martina
  mathias mathilda matthias maximilian max mehmet melanie mia michael michaela milena mila mohammed monika monja moritz murat
  mustafa nadine nadja natalie natascha nele nicole niklas nils nina noah nora norbert ole oleg olga oliver olivia oskar otto
  pascal patricia patrick patrizia paul paula petra philip philipp phillip philippa pia rainer ralf ramona raphael rebecca regina
  reinhard renate rene rita robert roland rolf rosemarie rudolf ruth sabine sabrina samuel sandra sara sarah sascha sebastian
  selina sepp silke silvia simon simone sina sofia sofie sonja sophia sophie stefan stefanie steffen stephan stephanie susanne sven
  svenja sybille sylvia jasmin jacqueline jeannette annette anette josefine lucia lucie mathilde merle jule jette bjarne henrik hendrik enno eike tanja tatjana theo theresa thomas thorsten tim timo tina tobias tom torsten udo ulrich ulrike ursula ute uwe
  valentina vanessa vera verena veronika victoria viktoria volker waltraud werner wiebke wilhelm wolfgang xaver yasmin yvonne zeynep`

const known = new Set(names.split(/\s+/).map(fold))

/** Whether a word is one of the common first names ("Thomas", "Jürgen"; each half of "Anna-Lena"). Case and accents do not count. */
export function isCommonFirstName(word: string): boolean {
  return word.split('-').every((half) => known.has(fold(half)))
}

const surnames = `müller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer koch bauer richter klein wolf schröder
  neumann schwarz zimmermann braun krüger hofmann hartmann lange schmitt krause meier lehmann schmid schulze maier köhler herrmann könig
  mayer huber kaiser fuchs peters lang scholz möller weiß jung hahn schubert vogel keller berger winkler roth beck baumann franke schuster
  böhm winter kraus schumacher krämer vogt stein jäger sommer groß seidel brandt haas schreiber graf schulte ziegler kuhn kühn pohl engel
  horn busch bergmann voigt sauer wolff pfeiffer gruber moser steiner hofer pichler egger bauer berger eder leitner wimmer schwaiger brunner
  lechner mayr meir stadler reiter lindner ritter nowak kowalski yilmaz kaya demir öztürk hansen petersen jansen janssen schmitz müllner
  ammann bachmann hess gerber bühler zimmerer strobl obermeier niedermeier hinterhuber loibl`

const knownSurnames = new Set(surnames.split(/\s+/).map(fold))

/** Whether a word is one of the common surnames ("Huber", "Müller"). Case and accents do not count. */
export function isCommonSurname(word: string): boolean {
  return knownSurnames.has(fold(word))
}
