// Timers that are read out of a step's text: "for 12 minutes", "1 1/2 hours", "20–25 min", "2 Stunden", "١٠ دقائق".

export interface Found {
  /** Where the time stands in the text. */
  start: number
  end: number
  seconds: number
}

const units: [RegExp, number][] = [
  [/^(?:s|sec|secs|seconds?|sek|sekunden?|ثانية|ثوان|ثواني)$/i, 1],
  [/^(?:m|min|mins|minutes?|minuten?|دقيقة|دقائق)$/i, 60],
  [/^(?:h|hr|hrs|hours?|std|stunden?|ساعة|ساعات)$/i, 3600],
]
const words: Record<string, number> = {
  'half an': 0.5,
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  ten: 10,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  'eine halbe': 0.5,
  eine: 1,
  einer: 1,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  zehn: 10,
  fünfzehn: 15,
  zwanzig: 20,
  dreißig: 30,
}
const fractions: Record<string, number> = { '½': 0.5, '¼': 0.25, '¾': 0.75, '⅓': 1 / 3, '⅔': 2 / 3 }

const number = String.raw`(?:\d+(?:[.,]\d+)?(?:\s+\d\/\d|\s*[½¼¾⅓⅔])?|\d\/\d|[½¼¾⅓⅔])`
const word = Object.keys(words)
  .sort((a, b) => b.length - a.length)
  .join('|')
const unit = String.raw`seconds?|secs?|sekunden?|sek|minutes?|minuten?|mins?|hours?|hrs?|stunden?|std|h|ثانية|ثوان|ثواني|دقيقة|دقائق|ساعة|ساعات`
const time = new RegExp(
  String.raw`(?<![\p{L}\p{N}/.,])(${number}|(?:${word})(?=\s))(?:\s*(?:-|–|to|bis|or|oder|إلى)\s*(${number}))?\s*(${unit})(?![\p{L}\p{N}])`,
  'giu',
)

/** findTimes finds the times of a step. A range is its longer end: one looks earlier, but the bell comes last. */
export function findTimes(text: string): Found[] {
  const found: Found[] = []
  // Arabic digits are as long as Latin ones, so that places in the text stay.
  const latin = text.replace(/[٠-٩]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(digit)))
  for (const match of latin.matchAll(time)) {
    const [all, first = '', second, name = ''] = match
    const seconds = Math.round(valueOf(second ?? first) * secondsOf(name))
    if (seconds < 5 || seconds > 48 * 3600) continue
    const before = found.at(-1)
    // "1 hour 30 minutes" is one time.
    const between = before ? latin.slice(before.end, match.index) : ''
    if (before && before.seconds % 3600 === 0 && seconds < 3600 && /^\s*(?:and|und|و)?\s*$/.test(between)) {
      before.seconds += seconds
      before.end = match.index + all.length
    } else {
      found.push({ start: match.index, end: match.index + all.length, seconds })
    }
  }
  return found
}

function valueOf(text: string): number {
  const known = words[text.toLowerCase()]
  if (known !== undefined) return known
  let sum = 0
  for (const part of text
    .replace(/[½¼¾⅓⅔]/g, (glyph) => ` ${fractions[glyph]} `)
    .trim()
    .split(/\s+/)) {
    const [above = '0', below] = part.split('/')
    sum += Number(above.replace(',', '.')) / Number(below ?? 1)
  }
  return sum
}

function secondsOf(name: string): number {
  return units.find(([pattern]) => pattern.test(name))?.[1] ?? 60
}

/** needsOf gives the ingredients whose name a step speaks of, by their positions. */
export function needsOf(
  step: string,
  ingredients: { text: string; name: string }[],
  fold: (text: string) => string,
): number[] {
  const said = fold(step).match(/[\p{L}\p{N}]{3,}/gu) ?? []
  return [...ingredients.keys()].filter((position) => {
    const line = ingredients[position]
    const named = fold((line?.name || line?.text || '').replace(/\(.*?\)/g, ' ').split(',')[0] ?? '')
    return (named.match(/[\p{L}\p{N}]{3,}/gu) ?? []).some(
      (each) => !common.has(each) && said.some((word) => sameWord(word, each)),
    )
  })
}

// Words of an ingredient line that say nothing about which ingredient it is.
const common = new Set(
  'cup cups tbsp tsp tablespoon tablespoons teaspoon teaspoons and the for with fresh large small medium chopped sliced diced grated optional taste about can cans inch pieces piece clove cloves hot cold warm dry dried ground whole half into cut oder und mit für frisch gross klein etwas gramm'.split(
    ' ',
  ),
)

// Singular and plural, which is enough for the words of one recipe: onion and onions, berry and berries.
function sameWord(a: string, b: string): boolean {
  const [short, long] = [a, b]
    .map((each) => each.replace(/ies$/, 'y'))
    .sort((x, y) => x.length - y.length) as [string, string]
  return (
    short === long ||
    (short.length >= 3 && long.startsWith(short) && /^(?:s|es|n|en|e)$/.test(long.slice(short.length)))
  )
}
