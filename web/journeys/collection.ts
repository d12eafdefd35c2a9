// A cook's whole way with a collection, on the phone: make web-import. They bring in a Paprika archive of
// LARDER_IMPORT_RECIPES, a file of recipes as `larder import` reads it (without it, 401 made-up ones), close the app
// half-way, open it again, see all of it, and take it back. Then each format that keeps everything is exported and brought
// into an empty larder, which has the same recipes afterwards.
import { chromium, expect, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { writeMany } from './many'
import { binary, startLarder, type Larder } from './server'

const recipes = process.env['LARDER_IMPORT_RECIPES'] ?? writeMany(401)
const password = 'a little salt goes far'
const patience = 300_000

const say = (what: string, began: number) =>
  process.stdout.write(
    `${what.padEnd(70)} ${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s\n`,
  )

const run = (larder: Larder, ...args: string[]) =>
  execFileSync(binary, args, { input: password, env: { ...process.env, LARDER_DATA_DIR: larder.dataDir } })

/** loggedIn returns a way to call a larder's API as a cook. */
async function loggedIn(larder: Larder, username: string) {
  const data = JSON.stringify({ username, password })
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(new URL('/api/session', larder.url), { method: 'POST', headers, body: data })
  const { token } = (await answer.json()) as { token: string }
  return (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, larder.url), { ...init, headers: { Authorization: `Bearer ${token}` } })
}

type Api = Awaited<ReturnType<typeof loggedIn>>

/** contents returns what a cook wrote of each recipe, in an order of its own. */
async function contents(api: Api): Promise<string[]> {
  const lines = (await (await api('/api/export?format=larder')).text()).trim().split('\n').filter(Boolean)
  const given = new Set(['id', 'version', 'created_at', 'updated_at', 'files'])
  return lines
    .map((line) => Object.entries(JSON.parse(line) as object).filter(([field]) => !given.has(field)))
    .map((fields) => JSON.stringify(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)))))
    .sort()
}

/** expectSame fails with the first recipes that differ, not with all that are the same. */
function expectSame(found: string[], wanted: string[], what: string) {
  const [has, wants] = [new Set(found), new Set(wanted)]
  const differing = [found.filter((each) => !wants.has(each)), wanted.filter((each) => !has.has(each))]
  const few = differing.map((each) => each.slice(0, 2))
  expect({ count: found.length, differing: differing[1]?.length, few }, what).toEqual({
    count: wanted.length,
    differing: 0,
    few: [[], []],
  })
}

/** bringIn imports a file by the API, and waits for it. */
async function bringIn(api: Api, name: string, content: Blob) {
  const body = new FormData()
  body.append('file', content, name)
  const { id } = (await (await api('/api/imports', { method: 'POST', body })).json()) as { id: string }
  const state = async () =>
    ((await (await api(`/api/imports/${id}`)).json()) as { state: string; reason?: string }).state
  await expect.poll(state, { timeout: patience }).toBe('done')
}

async function onThePhone(page: Page, larder: Larder, archive: Buffer, all: number) {
  await page.goto(larder.url)
  await page.getByLabel('Name').fill('bea')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('link', { name: 'Add' }).first().click()
  await page.getByRole('link', { name: 'From an address, a text or a file' }).click()
  const began = performance.now()
  await page
    .getByLabel('Choose a file')
    .setInputFiles({ name: 'mine.paprikarecipes', mimeType: 'application/octet-stream', buffer: archive })
  await expect(page.getByRole('heading', { name: `${all} recipes were found` })).toBeVisible({
    timeout: patience,
  })
  say(`${all} recipes are shown`, began)
}

/** halfWay waits until half of an import is done, and not all of it. */
async function halfWay(page: Page) {
  const bar = page.getByRole('progressbar')
  const part = async () => Number(await bar.getAttribute('value')) / Number(await bar.getAttribute('max'))
  await expect.poll(part, { timeout: patience, intervals: [50] }).toBeGreaterThanOrEqual(0.4)
}

async function goOn(page: Page, larder: Larder, all: number, began: number) {
  await page.goto(new URL('/import', larder.url).href)
  await page.getByRole('link', { name: /mine\.paprikarecipes/ }).click()
  await expect(page.getByRole('heading', { name: `${all} recipes were added` })).toBeVisible({
    timeout: patience,
  })
  say('all of them are in the larder', began)
  await expect(page.getByRole('region', { name: `${all} recipes were added` }).getByRole('link')).toHaveCount(
    all,
  )
  await page.getByRole('link', { name: 'Recipes' }).first().click()
  await expect(page.getByText(`${all} recipes`, { exact: true })).toBeVisible({ timeout: patience })
}

async function takeBack(page: Page, all: number) {
  const began = performance.now()
  await page.goBack()
  await page.getByRole('button', { name: `Take back all ${all} recipes` }).click()
  await expect(page.getByText('Taken back', { exact: true })).toBeVisible({ timeout: patience })
  say('all of them are taken back', began)
}

const larder = await startLarder('--addr', '127.0.0.1:0')
const empty = await startLarder('--addr', '127.0.0.1:0')
try {
  for (const name of ['ada', 'bea']) run(larder, 'user', 'add', name, '--password-stdin')
  run(larder, 'import', '--user', 'ada', '--duplicates', 'keep', recipes)
  const ada = await loggedIn(larder, 'ada')
  const wanted = await contents(ada)
  const all = wanted.length
  const archive = Buffer.from(await (await ada('/api/export?format=paprika')).arrayBuffer())

  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const phone = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
    locale: 'en-GB',
  })
  const page = await phone.newPage()
  await onThePhone(page, larder, archive, all)
  const began = performance.now()
  await page.getByRole('button', { name: 'Bring them in' }).click()
  await halfWay(page)
  say('the app is closed half-way', began)
  await page.close()
  const again = await phone.newPage()
  await goOn(again, larder, all, began)
  const bea = await loggedIn(larder, 'bea')
  expectSame(await contents(bea), wanted, 'what bea has')
  await takeBack(again, all)
  expect(await contents(bea), 'what bea has').toEqual([])
  await browser.close()

  for (const format of ['larder', 'json-ld', 'paprika']) {
    const since = performance.now()
    run(empty, 'user', 'add', format, '--password-stdin')
    const cook = await loggedIn(empty, format)
    await bringIn(cook, `export.${format}`, await (await ada(`/api/export?format=${format}`)).blob())
    expectSame(await contents(cook), wanted, `after ${format}`)
    say(`exported as ${format} and brought into an empty larder: ${all} equal`, since)
  }
} finally {
  await larder.stop()
  await empty.stop()
}
