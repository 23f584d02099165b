/**
 * German number words below a hundred, once for dates and for dictated digits: folded, that is lower case with ae, oe, ue and ss. The
 * index of a word is its value; of `tens` its tens.
 */

export const units = ['null', 'ein', 'zwei', 'drei', 'vier', 'fuenf', 'sechs', 'sieben', 'acht', 'neun']
export const teens = [
  'zehn',
  'elf',
  'zwoelf',
  'dreizehn',
  'vierzehn',
  'fuenfzehn',
  'sechzehn',
  'siebzehn',
  'achtzehn',
  'neunzehn',
]
export const tens = [
  '',
  '',
  'zwanzig',
  'dreissig',
  'vierzig',
  'fuenfzig',
  'sechzig',
  'siebzig',
  'achtzig',
  'neunzig',
]
/** Regional and telephone forms: "zwo" is said so that nobody hears "drei". */
export const regional: ReadonlyArray<readonly [string, number]> = [
  ['eins', 1],
  ['zwo', 2],
  ['zwoa', 2],
  ['zwoi', 2],
  ['zwoe', 2],
  ['dreie', 3],
  ['viere', 4],
  ['fuenfe', 5],
  ['fimf', 5],
  ['fimfe', 5],
  ['sechse', 6],
  ['siebene', 7],
  ['siebn', 7],
  ['neune', 9],
  ['zehne', 10],
  ['zehen', 10],
  ['elfe', 11],
  ['eilf', 11],
  ['zwoelfe', 12],
  ['dreizig', 30],
  ['zwanzich', 20],
  ['fuffzehn', 15],
  ['fuffzig', 50],
]
