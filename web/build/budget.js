// Fails if the app has become too heavy for a phone in a kitchen: how much JavaScript, as sent, the
// first page loads, and how much each further page adds.
import { readFileSync, statSync } from 'node:fs'

const firstLoad = 200 * 1024
const perRoute = 60 * 1024

const root = new URL('../dist/app/', import.meta.url)
const chunks = JSON.parse(readFileSync(new URL('chunks.json', root)))

function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const each of chunks[name].imports ?? []) withImports(each, seen)
  return seen
}

// Every browser accepts gzip; brotli is even smaller.
function sizeOf(name) {
  const { file } = chunks[name]
  const packed = statSync(new URL(`${file}.gz`, root), { throwIfNoEntry: false })
  return packed?.size ?? statSync(new URL(file, root)).size
}

const sum = (names) => [...names].reduce((total, name) => total + sizeOf(name), 0)
// The page starts the app at once, though in steps (src/app/start.ts).
const begun = chunks['index.html'].dynamicImports
const first = new Set(['index.html', ...begun].flatMap((name) => [...withImports(name)]))
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
const tooMuch = []

function check(what, bytes, limit) {
  const line = `${what.padEnd(24)} ${kilobytes(bytes).padStart(9)} of ${kilobytes(limit)}`
  console.log(line)
  if (bytes > limit) tooMuch.push(line)
}

check('first load', sum(first), firstLoad)
for (const [name, chunk] of Object.entries(chunks)) {
  if (!chunk.isDynamicEntry || begun.includes(name)) continue
  check(name.replace(/^src\//, ''), sum([...withImports(name)].filter((each) => !first.has(each))), perRoute)
}
if (tooMuch.length > 0) {
  console.error(`too much JavaScript:\n  ${tooMuch.join('\n  ')}`)
  process.exit(1)
}
