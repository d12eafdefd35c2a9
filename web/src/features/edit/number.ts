// Numbers as typed: in any script's digits, with a comma or point, with a fraction.

const fractions: Record<string, string> = {
  '½': '1/2',
  '⅓': '1/3',
  '⅔': '2/3',
  '¼': '1/4',
  '¾': '3/4',
  '⅛': '1/8',
  '⅜': '3/8',
  '⅝': '5/8',
  '⅞': '7/8',
}

/**
 * plainNumbers converts every script's digits to 0–9, ½ to 1/2, and the Arabic decimal sign to a
 * point.
 */
export function plainNumbers(text: string): string {
  return text
    .replace(/(\d?)\s*([½⅓⅔¼¾⅛⅜⅝⅞])/gu, (_, before: string, glyph: string) =>
      [before, fractions[glyph]].filter(Boolean).join(' '),
    )
    .replace(/\p{Nd}/gu, plainDigit)
    .replace(/⁄/gu, '/')
    .replace(/٫/gu, '.')
}

// A script's digits are consecutive, from 0 to 9.
function plainDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  if (code < 128) return digit
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String(code - zero)
}

/** readNumber parses 4, 2.5, 2,5, 1/2 and 1 1/2; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  const found = /^(?:(\d+) )?(\d+)\/(\d+)$|^(\d+(?:[.,]\d+)?)$/u.exec(text)
  if (!found) return undefined
  if (found[4] !== undefined) return Number(found[4].replace(',', '.'))
  return Number(found[3]) === 0 ? undefined : Number(found[1] ?? 0) + Number(found[2]) / Number(found[3])
}
