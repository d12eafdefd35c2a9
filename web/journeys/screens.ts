// Takes pictures of every page in both layouts and themes, for docs/screens: make web-screens.
// People look at them; no test compares them.
import { chromium, request, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import start, { binary } from './server'

const folder = fileURLToPath(new URL('../../docs/screens/', import.meta.url))
const samples =
  process.env['LARDER_SAMPLES'] ?? fileURLToPath(new URL('../../samples/recipes.jsonl', import.meta.url))
// Photos of some samples; LARDER_PHOTOS is the folder with them.
const photos = {
  Rösti: 'roesti.webp',
  Shakshuka: 'shakshouka-02.webp',
  Borscht: 'borscht.webp',
  'No-knead bread': 'no-knead-bread-2.webp',
}
const credentials = { username: 'ada', password: 'a little salt goes far' }

const layouts = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  desk: { viewport: { width: 1440, height: 900 } },
}

const stop = await start()
const url = (path: string) => new URL(path, process.env['LARDER_URL']).href
try {
  execFileSync(binary, ['user', 'add', 'ada', '--grocery', '--password-stdin'], {
    input: credentials.password,
  })
  execFileSync(binary, ['user', 'add', 'newcomer', '--password-stdin'], { input: credentials.password })
  execFileSync(binary, ['import', '--user', 'ada', samples])
  if (process.env['LARDER_PHOTOS']) await attachPhotos(process.env['LARDER_PHOTOS'])
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  for (const [layout, options] of Object.entries(layouts)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        ...options,
        colorScheme,
        locale: 'en-GB',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      const shoot = async (name: string) => {
        await page.evaluate(() => document.fonts.ready)
        await page.screenshot({
          path: `${folder}${name}-${layout}-${colorScheme}.jpg`,
          type: 'jpeg',
          quality: 72,
        })
      }
      await tour(page, shoot)
      await context.close()
    }
  }
  await browser.close()
} finally {
  await stop()
}

async function attachPhotos(from: string) {
  const api = await request.newContext({ baseURL: url('/') })
  await api.post('/api/session', { data: credentials })
  for (const [name, file] of Object.entries(photos)) {
    const found = await api.get(`/api/recipes?q=${encodeURIComponent(name)}&limit=1`)
    const { items } = (await found.json()) as { items: { id: string }[] }
    const photo = { name: file, mimeType: 'image/webp', buffer: readFileSync(join(from, file)) }
    const answer = await api.post(`/api/recipes/${items[0]?.id}/files`, { multipart: { file: photo } })
    if (!answer.ok()) throw new Error(`the photograph of ${name}: ${answer.status()}`)
  }
  await api.dispose()
}

// photographs waits until the existing photos are visible.
async function photographs(page: Page, atLeast = 1) {
  if (!process.env['LARDER_PHOTOS']) return
  await page
    .locator('img[src*="/files/"]')
    .nth(atLeast - 1)
    .waitFor()
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  )
}

async function tour(page: Page, shoot: (name: string) => Promise<void>) {
  await page.goto(url('/login'))
  await page.getByLabel('Name').waitFor()
  await shoot('login')
  await page.request.post(url('/api/session'), { data: { ...credentials, username: 'newcomer' } })
  await page.goto(url('/'))
  await page.getByText('An empty larder').waitFor()
  await shoot('first')

  await page.request.post(url('/api/session'), { data: credentials })
  await page.evaluate(() => localStorage.clear())
  await page.goto(url('/'))
  await page.getByRole('link', { name: /Rösti/ }).waitFor()
  await photographs(page, 3)
  await shoot('list')
  await page.getByRole('searchbox').fill('shak')
  await page.locator('mark').first().waitFor()
  await shoot('search')
  await page.getByRole('searchbox').fill('xylophone')
  await page.getByText('Nothing called').waitFor()
  await shoot('nothing')

  await page.goto(url('/?q=shakshuka'))
  await page.getByRole('link', { name: /Shakshuka/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Shakshuka' }).waitFor()
  await photographs(page)
  await shoot('recipe')
  await page.getByRole('button', { name: 'Grocery' }).click()
  await page.getByRole('dialog').waitFor()
  await shoot('grocery')
  await page.keyboard.press('Escape')

  await page.getByRole('link', { name: 'Cook', exact: true }).click()
  await page.getByText('Step 1 of').waitFor()
  await page
    .getByRole('button', { name: /^Start / })
    .or(page.getByRole('button', { name: 'Next' }))
    .first()
    .click()
  await shoot('cook')
  await page.getByRole('button', { name: 'Stop' }).click() // the strip is on every page, but only belongs in this picture
  await page.goBack()
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Ingredient 1', { exact: true }).waitFor()
  await shoot('edit')
  await shop(page, shoot)
}

// The grocery app's page with two recipes, an item added by hand, and one in the basket.
async function shop(page: Page, shoot: (name: string) => Promise<void>) {
  await page.goto(url('/grocery/'))
  const things = page.getByRole('checkbox')
  await things.first().or(page.getByText('Nothing to buy')).waitFor()
  if ((await things.count()) === 0) {
    const { items } = (await (await page.request.get(url('/api/recipes?limit=100'))).json()) as {
      items: { id: string; name: string }[]
    }
    for (const { id } of items.filter(({ name }) => ['Rösti', 'Shakshuka'].includes(name))) {
      await page.request.post(url(`/api/recipes/${id}/grocery`), { data: {} })
    }
    await page.getByRole('textbox', { name: 'Add to the list' }).fill('2 l milk')
    await page.keyboard.press('Enter')
    await page
      .getByRole('checkbox', { name: /tomatoes/ })
      .first()
      .waitFor()
    await page.getByRole('checkbox', { name: /potatoes/ }).click()
    await page.getByText('Undo').waitFor()
  }
  await shoot('shopping')
  await page
    .getByRole('button', { name: /^Details of/ })
    .first()
    .click()
  await page.getByRole('dialog').waitFor()
  await shoot('shopping-details')
  await page.keyboard.press('Escape')
}
