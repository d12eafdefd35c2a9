// Which ingredients a step mentions. A food is recognized by whole words of its name, preferring
// the full name to a part, and by the head of a compound: "Brühe" matches "Rinderbrühe" on the
// list. A number is never a food.
import { fold } from '@/lib/words'

interface Line {
  text: string
  name: string
}

/** A word with accents, to split compounds, and without, to compare words. */
interface Word {
  written: string
  folded: string
}

/** One food of a line; "salt and pepper" has two. */
interface Food {
  position: number
  words: Word[]
  /** Which word names the food itself rather than its kind. */
  head: number
}

/** needsOf returns the positions of the ingredients that a step mentions. */
export function needsOf(step: string, ingredients: Line[]): number[] {
  const foods = ingredients.flatMap((line, position) => foodsOf(line, position))
  const said = wordsOf(step)
  const needed = new Set<number>()
  for (let at = 0; at < said.length;) {
    let best = { length: 1, rank: 0, positions: [] as number[] }
    for (const food of foods) {
      const match = matchAt(said, at, food)
      if (!match || match.rank < best.rank) continue
      if (match.rank > best.rank) best = { ...match, positions: [] }
      best.positions.push(food.position)
    }
    for (const position of best.positions) needed.add(position)
    at += best.length // the words of "sesame oil" don't also match another oil
  }
  return [...needed].sort((a, b) => a - b)
}

interface Match {
  length: number
  rank: number
}

// The longest run of the food's words here. Longer wins, then one with the head, then one that
// isn't part of a compound.
function matchAt(said: Word[], at: number, food: Food): Match | null {
  let best: Match | null = null
  for (let from = 0; from < food.words.length; from++) {
    let length = 0
    while (sameAt(said[at + length], food.words[from + length])) length++
    if (length === 0) continue
    const hasHead = from <= food.head && food.head < from + length
    if (!hasHead && length < 2 && !standsAlone(food, from)) continue
    if (length === 1 && doing.has(food.words[from]?.folded ?? '') && !introduced(said[at - 1])) continue
    const rank = length * 4 + (hasHead ? 2 : 0)
    if (!best || rank > best.rank) best = { length, rank }
  }
  if (best) return best
  const [word, head] = [said[at], food.words[food.head]]
  return word && head && isHeadOf(word, head) ? { length: 1, rank: 1 } : null
}

function sameAt(a: Word | undefined, b: Word | undefined): boolean {
  return a !== undefined && b !== undefined && sameWord(a.folded, b.folded)
}

// "The chicken" may mean the chicken thighs; but olives aren't the olive oil, and "brown" isn't the
// sugar.
function standsAlone(food: Food, at: number): boolean {
  const word = food.words[at]?.folded ?? ''
  return !kinds.has(word) && !madeOf.has(stem(food.words[food.head]?.folded ?? ''))
}

function introduced(before: Word | undefined): boolean {
  return before !== undefined && introducing.has(before.folded)
}

function foodsOf(line: Line, position: number): Food[] {
  const named = (line.name || withoutAmount(line.text)).replace(/\([^)]*\)?/g, ' ')
  const phrases = named.split(/[,;/&+]|\s(?:and|or|und|oder|et|ou|e|o|y|en|of|och|eller|أو)\s(?!tartar)/iu)
  // "of" splits "cloves of garlic" into measure and food.
  return phrases
    .map((phrase) => wordsOf(phrase).filter((word) => !measures.has(word.folded) && !little.has(word.folded)))
    .filter((words) => words.length > 0 && words.some((word) => !kinds.has(word.folded)))
    .map((words) => ({ position, words, head: headOf(words) }))
}

// The last word that isn't a kind; if a function word splits the name, as in "pommes de terre", any
// word will do.
function headOf(words: Word[]): number {
  for (let i = words.length - 1; i > 0; i--) if (!kinds.has(words[i]?.folded ?? '')) return i
  return 0
}

// For an unparsed line: the text before the first comma, without its amount.
function withoutAmount(text: string): string {
  return text.replace(/[\p{N}\p{No}]\S*/gu, ' ').split(',')[0] ?? ''
}

function wordsOf(text: string): Word[] {
  const found: Word[] = []
  for (const [written] of text
    .toLowerCase()
    .normalize('NFC')
    .matchAll(/[\p{L}\p{M}]{2,}/gu)) {
    const bare = written.replace(/^[وبلفك]?ال(?=\p{L}{2})/u, '')
    found.push({ written: bare, folded: fold(bare) })
  }
  return found
}

/**
 * Whether a word is the end of a compound: "Brühe" of "Rinderbrühe", "Öl" of "Olivenöl"; not "ham"
 * of "graham".
 */
function isHeadOf(said: Word, compound: Word): boolean {
  if (noCompounds.has(compound.folded)) return false
  if (said.written.length < 4 && !shortHeads.has(said.written)) return false
  return [said.written, singular(said.written)].some((head) =>
    [compound.written, singular(compound.written)].some(
      (whole) => whole.endsWith(head) && whole.length >= head.length + 3,
    ),
  )
}

// Good enough to compare the ends of German and Dutch words, where umlauts distinguish words.
function singular(word: string): string {
  return word.length > 5 ? word.replace(/(?<=[^aeiou]e|[lr])n$|(?<=[^s])s$/u, '') : word
}

/**
 * Singular and plural match: onion and onions, berry and berries, Zwiebel and Zwiebeln, pomodoro
 * and pomodori.
 */
function sameWord(a: string, b: string): boolean {
  if (a === b) return true
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (irregular.get(long) === short || irregular.get(short) === long) return true
  if (different.has(short) || different.has(long)) return false
  if (stem(a) === stem(b)) return true
  if (short.length < 3 || short === long) return false
  if (long.startsWith(short)) {
    const ending = long.slice(short.length)
    return short.length === 3 ? /^e?s$/.test(ending) : /^(?:s|es|n|en|e|x)$/.test(ending)
  }
  // Italian: cipolla and cipolle, pomodoro and pomodori.
  const same = short.length === long.length && short.length > 4 && short.slice(0, -1) === long.slice(0, -1)
  return same && /^(?:oi|io|ae|ea|ei|ie)$/.test(`${short.at(-1)}${long.at(-1)}`)
}

function stem(word: string): string {
  if (word.length < 5) return word
  return word
    .replace(/ies$/, 'y')
    .replace(/ves$/, 'f')
    .replace(/(?<=s|x|z|ch|sh|o)es$/, '')
    .replace(/(?<=[^su])s$/, '')
}

const setOf = (words: string) => new Set(words.split(' ').map(fold))

const irregular = new Map([
  ['eier', 'ei'],
  ['eiern', 'ei'],
  ['eieren', 'ei'],
  ['uien', 'ui'],
  ['ole', 'ol'],
  ['krauter', 'kraut'],
  ['krautern', 'kraut'],
  ['blatter', 'blatt'],
  ['blattern', 'blatt'],
  ['huhner', 'huhn'],
  ['leaves', 'leaf'],
  ['loaves', 'loaf'],
  ['halves', 'half'],
  ['geese', 'goose'],
  ['uova', 'uovo'],
  ['oeufs', 'oeuf'],
  ['tomaten', 'tomaat'],
])

// Words that merely look like each other's plural.
const different = setOf('pasta paste ein eine eins eis chick chicken corner beaten toast')

// Heads too short to be recognized as an ending: many words end in "ei" or "eis".
const shortHeads = new Set(['öl', 'tee', 'rum'])

// Words that look like a compound but aren't: garlic isn't a leek.
const noCompounds = setOf(
  'knoblauch schnittlauch pineapple eggplant licorice horseradish peppercorn peppercorns brei',
)

// Foods made of what precedes them, which alone means something else.
const madeOf = setOf(
  'oil stock broth bouillon powder sauce paste vinegar juice flour extract essence sugar cream milk butter syrup seed starch water wine beer cheese jam jelly zest peel noodle bread crumb puree ketchup liqueur salt öl essig brühe saft mehl zucker sahne milch sirup mark soße sosse paste pulver wein käse kerne',
)

// A verb that is also a food counts as a food only after "the", "with" and the like: "peel the
// oranges".
const doing = setOf('peel zest juice cream mince season dressing grease spice')
const introducing = setOf(
  'the with and of add in its this that some more remaining rest half all or die der das den dem mit und etwas',
)

const measures = setOf(
  'cup cups tbsp tsp tablespoon tablespoons teaspoon teaspoons pinch dash can cans tin tins jar jars packet packets pack package bag inch inches piece pieces clove cloves slice slices stick sticks stalk stalks sprig sprigs bunch bunches handful head heads ear ears pound pounds ounce ounces gram grams kilo litre litres liter liters bottle box glass quart pint gallon el tl msp prise prisen bund zehe zehen dose dosen packung päckchen becher stück stücke scheibe scheiben gramm liter tasse tassen kg ml cl dl lb lbs oz cm mm',
)

const little = setOf(
  'a an the of to for in into from with without about at as on by each your more plus optional taste de la le les du des di da del della dell al el los las il lo gli und oder mit für zum zur der die das den dem von vom aus etwas nach van het med av till',
)

// Words for a kind of food, which also describe other things.
const kinds = setOf(
  'fresh freshly large small medium big chopped sliced diced grated minced ground crushed peeled cooked cut dried dry hot cold warm cool whole half halves extra thick thin fine finely coarse coarsely soft softened melted raw ripe firm plain all purpose self raising rising baking cooking frying heavy light double single sour sweet bitter unsalted salted brown white black red green yellow dark golden blue purple boneless skinless lean low fat free good best quality virgin spring winter summer room temperature boiling frisch frische frischer frisches groß große grosse großer klein kleine kleiner mittel mittelgroße rote roter rotes weiß weiße weißer braun brauner schwarzer schwarze grüne grüner gelbe heiß heißes kalt kaltes warm warmes lauwarm gehackt gehackte gerieben geriebener gemahlen weich weiche getrocknet getrocknete blanc blanche rouge vert noir frais fraîche rosso bianco nero rojo blanco negro',
)
