// The times in a step: "for 12 minutes", "1 1/2 hours", "45–60 Min.", "1h30", "an hour and a half",
// "نصف ساعة". Ambiguous text isn't a time: a timer that rings too early or too late is worse than
// none.
import { abbreviations, timeWords, type TimeWords } from './timeWords'

export interface Found {
  /** The time's position in the text. */
  start: number
  end: number
  /** How long; for a range its shorter end: someone told 45 to 60 minutes checks after 45. */
  seconds: number
  /** The longer end of a range. */
  longest?: number
}

/** A time that may still be joined with its neighbours. */
interface Part extends Found {
  /** Seconds of its smallest unit. */
  unit: number
  /** An abbreviation such as "std" or "min", after which a full stop doesn't end the sentence. */
  short: boolean
}

const shortest = 5
const longest = 48 * 3600

const space = String.raw`[\s\u00AD-]+`
const letter = String.raw`\p{L}\p{N}\p{M}`
const fraction = String.raw`\d[/⁄]\d(?!\d)`
const digits = String.raw`(?:\d+(?:\s+|\s*-)${fraction}|\d+\s?[½¼¾⅓⅔]|\d+[.,٫]\d+|\d+[/⁄]\d+|\d+:[0-5]\d|\d+|[½¼¾⅓⅔])`
const dash = String.raw`\s*[-‐‑–—−]\s*`
// "1h30": the digits that follow are handled later.
const unitEnd = String.raw`(?:(?![${letter}])|(?=[0-5]\d(?!\d)))`
const noMeasure = String.raw`(?!\s+(?:of|cups?|tea|table|pints?|pounds?|tasse|becher|packung|tazas?|tazza))`

const glyphs: Record<string, number> = { '½': 0.5, '¼': 0.25, '¾': 0.75, '⅓': 1 / 3, '⅔': 2 / 3 }

/** findTimes finds the times in a step, in any supported language. */
export function findTimes(text: string): Found[] {
  // Digits of other scripts have the same length as Latin ones, so positions in the text don't
  // change.
  const latin = text
    .replace(/[٠-٩]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(digit)))
    .replace(/[۰-۹]/g, (digit) => String('۰۱۲۳۴۵۶۷۸۹'.indexOf(digit)))
  return join(
    latin,
    withoutOverlaps(readers().flatMap((read) => read(latin))).map((part) => withMinutes(latin, part)),
  )
    .filter(({ seconds }) => seconds >= shortest && seconds <= longest)
    .map(({ start, end, seconds, longest: max }) => ({
      start,
      end,
      seconds,
      ...(max !== undefined && max > seconds && max <= longest && { longest: max }),
    }))
}

let made: ((text: string) => Part[])[] | undefined
// Built when the first step is shown.
function readers() {
  return (made ??= timeWords.map(readerOf))
}

// The earliest, and of those the longest: "1 heure et demie" is more than "1 heure".
function withoutOverlaps(parts: Part[]): Part[] {
  const sorted = parts.sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: Part[] = []
  for (const part of sorted) if (part.start >= (kept.at(-1)?.end ?? 0)) kept.push(part)
  return kept
}

function readerOf(words: TimeWords): (text: string) => Part[] {
  const values = new Map(expand(words.numbers))
  const parts = expand(words.parts)
  const number = String.raw`(?:${digits}|(?:${alternatives(words.numbers)})(?![${letter}]))`
  const half = parts.length > 0 ? String.raw`(?:${alternatives(words.parts)})` : '(?!)'
  const and = anyOf(words.and)
  const more = String.raw`(?:${space}(?:${anyOf(words.between_number_and_unit) || '(?!)'}))?`
  const full = [...words.units, ...words.alone]
  const unit = String.raw`(?:${alternatives([...full, ...abbreviations])})`
  const to = String.raw`(?:${dash}|${space}(?:${anyOf(words.to)})\s+|(?<=(?<![${letter}])(?:${anyOf(words.between)})\s[^.,;]{1,24})\s+(?:${and})\s*)`
  const prefix = words.prefixes ? `[${words.prefixes}]?` : ''
  const amount = String.raw`(?<low>${number})(?:${space}(?:(?<lowHalf>${half})|(?:${and})${space}(?<lowPart>${fraction}|[½¼¾⅓⅔])))?`
  const range = String.raw`(?:${to}(?<high>${number})(?:${space}(?<highHalf>${half}))?)?`
  const counted = String.raw`${amount}${range}${more}(?:${space}|\s*)(?<unit>${unit})${unitEnd}(?:\s+(?<half>${half})(?![${letter}])${noMeasure})?`
  const alone = String.raw`(?<alone>${alternatives(words.alone)})(?![${letter}])(?:\s+(?<aloneHalf>${half})(?![${letter}])${noMeasure})?`
  // "hora y media": without a number, only if a part follows.
  const oneAnd = String.raw`(?<one>${alternatives(words.units)})\s+(?<oneHalf>${half})(?![${letter}])${noMeasure}`
  const clock = words.clock ? String.raw`(?<!(?:^|\s)(?:${anyOf(words.clock)})\s+)` : ''
  const pattern = new RegExp(
    String.raw`(?<![${letter}]|\d[/⁄.,:])(?<prefix>${prefix})${clock}(?:${counted}|${alone}|${oneAnd})`,
    'giu',
  )
  const valueOf = (said: string | undefined) => (said === undefined ? 0 : (lookUp(parts, said) ?? 0))
  const secondsOf = (said: string) => lookUp(expand([...full, ...abbreviations]), said) ?? 0
  const isShort = (said: string) => lookUp(expand(abbreviations), said) !== undefined

  return (text) => {
    const found: Part[] = []
    for (const match of text.matchAll(pattern)) {
      const groups = match.groups ?? {}
      const start = match.index + (groups['prefix'] ?? '').length
      const place = { start, end: match.index + match[0].length }
      const bare = groups['alone'] ?? groups['one']
      if (bare !== undefined) {
        const unit = secondsOf(bare)
        const whole = groups['alone'] !== undefined && unit > 3600 ? 3600 : unit // ساعتين ونصف is two hours plus half of one
        const rest = valueOf(groups['aloneHalf'] ?? groups['oneHalf']) * whole
        found.push({ ...place, seconds: Math.round(unit + rest), unit: 60, short: false })
        continue
      }
      const name = groups['unit'] ?? ''
      const said = groups['low'] ?? ''
      if (isShort(name) && !/\d|[½¼¾⅓⅔]/.test(said)) continue // "en min" is not a minute
      const unit = secondsOf(name)
      const read = (each: string) => numberOf(each, unit) ?? lookUp([...values], each)
      const low = read(said)
      if (low === undefined || low === null) continue
      const more = valueOf(groups['lowHalf']) + (numberOf(groups['lowPart'] ?? '0', unit) as number)
      const after = valueOf(groups['half'])
      const high = groups['high'] === undefined ? undefined : read(groups['high'])
      const highHalf = valueOf(groups['highHalf'])
      const range = rangeOf(low, typeof high === 'number' ? high + highHalf : high)
      if (!range) continue
      const [least, most] = range
      // Text before the number that counts is a temperature or a step number.
      const from =
        least === low || Array.isArray(low) ? start : start + match[0].lastIndexOf(groups['high'] ?? '')
      found.push({
        start: from,
        end: place.end,
        seconds: Math.round((least + more + (most === undefined ? after : 0)) * unit),
        ...(most !== undefined && { longest: Math.round((most + after) * unit) }),
        unit: after || more ? 60 : unit >= 900 && unit < 3600 ? 60 : unit,
        short: isShort(name),
      })
    }
    return found
  }
}

// A number, or the two of a range ("10/15 minuti"). Null if ambiguous.
function rangeOf(
  low: number | [number, number],
  high: number | [number, number] | null | undefined,
): [number, number?] | null {
  if (Array.isArray(low)) return high === undefined ? low : null
  if (high === undefined) return [low]
  if (high === null || Array.isArray(high)) return null
  if (high <= low) return [high]
  return [low, high]
}

/** numberOf parses digits: undefined for words, null if ambiguous. */
function numberOf(text: string, unit: number): number | [number, number] | null | undefined {
  if (!/[\d½¼¾⅓⅔]/.test(text)) return undefined
  const clock = /^(\d+):(\d\d)$/.exec(text)
  if (clock) return unit > 1 ? Number(clock[1]) + Number(clock[2]) / 60 : null
  const decimal = /^(\d+)[.,٫](\d+)$/.exec(text)
  if (decimal) {
    const [, whole = '', part = ''] = decimal
    // 1.30 h is as often one hour thirty as 1.3 hours; 1.000 is a thousand or one.
    if (part.length > 2 || (part.length === 2 && unit >= 3600 && !/^(?:25|50|75|00)$/.test(part))) return null
    return Number(`${whole}.${part}`)
  }
  const slashed = /^(\d+)[/⁄](\d+)$/.exec(text)
  if (slashed) return slashedOf(Number(slashed[1]), Number(slashed[2]), unit)
  const mixed = /^(\d+)\D+(\d)[/⁄](\d)$/.exec(text)
  if (mixed) return Number(mixed[1]) + Number(mixed[2]) / Number(mixed[3] === '0' ? NaN : mixed[3])
  const glyph = /[½¼¾⅓⅔]/.exec(text)?.[0]
  return Number(/^\d+/.exec(text)?.[0] ?? 0) + (glyph ? (glyphs[glyph] ?? 0) : 0)
}

function slashedOf(above: number, below: number, unit: number): number | [number, number] | null {
  if (above >= below) return null // a temperature: 180/160
  if (![2, 3, 4, 8].includes(below)) return [above, below]
  // Three quarters of a minute, or three to four of them.
  return unit < 900 && above > 1 ? null : above / below
}

/**
 * withMinutes adds minutes without a unit that follow hours: "1h30", "1 h 30 à 180 °C", "1h 30m".
 */
function withMinutes(text: string, part: Part): Part {
  if (part.unit !== 3600 && part.unit !== 60) return part
  if (part.longest !== undefined || part.seconds % part.unit !== 0) return part
  const rest = text.slice(part.end)
  const small = part.unit === 3600 ? 'm|mn|mins?|minutes?|minuten' : 's|secs?|sek'
  const close = new RegExp(String.raw`^([0-5]?\d)(?:\s?(?:${small}))?(?![${letter}])`, 'iu').exec(rest)
  const apart =
    part.unit === 3600
      ? new RegExp(
          String.raw`^\.?\s([0-5]?\d\s?m|[0-5]\d)(?![${letter}]|[.,:/]\d)(?=\s*(?:$|[.,;:!?)])|\s+(?:${prepositions})(?![${letter}]))`,
          'iu',
        ).exec(rest)
      : null
  const found = close ?? apart
  if (!found) return part
  const more = parseInt(found[1] ?? '', 10)
  const unit = part.unit / 60
  return { ...part, seconds: part.seconds + more * unit, end: part.end + found[0].length, unit }
}

// Words that may follow the minutes, as in "1 heure 30 à 180 °C"; but "1 hour 30 cookies" names a
// food.
const prepositions =
  'à|a|at|au|aux|bei|in|im|en|dans|on|over|until|or|and|bis|auf|und|ou|et|environ|al|con|op|i|på|vid|tot|sur|under|with|mit|avec|etwa|lang|fino'

/** join merges "1 hour 30 minutes", and makes a range of "45 minutes to 1 hour". */
function join(text: string, parts: Part[]): Part[] {
  const summed: Part[] = []
  for (const part of parts) {
    const before = summed.at(-1)
    if (before && continues(text, before, part)) {
      if (part.longest !== undefined) before.longest = before.seconds + part.longest
      before.seconds += part.seconds
      before.end = part.end
      before.unit = part.unit
      before.short = part.short
    } else summed.push({ ...part })
  }
  const joined: Part[] = []
  for (const part of summed) {
    const before = joined.at(-1)
    const between = before ? text.slice(before.end, part.start) : ''
    if (
      before &&
      before.longest === undefined &&
      before.seconds < part.seconds &&
      rangeWords().test(between)
    ) {
      before.longest = part.longest ?? part.seconds
      before.end = part.end
    } else joined.push(part)
  }
  return joined
}

function continues(text: string, before: Part, part: Part): boolean {
  if (before.longest !== undefined || before.unit <= part.unit || before.seconds % before.unit !== 0)
    return false
  if (part.seconds >= before.unit || (part.longest ?? 0) >= before.unit) return false
  const between = text.slice(before.end, part.start)
  return andWords().test(before.short ? between.replace(/^\./, '') : between)
}

let ands: RegExp | undefined
function andWords() {
  return (ands ??= new RegExp(`^,?\\s*(?:${anyOf(timeWords.flatMap((each) => each.and))})?\\s*$`, 'iu'))
}

let ranges: RegExp | undefined
function rangeWords() {
  return (ranges ??= new RegExp(
    `^\\.?\\s*(?:[-–—]|${anyOf(timeWords.flatMap((each) => each.to))})\\s*$`,
    'iu',
  ))
}

function expand(table: [number, string[]][]): [string, number][] {
  return table.flatMap(([value, words]) => words.map((word): [string, number] => [word, value]))
}

// Longest first, so that "a couple of" isn't read as "a".
function alternatives(table: [number, string[]][]): string {
  return anyOf(table.flatMap(([, words]) => words))
}

function anyOf(words: string[]): string {
  return [...words]
    .sort((a, b) => b.length - a.length)
    .map(sourceOf)
    .join('|')
}

function sourceOf(word: string): string {
  return word.replaceAll(' ', space).replaceAll("'", `['’]\\s?`)
}

const patterns = new Map<string, RegExp>()
function lookUp(table: [string, number][], said: string): number | undefined {
  for (const [word, value] of table) {
    let pattern = patterns.get(word)
    if (!pattern) patterns.set(word, (pattern = new RegExp(`^(?:${sourceOf(word)})$`, 'iu')))
    if (pattern.test(said)) return value
  }
  return undefined
}
