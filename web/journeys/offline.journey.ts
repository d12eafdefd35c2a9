import type { Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './device'
import { address, expect, expectAccessible, test as base, type Cook } from './kitchen'
import { Way } from './way'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

// The app over a connection that can be cut, with the cook logged in and everything stored.
const test = base.extend<{ way: Way; desk: Page }>({
  way: async ({}, use) => {
    const way = await Way.to(address())
    await use(way)
    await way.close()
  },
  desk: async ({ page, cook, way }, use) => {
    await page.request.post(way.address('/api/session'), {
      data: { username: cook.name, password: cook.password },
    })
    await page.goto(way.address())
    await keptAll(page, cook)
    await use(page)
  },
})

async function listOf(cook: Cook) {
  const answer = await cook.api('/api/recipes?limit=100')
  return (await answer.json()) as { total: number; items: { id: string; name: string; version: number }[] }
}

async function idOf(cook: Cook, name: string) {
  const found = (await listOf(cook)).items.find((item) => item.name === name)
  if (!found) throw new Error(`the cook has no ${name}`)
  return found.id
}

/** keptAll waits until the app and all recipes are stored on the device, and the app knows that. */
async function keptAll(page: Page, cook: Cook) {
  const { total } = await listOf(cook)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await expect.poll(() => page.evaluate(countKept)).toBe(total)
}

function countKept(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open('larder')
    opened.onerror = () => reject(opened.error ?? new Error('no store'))
    opened.onsuccess = () => {
      const reading = opened.result.transaction(['recipes', 'notes'])
      const counted = reading.objectStore('recipes').count()
      const synced = reading.objectStore('notes').count('synced')
      reading.oncomplete = () => {
        opened.result.close()
        resolve(synced.result > 0 ? counted.result : 0)
      }
    }
  })
}

const strip = (page: Page) => page.getByText(/Offline, as of/)

// Offline, the app opens, searches, shows a recipe never opened here, and says how old it is.
test('read and search without a network', async ({ desk, way }) => {
  way.is('cut')
  await desk.reload()
  await expect(strip(desk)).toBeVisible()
  await expect(desk.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await expectAccessible(desk)

  await desk.getByRole('searchbox').fill('shaksuka')
  await desk.getByRole('link', { name: /Shakshuka/ }).click()
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
  await expect(desk.getByRole('checkbox').first()).toBeVisible()
  await expect(strip(desk)).toBeVisible()
  await expectAccessible(desk)

  way.is('open')
  await expect(strip(desk)).toBeHidden({ timeout: 20_000 })
})

// Foods, groups of foods and times narrow what is on this device by the server's rules.
test('eggs and no meat, without a network', async ({ desk, way }) => {
  way.is('cut')
  await desk.reload()
  await expect(strip(desk)).toBeVisible()
  await desk.getByRole('button', { name: 'Filter' }).click()
  const sheet = desk.getByRole('dialog', { name: 'Find and sort' })
  await sheet.getByRole('combobox', { name: 'With', exact: true }).fill('Egg')
  await desk.keyboard.press('Enter')
  await sheet.getByRole('combobox', { name: 'Without' }).fill('meat')
  await desk.keyboard.press('Enter')
  await sheet.getByRole('button', { name: '45 min' }).click()
  await sheet.getByRole('button', { name: 'Show recipes' }).click()
  await expect(desk.getByRole('list', { name: 'All recipes' }).getByRole('link')).toHaveText([/Shakshuka/])
})

// A connection that accepts requests but never answers is worse than none: after three seconds
// stored data is shown.
test('a network that hangs', { tag: '@once' }, async ({ desk, way, cook }) => {
  await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Never seen here' }),
  })
  await expect(desk.getByRole('link', { name: /Never seen here/ })).toBeVisible()
  way.is('hanging')
  await desk.reload()
  await expect(desk.getByRole('link', { name: /Rösti/ })).toBeVisible({ timeout: 3_500 })
  await expect(strip(desk)).toBeVisible()
  await desk.getByRole('searchbox').fill('never')
  await expect(desk.getByRole('link', { name: /Never seen here/ })).toBeVisible({ timeout: 3_500 })

  await desk.goto(way.address('/recipes/00000000-0000-4000-8000-000000000000'))
  await expect(desk.getByRole('alert')).toContainText('Not on this device', { timeout: 5_000 })
})

// Offline, there is a thumbnail of a recipe that got its picture on another device and was never
// viewed here.
test('a picture that nobody has looked at', { tag: '@once' }, async ({ desk, way, cook }) => {
  await desk.goto(way.address('/?q=shakshuka'))
  await expect(desk.getByRole('link', { name: /Shakshuka/ })).toBeVisible()
  const form = new FormData()
  form.append('file', new Blob([photo], { type: 'image/png' }), 'rösti.png')
  const attached = await cook.api(`/api/recipes/${await idOf(cook, 'Rösti')}/files`, {
    method: 'POST',
    body: form,
  })
  expect(attached.status).toBe(201)
  await expect.poll(() => desk.evaluate(countPictures)).toBe(1)

  way.is('cut')
  await desk.goto(way.address())
  const picture = desk.getByRole('link', { name: /Rösti/ }).locator('img')
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
})

async function countPictures() {
  return (await (await caches.open('larder.pictures')).keys()).length
}

// What another device adds, changes and deletes appears automatically.
test('the changes of another device', { tag: '@once' }, async ({ desk, cook }) => {
  await desk.getByRole('link', { name: /Rösti/ }).click()
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti')
  const id = await idOf(cook, 'Rösti')
  const change = (init: RequestInit) =>
    cook.api(`/api/recipes/${id}`, {
      ...init,
      headers: { 'Content-Type': 'application/json', ...init.headers },
    })
  await change({
    method: 'PUT',
    headers: { 'If-Match': '"1"' },
    body: JSON.stringify({ name: 'Rösti of Bern' }),
  })
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti of Bern')
  await change({ method: 'DELETE' })
  await expect(desk.getByRole('alert')).toContainText('This recipe is not here')
})

async function rename(page: Page, to: string) {
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name', { exact: true }).fill(to)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(to)
}

// Offline actions wait, are shown as waiting, survive a killed browser, and are sent in order.
test('a queue outlives a killed browser', { tag: '@once' }, async ({ way, cook, viewport }) => {
  test.setTimeout(90_000)
  const size = viewport ?? { width: 390, height: 844 }
  const profile = await mkdtemp(join(tmpdir(), 'larder-browser-'))
  const first = await startBrowser(profile, size)
  try {
    await first.page.goto(way.address())
    await first.page.getByLabel('Name').fill(cook.name)
    await first.page.getByLabel('Password', { exact: true }).fill(cook.password)
    await first.page.getByRole('button', { name: 'Log in' }).click()
    await expect(first.page.getByRole('link', { name: /Rösti/ })).toBeVisible()
    await keptAll(first.page, cook)
  } finally {
    await first.close()
  }
  const id = await idOf(cook, 'Rösti')

  way.is('cut')
  way.commands.length = 0
  const second = await startBrowser(profile, size)
  try {
    await second.page.goto(way.address(`/recipes/${id}`))
    await rename(second.page, 'Rösti of Bern')
    await rename(second.page, 'Rösti of Zürich')
    await second.page.getByRole('button', { name: 'Grocery' }).click()
    await second.page.getByRole('button', { name: /^Add \d+ things$/ }).click()
    await expect(second.page.getByText('when there is a network again')).toBeVisible()
    await second.page.getByRole('button', { name: 'Done' }).click()
    await second.page.goto(way.address('/recipes/new'))
    await second.page.getByLabel('Name', { exact: true }).fill('Written in a tunnel')
    await second.page.getByRole('button', { name: 'Save' }).click()
    await expect(second.page.getByRole('heading', { level: 1 })).toHaveText('Written in a tunnel')
    await expect(second.page.getByText('4 changes wait')).toBeVisible()
  } finally {
    await second.kill()
  }

  const third = await startBrowser(profile, size)
  try {
    await third.page.goto(way.address('/'))
    await expect(third.page.getByText('4 changes wait')).toBeVisible()
    await third.page.getByRole('button', { name: 'Show', exact: true }).click()
    const waiting = third.page.getByRole('dialog', { name: 'On the way' }).getByRole('listitem')
    await expect(waiting).toHaveText([/Change/, /Change/, /For the grocery list/, /New recipe/])
    await expectAccessible(third.page)
    await third.page.keyboard.press('Escape')

    way.is('open')
    await expect(third.page.getByText(/changes? waits?/)).toBeHidden({ timeout: 20_000 })
    await expect
      .poll(async () => (await listOf(cook)).items.map(({ name }) => name), { timeout: 20_000 })
      .toContain('Written in a tunnel')
  } finally {
    await third.kill()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }

  const created = await idOf(cook, 'Written in a tunnel')
  expect(way.commands.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `PUT /api/recipes/${id}`,
    `PUT /api/recipes/${id}`,
    `POST /api/recipes/${id}/grocery`,
    `PUT /api/recipes/${created}`,
  ])
  expect(new Set(way.commands.map((command) => command.key)).size).toBe(4)
  const { items } = await listOf(cook)
  expect(items.find((item) => item.id === id)).toMatchObject({ name: 'Rösti of Zürich', version: 3 })
})

// After a lost answer the app retries with the same key, and the command is done once.
test('an answer that is lost', { tag: '@once' }, async ({ desk, way, cook }) => {
  await desk.getByRole('link', { name: /Rösti/ }).click()
  const id = await idOf(cook, 'Rösti')
  await desk.getByRole('link', { name: 'Edit' }).click()
  await desk.getByLabel('Name', { exact: true }).fill('Rösti of Bern')
  way.is('loses answers')
  way.commands.length = 0
  await desk.getByRole('button', { name: 'Save' }).click()
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti of Bern')
  await expect(desk.getByText('1 change waits')).toBeVisible()
  way.is('open')
  await expect(desk.getByText('1 change waits')).toBeHidden({ timeout: 20_000 })
  expect(way.commands.length).toBeGreaterThan(1)
  expect(new Set(way.commands.map((command) => command.key)).size).toBe(1)
  expect((await listOf(cook)).items.find((item) => item.id === id)?.version).toBe(2)
})

// A waiting change that meets another device's doesn't overwrite it, and the cook sees both.
test('a change that waited meets another', async ({ desk, way, cook }) => {
  const id = await idOf(cook, 'Rösti')
  await desk.getByRole('link', { name: /Rösti/ }).click()
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti')
  way.is('cut')
  await rename(desk, 'Rösti of mine')
  await cook.api(`/api/recipes/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-Match': '"1"' },
    body: JSON.stringify({ name: 'Rösti of theirs' }),
  })
  way.is('open')
  await expect(desk.getByText('1 change could not be saved')).toBeVisible({ timeout: 20_000 })
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti of theirs')

  await desk.getByRole('button', { name: 'Show', exact: true }).click()
  await expectAccessible(desk)
  await desk.getByRole('button', { name: 'Edit again' }).click()
  await expect(desk.getByLabel('Name', { exact: true })).toHaveValue('Rösti of mine')
  await desk.getByRole('button', { name: 'Save' }).click()
  const conflict = desk.getByRole('dialog', { name: 'Changed on another device' })
  await expect(conflict.getByRole('cell', { name: 'Rösti of theirs' })).toBeVisible()
  await conflict.getByRole('button', { name: 'Keep mine' }).click()
  await expect(desk.getByRole('heading', { level: 1 })).toHaveText('Rösti of mine')
  await expect
    .poll(async () => (await listOf(cook)).items.find((item) => item.id === id)?.name)
    .toBe('Rösti of mine')
})
