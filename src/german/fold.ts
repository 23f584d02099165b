/** Words made plain for comparing: lower case, umlauts spelled out, no signs, one space between. */
const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', å: 'a', é: 'e', à: 'a' }

export function foldWords(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[äöüßåéà]/g, (letter) => umlauts[letter]!)
    .replace(/[^a-z0-9 ]/g, ' ')
    .replace(/ +/g, ' ')
    .trim()
}
