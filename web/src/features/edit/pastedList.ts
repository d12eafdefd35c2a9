// A pasted list: its lines become rows, without list markers, and its headings become headings.
import { newRow, type Row } from './form'

export type Kind = 'ingredients' | 'steps'

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u

/** isList reports whether a pasted text has several lines. */
export const isList = (text: string) => lineBreak.test(text.trim())

/**
 * parseList converts a list to rows: it drops bullets and numbers, and "For the sauce:" becomes a
 * heading.
 */
export function parseList(text: string, kind: Kind): Row[] {
  const lines = text.split(lineBreak).map((line) => line.replace(/[\s\u200b\ufeff]+/gu, ' ').trim())
  const written = lines.filter((line) => line !== '')
  // If everything is in capitals, they mean nothing.
  const capitalsMark = written.some((line) => /\p{Ll}/u.test(line))
  return written.flatMap((line) => {
    const clean = withoutMark(line, kind)
    if (clean === '') return []
    const heading =
      headingMarked(line) ?? headingOf(clean) ?? (capitalsMark && inCapitals(clean) ? clean : undefined)
    return [heading === undefined ? newRow(clean) : newRow(heading, 'section')]
  })
}

const bullet = /^(?:[-*+•‣◦⁃∙·●○▪▫■□▢☐☑☒✓✔❏►▶➤→–—]|\[[ xX]?\]|o\t)(?=\s|[^\s\d-])\s*|^[-*•–](?=\d)/u
const numbered = /^\(?\d{1,2}[.)](?=\s)\s*/u
const stepNumbered =
  /^(?:step|schritt|étape|etape|paso|passo|passaggio|stap|steg|الخطوة|خطوة)\s*\p{Nd}{1,2}\s*(?:[:.)–-]\s*|$)/iu

function withoutMark(line: string, kind: Kind): string {
  const clean = line
    .replace(/^#+\s*/u, '')
    .replace(bullet, '')
    .replace(/^\[[ xX]?\]\s*/u, '')
  const plain = clean.replace(/^(\*\*|__)(.+)\1(:?)$/u, '$2$3')
  return plain
    .replace(kind === 'steps' ? stepNumbered : numbered, '')
    .replace(numbered, '')
    .trim()
}

// A Markdown heading.
function headingMarked(line: string): string | undefined {
  const found =
    /^#{1,6}\s+(.+?)\s*:?\s*#*$/u.exec(line) ?? /^(?:\*\*|__)([^*_]+?):?(?:\*\*|__):?$/u.exec(line)
  return found?.[1]?.trim()
}

// How a heading begins, in the languages in which ingredient lines are parsed.
const forThe = new RegExp(
  '^(?:' +
    [
      'for (?:the|your|a|an|each) ',
      'for (?:serving|garnish|decoration|decorating|dusting|assembly|assembling|brushing|sprinkling)$',
      'to (?:serve|garnish|finish|assemble|decorate)$',
      'f(?:ü|ue)r (?:den|die|das|ein|eine|einen) ',
      'zum \\p{L}{3,}(?:en|ern)$',
      "pour (?:la |le |les |une? |l[’'])",
      "per (?:la |il |lo |le |gli |i |l[’'])",
      'para (?:la |el |los |las |una? )',
      'voor (?:de |het |een )',
      '(?:till|för) \\p{L}+(?:en|et)$',
      'لل\\p{L}{2,}',
    ].join('|') +
    ')',
  'iu',
)

/**
 * headingOf returns the text of a line that can only be a heading: one that ends in a colon, or
 * "For the crust" with nothing after it. Undefined for any other line.
 */
export function headingOf(line: string): string | undefined {
  const clean = line.trim()
  const colon = /^(.{1,80}?)\s*[:：]$/u.exec(clean)
  if (colon?.[1]) return colon[1].trim()
  const isShort = clean.length <= 60 && clean.split(' ').length <= 5
  const isPlain = !/[\p{Nd}½⅓⅔¼¾⅛.!?,;،؛]/u.test(clean)
  // "Für den Teig alles verkneten" is a step: a German heading ends in a noun.
  const isStep = /^f(?:ü|ue)r /iu.test(clean) && /\s\p{Ll}+$/u.test(clean)
  return isShort && isPlain && !isStep && forThe.test(clean) ? clean : undefined
}

// FÜR DEN TEIG. Three letters may be BBQ.
function inCapitals(line: string): boolean {
  const letters = line.match(/\p{L}/gu) ?? []
  return (
    letters.length > 3 &&
    line.length <= 60 &&
    !/\p{Nd}|[½⅓⅔¼¾]/u.test(line) &&
    letters.every((each) => /\p{Lu}/u.test(each))
  )
}
