// Lighthouse as a phone sees the app, on a cook's list and on a recipe: make web-lighthouse. Prints the scores and
// fails below what we hold ourselves to. Its performance is a measurement: only a quiet machine's figure counts.
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import start, { binary } from './server'

const least = { performance: 95, accessibility: 100, 'best-practices': 100 }
const samples =
  process.env['LARDER_SAMPLES'] ?? fileURLToPath(new URL('../../samples/recipes.jsonl', import.meta.url))
const credentials = { username: 'ada', password: 'a little salt goes far' }

const stop = await start()
const url = (path: string) => new URL(path, process.env['LARDER_URL']).href
try {
  execFileSync(binary, ['user', 'add', 'ada', '--grocery', '--password-stdin'], {
    input: credentials.password,
  })
  execFileSync(binary, ['import', '--user', 'ada', samples])
  const session = await logIn()
  const pages = { list: '/', recipe: `/recipes/${await firstRecipe(session)}` }
  for (const [name, path] of Object.entries(pages)) {
    if (!(await holds(name, path, session))) process.exitCode = 1
  }
} finally {
  await stop()
}

async function logIn() {
  const response = await fetch(url('/api/session'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(credentials),
  })
  if (!response.ok) throw new Error(`log in: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function firstRecipe(session: string) {
  const response = await fetch(url('/api/recipes?limit=1'), { headers: { Cookie: session } })
  const { items } = (await response.json()) as { items: { id: string }[] }
  const id = items[0]?.id
  if (!id) throw new Error('nothing was imported')
  return id
}

async function holds(name: string, path: string, session: string) {
  const chrome = await launch({
    ...(process.env['CHROMIUM'] ? { chromePath: process.env['CHROMIUM'] } : {}),
    chromeFlags: ['--headless=new', '--no-sandbox'],
  })
  try {
    const result = await lighthouse(url(path), {
      port: chrome.port,
      logLevel: 'error',
      onlyCategories: Object.keys(least),
      extraHeaders: { Cookie: session },
    })
    if (!result) throw new Error(`Lighthouse gave nothing for ${path}`)
    const { categories, audits } = result.lhr
    let whole = true
    for (const [category, wanted] of Object.entries(least)) {
      const score = Math.round((categories[category]?.score ?? 0) * 100)
      process.stdout.write(
        `${name.padEnd(8)} ${category.padEnd(16)} ${String(score).padStart(3)} of ${wanted}\n`,
      )
      whole &&= score >= wanted
    }
    for (const audit of Object.values(audits)) {
      if (audit.score !== null && audit.score < 0.9) {
        process.stdout.write(`  ${audit.id}: ${audit.displayValue ?? audit.title}\n`)
      }
    }
    const report = process.env['LIGHTHOUSE_REPORT']
    if (report) writeFileSync(`${report}-${name}.json`, JSON.stringify(result.lhr))
    return whole
  } finally {
    chrome.kill()
  }
}
