import type { BrowserContext, Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { address, addCook, expect, expectAccessible, test as base, type Cook } from './kitchen'
import { Way } from './way'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

// A device used by two people, over a connection that can be cut.
const test = base.extend<{ way: Way; other: Cook }>({
  way: async ({}, use) => {
    const way = await Way.to(address())
    await use(way)
    await way.close()
  },
  other: async ({}, use) => use(await addCook({ grocery: true })),
})

async function logIn(page: Page, cook: Cook) {
  await page.getByLabel('Name').fill(cook.name)
  await page.getByLabel('Password', { exact: true }).fill(cook.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('searchbox')).toBeVisible()
}

async function logOut(page: Page, button = 'Log out') {
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
}

/** open logs in, and waits until the app and the recipes are on the device. */
async function open(page: Page, cook: Cook, way: Way) {
  await page.goto(way.address())
  await logIn(page, cook)
  await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await page.evaluate(() => navigator.serviceWorker.ready)
  // The change stream is opened once earlier changes have been applied.
  await expect.poll(() => way.asked.some((call) => call.startsWith('GET /api/events'))).toBe(true)
}

async function tokenOf(context: BrowserContext) {
  return (await context.cookies()).find(({ name }) => name === 'larder_session')?.value ?? ''
}

async function statusOf(token: string) {
  const answer = await fetch(address('/api/session'), { headers: { Authorization: `Bearer ${token}` } })
  return answer.status
}

async function namesOf(cook: Cook): Promise<string[]> {
  const answer = await cook.api('/api/recipes?limit=100')
  return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name)
}

async function rename(page: Page, from: RegExp, to: string) {
  await page.getByRole('link', { name: from }).click()
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name', { exact: true }).fill(to)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(to)
}

/** dump returns everything this origin's pages have stored on the device, as text. */
function dump(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error ?? new Error('no answer'))
      })
    const found: unknown[] = [
      { ...localStorage },
      { ...sessionStorage },
      location.href,
      document.title,
      history.state,
    ]
    for (const { name } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name ?? ''))
      for (const table of database.objectStoreNames) {
        const rows = database.transaction(table).objectStore(table)
        found.push([name, table, await asked(rows.getAll()), await asked(rows.getAllKeys())])
      }
      database.close()
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        const answer = await cache.match(request)
        const type = answer?.headers.get('Content-Type') ?? ''
        const page = /^(workbox-precache|grocery-page)/.test(name)
        found.push([name, request.url, page ? '' : type])
      }
    }
    return JSON.stringify(found)
  })
}

/** isCached reports whether the browser has an answer in its own cache, without a request. */
async function isCached(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { cache: 'only-if-cached', mode: 'same-origin' })).ok
  } catch {
    return false
  }
}

// An offline logout takes effect at once and permanently: the app is closed, opened online, and
// checks the session. The session ends on the server before any other request.
test('log out without a network', { tag: '@once' }, async ({ page, context, cook, way }) => {
  await open(page, cook, way)
  const token = await tokenOf(context)
  const second = await context.newPage()
  await second.goto(way.address())
  await expect(second.getByRole('link', { name: /Rösti/ })).toBeVisible()

  way.is('cut')
  await logOut(page)
  await expect(second.getByLabel('Password', { exact: true })).toBeVisible()
  await expectAccessible(page)
  expect(await statusOf(token)).toBe(200)
  await page.reload()
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await page.close()
  await second.close()

  way.asked.length = 0
  way.is('open')
  const again = await context.newPage()
  await again.goto(way.address())
  await expect(again.getByLabel('Password', { exact: true })).toBeVisible()
  await expect.poll(() => statusOf(token)).toBe(401)
  await expect(again.getByRole('link', { name: /Rösti/ })).toHaveCount(0)
  const calls = way.asked.filter((call) => call.includes('/api/'))
  expect(calls[0]).toBe('DELETE /api/session')

  await logIn(again, cook)
  await expect(again.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await again.reload()
  await expect(again.getByRole('link', { name: /Rösti/ })).toBeVisible()
})

// A login supersedes a logout that the server hadn't received: the previous session is ended, not
// the new one.
test(
  'log in after a logout without a network',
  { tag: '@once' },
  async ({ page, context, cook, other, way }) => {
    await open(page, cook, way)
    const token = await tokenOf(context)
    way.is('cut')
    await logOut(page)
    way.is('open')
    await logIn(page, other)
    expect(await statusOf(token)).toBe(401)
    await expect(page.getByRole('link', { name: /Rösti/ })).toHaveCount(0)
    await page.reload()
    await expect(page.getByRole('searchbox')).toBeVisible()
    expect(await statusOf(await tokenOf(context))).toBe(200)
  },
)

// A logout leaves nothing on the device.
test('nothing of a person is left after a logout', { tag: '@once' }, async ({ page, cook, way }) => {
  test.setTimeout(90_000)
  await cook.api(`/api/recipes/${randomUUID()}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-None-Match': '*' },
    body: JSON.stringify({
      name: 'Quincewort pie',
      ingredients: [{ text: '3 quinceworts' }],
      steps: [{ text: 'Bake for 20 minutes.' }],
    }),
  })
  await open(page, cook, way)
  await page.getByRole('searchbox').fill('quincewort')
  await page.getByRole('link', { name: /Quincewort/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Quincewort pie')
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'quincewort.png', mimeType: 'image/png', buffer: photo })
  const picture = page.locator('img[src*="/files/"]').first()
  await expect(picture).toBeVisible()
  const src = (await picture.getAttribute('src')) ?? ''
  await page.evaluate((url) => fetch(url), src)
  expect(await page.evaluate(isCached, src)).toBe(true)
  await page.getByRole('button', { name: 'Grocery' }).click()
  await page.getByRole('button', { name: /^Add \d+ things?$/ }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'Cook', exact: true }).click()
  await page.getByRole('button', { name: /^Start 20 min/ }).click()
  await page.goto(way.address('/grocery/'))
  await expect(page.getByRole('checkbox', { name: /quincewort/ })).toBeVisible()
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.goto(way.address('/?q=quincewort'))
  await expect(page.getByRole('link', { name: 'Quincewort pie', exact: true })).toBeVisible()
  const before = await dump(page)
  expect(before).toContain('Quincewort pie')
  expect(before).toContain(cook.name)
  expect(before).toMatch(/"image\//)

  await logOut(page)
  expect(await page.evaluate(isCached, src)).toBe(false)
  const left = await dump(page)
  for (const word of [/quincewort/i, /rösti/i, new RegExp(cook.name), /"image\//, /\/files\//])
    expect(left).not.toMatch(word)
})

// Waiting commands belong to their owner: another person on the device neither sees nor sends them,
// and they are sent when the owner logs in again.
test('what waits is kept for its owner', { tag: '@once' }, async ({ page, cook, other, way }) => {
  test.setTimeout(90_000)
  await open(page, cook, way)
  way.is('cut')
  await rename(page, /Rösti/, 'Rösti of mine')
  await expect(page.getByText('1 change waits')).toBeVisible()
  await page.goto(way.address('/'))
  await page.getByRole('button', { name: 'Account' }).click()
  await expect(page.getByText('1 thing that you wrote here is not in your larder yet')).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await logOut(page)

  way.is('open')
  await logIn(page, other)
  await expect(page.getByRole('heading', { name: 'An empty larder' })).toBeVisible()
  await expect(page.getByText(/changes? waits?/)).toBeHidden()
  expect(await namesOf(other)).toEqual([])
  expect(await namesOf(cook)).toContain('Rösti')
  await logOut(page)

  await logIn(page, cook)
  await expect(page.getByRole('link', { name: /Rösti of mine/ })).toBeVisible({ timeout: 20_000 })
  await expect.poll(() => namesOf(cook)).toContain('Rösti of mine')
  expect(await namesOf(other)).toEqual([])
})

// The owner can discard them instead.
test('what waits is discarded with a logout', { tag: '@once' }, async ({ page, cook, way }) => {
  await open(page, cook, way)
  way.is('cut')
  await rename(page, /Rösti/, 'Rösti of mine')
  await page.goto(way.address('/'))
  await logOut(page, 'Log out and discard what is not sent')
  expect(await dump(page)).not.toContain('Rösti')
  way.is('open')
  await logIn(page, cook)
  await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  expect(await namesOf(cook)).not.toContain('Rösti of mine')
})

// In one of a browser's two pages another person logs in, while the other page is being edited.
// What is saved there doesn't reach that person's account, and returns with its owner.
test('a second page of one person', { tag: '@once' }, async ({ page, context, cook, other, way }) => {
  test.setTimeout(90_000)
  await open(page, cook, way)
  await page.getByRole('link', { name: /Rösti/ }).click()
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Rösti in secret')
  // Like another window that this page hears nothing of: the cookie changes.
  await page.request.post(way.address('/api/session'), {
    data: { username: other.name, password: other.password },
  })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { name: 'An empty larder' })).toBeVisible({ timeout: 20_000 })
  expect(await namesOf(other)).toEqual([])
  expect(await namesOf(cook)).toContain('Rösti')

  const second = await context.newPage()
  await second.goto(way.address())
  await expect(second.getByRole('heading', { name: 'An empty larder' })).toBeVisible()
  await logOut(second)
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await logIn(second, cook)
  await expect(second.getByRole('link', { name: /Rösti in secret/ })).toBeVisible({ timeout: 20_000 })
  await expect(page.getByRole('link', { name: /Rösti in secret/ })).toBeVisible()
  expect(await namesOf(other)).toEqual([])
})

// Text being written when another page logs out is there when its owner is back.
test('a draft is kept for its owner', { tag: '@once' }, async ({ page, context, cook, other, way }) => {
  test.setTimeout(90_000)
  await open(page, cook, way)
  await page.goto(way.address('/recipes/new'))
  await page.getByLabel('Name', { exact: true }).fill('A draft of mine')
  const second = await context.newPage()
  await second.goto(way.address())
  await expect(second.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await logOut(second)
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await logIn(second, other)
  await expect(page.getByRole('heading', { name: 'An empty larder' })).toBeVisible()
  await page.goto(way.address('/recipes/new'))
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('')
  await page.goto(way.address())
  await logOut(page)
  await logIn(page, cook)
  await page.goto(way.address('/recipes/new'))
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('A draft of mine')
})

// Portals and proxies answer in Larder's place. Whatever they answer, it means offline: nobody is
// logged out, and waiting commands are kept rather than refused.
test('the answers of somebody else', { tag: '@once' }, async ({ page, cook, way }) => {
  test.setTimeout(240_000)
  await open(page, cook, way)
  for (const [status, type, body] of [
    [200, 'text/html', '<h1>Welcome to our hotel</h1>'],
    [200, 'application/json', '{"portal":"https://hotel.example"}'],
    [204, '', ''],
    [302, '', ''],
    [401, 'text/html', '<h1>Log in to the proxy</h1>'],
    [403, 'text/html', '<h1>Blocked</h1>'],
    [404, 'text/html', '<h1>Not found</h1>'],
    [409, 'text/plain', 'conflict'],
    [412, 'application/json', '{"error":"precondition"}'],
    [422, 'application/json', '<h1>not JSON'],
    [502, 'text/html', '<h1>Bad gateway</h1>'],
  ] as const) {
    await test.step(`${status} ${type}`, async () => {
      const name = `Rösti, ${status} ${type}`.trim()
      way.stranger = { status, type, body }
      await rename(page, /Rösti/, name)
      await expect(page.getByText('1 change waits')).toBeVisible()
      await page.goto(way.address())
      await expect(page.getByRole('link', { name })).toBeVisible()
      await expect(page.getByText(/Offline, as of/)).toBeVisible()
      await expect(page.getByText('1 change waits')).toBeVisible()

      way.stranger = undefined
      await expect.poll(() => namesOf(cook), { timeout: 20_000 }).toContain(name)
      await expect(page.getByText('1 change waits')).toBeHidden()
      await expect(page.getByText(/Offline, as of/)).toBeHidden({ timeout: 20_000 })
    })
  }
})

const thing = (page: Page, name: RegExp) => page.getByRole('checkbox', { name })

async function add(list: Page, text: string) {
  const field = list.getByRole('textbox', { name: 'Add to the list' })
  await field.fill(text)
  await field.press('Enter')
  await expect(thing(list, new RegExp(text))).toBeVisible()
}

/** openList opens the grocery page, and waits until it can be opened offline. */
async function openList(list: Page, way: Way) {
  await list.goto(way.address('/grocery/'))
  await expect(list.getByRole('textbox', { name: 'Add to the list' })).toBeVisible()
  await list.evaluate(() => navigator.serviceWorker.ready)
}

// The grocery page shares the session: an offline logout from Larder applies there too, even if the
// page is opened later, and it ends the session if it is online first.
test(
  'the grocery page after a logout without a network',
  { tag: '@once' },
  async ({ page, context, cook, way }) => {
    await open(page, cook, way)
    const token = await tokenOf(context)
    const list = await context.newPage()
    await openList(list, way)
    await add(list, 'quinceworts')
    await expect.poll(() => list.evaluate(() => Object.values(localStorage).join())).toContain('"pending":[]')
    way.is('cut')
    await logOut(page)
    await expect(list.getByLabel('Password')).toBeVisible()
    await expect(thing(list, /quincewort/)).toHaveCount(0)
    await page.close()
    await list.close()

    way.asked.length = 0
    way.is('open')
    const again = await context.newPage()
    await again.goto(way.address('/grocery/'))
    await expect(again.getByLabel('Password')).toBeVisible()
    await expect.poll(() => statusOf(token)).toBe(401)
    expect(way.asked.filter((call) => call.includes('/api/'))[0]).toBe('DELETE /api/session')
    expect(await dump(again)).not.toMatch(/quincewort/)

    await again.getByLabel('Name').fill(cook.name)
    await again.getByLabel('Password').fill(cook.password)
    await again.getByRole('button', { name: 'Log in' }).click()
    await expect(thing(again, /quincewort/)).toBeVisible()
    await again.goto(way.address('/'))
    await expect(again.getByRole('link', { name: /Rösti/ })).toBeVisible()
  },
)

// Unsent operations on the list belong to their owner too.
test(
  'what waits on the grocery page is kept for its owner',
  { tag: '@once' },
  async ({ page, cook, other, way }) => {
    test.setTimeout(90_000)
    await open(page, cook, way)
    await openList(page, way)
    way.is('cut')
    await add(page, 'quinceworts')
    await page.goto(way.address('/'))
    await logOut(page)
    way.is('open')
    await logIn(page, other)
    await openList(page, way)
    await expect(page.getByText('Nothing to buy')).toBeVisible()
    await page.goto(way.address('/'))
    await logOut(page)
    await logIn(page, cook)
    await openList(page, way)
    await expect(thing(page, /quincewort/)).toBeVisible()
    for (const [who, found] of [
      [cook, true],
      [other, false],
    ] as const) {
      await expect
        .poll(async () => (await (await who.api('/grocery/api/list')).text()).includes('quinceworts'))
        .toBe(found)
    }
  },
)

// If another person logs in while a list is open, operations on it don't reach that person's list.
test(
  'a list that is open while another person logs in',
  { tag: '@once' },
  async ({ page, cook, other, way }) => {
    await open(page, cook, way)
    await openList(page, way)
    const login = { data: { username: other.name, password: other.password } }
    await page.request.post(way.address('/api/session'), login)
    await page.getByRole('textbox', { name: 'Add to the list' }).fill('quinceworts')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Nothing to buy')).toBeVisible()
    expect(await (await other.api('/grocery/api/list')).text()).not.toContain('quinceworts')
    await page.request.post(way.address('/api/session'), {
      data: { username: cook.name, password: cook.password },
    })
    await page.reload()
    await expect(thing(page, /quincewort/)).toBeVisible()
    await expect
      .poll(async () => (await (await cook.api('/grocery/api/list')).text()).includes('quinceworts'))
      .toBe(true)
  },
)

test("the grocery page and somebody else's answers", { tag: '@once' }, async ({ page, cook, way }) => {
  test.setTimeout(180_000)
  await open(page, cook, way)
  await openList(page, way)
  for (const [fruit, status, type, body] of [
    ['quinceworts', 200, 'text/html', '<h1>Welcome to our hotel</h1>'],
    ['medlars', 204, '', ''],
    ['sloes', 401, 'text/html', '<h1>Log in to the proxy</h1>'],
    ['bullaces', 403, 'text/html', '<h1>Blocked</h1>'],
    ['damsons', 404, 'text/html', '<h1>Not found</h1>'],
    ['rowanberries', 422, 'application/json', '{"error":"no"}'],
  ] as const) {
    await test.step(`${status} ${type}`, async () => {
      way.stranger = { status, type, body }
      await add(page, fruit)
      await expect(page.getByText('Offline. What you do is kept and sent later.')).toBeVisible()
      await page.reload()
      await expect(thing(page, new RegExp(fruit))).toBeVisible()
      way.stranger = undefined
      await expect(page.getByText('Offline.')).toBeHidden({ timeout: 20_000 })
      await expect
        .poll(async () => (await (await cook.api('/grocery/api/list')).text()).includes(fruit))
        .toBe(true)
    })
  }
})

// A portal that answers every request, including the page's own files, is never cached in their
// place.
test('a portal before the pages', { tag: '@once' }, async ({ page, cook, way }) => {
  await open(page, cook, way)
  await openList(page, way)
  await add(page, 'quinceworts')
  way.portal = true
  await page.reload()
  await page.reload()
  await expect(thing(page, /quincewort/)).toBeVisible()
  await page.goto(way.address('/'))
  await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await page.getByRole('link', { name: /Rösti/ }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Rösti')
  way.portal = false
  await page.goto(way.address('/grocery/'))
  await expect(thing(page, /quincewort/)).toBeVisible()
})
