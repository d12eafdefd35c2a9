import type { Page } from '@playwright/test'
import { address, expect, test, type Cook } from './kitchen'

const long = 'Donaudampfschifffahrtsgesellschaftskapitaensmuetzenkaesekuch'
// Each layout at its devices' widths, and on both sides of the breakpoint.
const widths: Record<string, number[]> = { phone: [320, 390, 700], desk: [390, 959, 961, 1440] }

// A recipe with a word of sixty letters wherever possible.
async function addLong(cook: Cook) {
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
  const answer = await cook.api('/api/recipes', {
    ...json,
    body: JSON.stringify({
      name: long,
      description: long,
      servings: 4,
      prep_minutes: 95,
      cook_minutes: 4000,
      tags: [long.slice(0, 50), 'soup'],
      notes: long,
      source_url: `https://example.org/${long}`,
      ingredients: [{ text: `200 g ${long}`, section: long }, { text: long }],
      steps: [{ text: `${long} for 45–60 minutes: ${long}`, section: long }],
    }),
  })
  const { id } = (await answer.json()) as { id: string }
  const file = new FormData()
  file.append('file', new Blob(['text'], { type: 'text/plain' }), `${long}.txt`)
  await cook.api(`/api/recipes/${id}/files`, { method: 'POST', body: file })
  await cook.api(`/api/recipes/${id}/grocery`, { ...json, body: '{}' })
  return id
}

// The current page's layout faults.
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement
    const found: string[] = []
    if (scrollWidth > clientWidth) {
      const over = [...document.querySelectorAll('body *')]
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > clientWidth + 1)
        .map((each) => `${each.tagName}.${each.className}`)
      found.push(`${scrollWidth - clientWidth} px too wide: ${over.slice(0, 5).join(', ')}`)
    }
    const back = document.querySelector('[aria-label="Back to all recipes"], [aria-label="Leave cook mode"]')
    if (back?.checkVisibility() && !document.querySelector('dialog[open]')) {
      const { x, y, width, height } = back.getBoundingClientRect()
      const hit = document.elementFromPoint(x + width / 2, y + height / 2)
      if (!hit || !back.contains(hit)) found.push(`the way back is under ${hit?.tagName}.${hit?.className}`)
    }
    return found
  })
}

// The faults that are there once the page has taken the new size in, which it may do a frame later.
async function lastingFaults(page: Page): Promise<string[]> {
  let found: string[] = []
  const none = async () => (found = await faults(page)).length === 0
  await expect
    .poll(none, { timeout: 1_000 })
    .toBe(true)
    .catch(() => undefined)
  return found
}

async function expectItFits(page: Page, what: string) {
  const browser = await page.context().newCDPSession(page)
  const found: string[] = []
  for (const [how, standard, style] of [
    ['100 %', 16, ''],
    ['200 % in the browser', 32, ''],
    ['200 % in the page', 16, '200%'],
  ] as const) {
    await browser.send('Page.setFontSizes', { fontSizes: { standard } })
    await page.evaluate((size) => {
      document.documentElement.style.fontSize = size
      scrollTo(0, 0)
    }, style)
    for (const width of widths[test.info().project.name] ?? []) {
      await page.setViewportSize({ width, height: 844 })
      for (const fault of await lastingFaults(page)) found.push(`${what}, ${how}, ${width} px: ${fault}`)
    }
  }
  await page.setViewportSize({ width: 390, height: 844 })
  await page.evaluate(() => (document.documentElement.style.fontSize = ''))
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 16 } })
  await browser.detach()
  expect(found).toEqual([])
}

// No page is wider than the screen, and nothing covers the back link, at any width, text size or
// word length.
test.describe('every page fits', () => {
  test('the list, and nothing found', async ({ kitchen, cook }) => {
    await addLong(cook)
    await kitchen.goto(address('/'))
    await expect(kitchen.getByText(long).first()).toBeVisible()
    await expectItFits(kitchen, 'list')
    await kitchen.goto(address(`/?q=${[...long].reverse().join('')}`))
    await expect(kitchen.getByRole('heading', { name: /^Nothing called/ })).toBeVisible()
    await expectItFits(kitchen, 'nothing found')
  })

  test('a recipe and its dialogs', async ({ kitchen, cook }) => {
    test.slow() // four pages in up to twelve layouts
    const id = await addLong(cook)
    await kitchen.goto(address(`/recipes/${id}`))
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(long)
    await expect(kitchen.getByText(`${long}.txt`)).toBeVisible()
    await expectItFits(kitchen, 'recipe')
    await kitchen.getByRole('button', { name: 'Grocery' }).click()
    await expectItFits(kitchen, 'grocery dialog')
    await kitchen.keyboard.press('Escape')
    await kitchen.getByRole('button', { name: `Remove ${long}.txt` }).click()
    await expect(kitchen.getByRole('dialog')).toBeVisible()
    await expectItFits(kitchen, 'dialog')
    await kitchen.goto(address('/recipes/00000000-0000-4000-8000-000000000000'))
    await expect(kitchen.getByRole('alert')).toBeVisible()
    await expectItFits(kitchen, 'no recipe')
  })

  test('cook mode with timers', async ({ kitchen, cook, context }) => {
    test.slow() // four pages in up to twelve layouts
    const id = await addLong(cook)
    await kitchen.clock.install()
    await kitchen.goto(address(`/recipes/${id}/cook`))
    await kitchen.getByRole('button', { name: 'Start 45 mins' }).click()
    await expectItFits(kitchen, 'cook')
    await kitchen.clock.fastForward('45:01')
    await expect(kitchen.getByText('Time is up', { exact: true })).toBeVisible()
    await expectItFits(kitchen, 'cook with a timer that rings')
    await kitchen.getByRole('button', { name: 'Leave cook mode' }).click()
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(long)
    await expectItFits(kitchen, 'recipe with a timer that rings')
    await context.setOffline(true)
    await kitchen.getByRole('button', { name: 'Grocery' }).click()
    await kitchen.getByRole('dialog').getByRole('button', { name: /^Add/ }).click()
    await kitchen.getByRole('button', { name: 'Done' }).click()
    await expect(kitchen.getByText(/^Offline.* · 1 /)).toBeVisible()
    await expectItFits(kitchen, 'recipe with a timer that rings, and what waits')
  })

  test('the editor', async ({ kitchen, cook }) => {
    const id = await addLong(cook)
    await kitchen.goto(address(`/recipes/${id}/edit`))
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Edit recipe')
    await expectItFits(kitchen, 'editor')
  })

  test('the account, and the login', async ({ kitchen, page }) => {
    await kitchen.getByRole('button', { name: 'Account' }).click()
    await expect(kitchen.getByRole('dialog')).toBeVisible()
    await expectItFits(kitchen, 'account')
    await page.request.delete(address('/api/session'))
    await page.goto(address('/login'))
    await expect(page.getByLabel('Name')).toBeVisible()
    await expectItFits(page, 'login')
  })

  test('the grocery list', async ({ kitchen, cook }) => {
    await addLong(cook)
    await kitchen.goto(address('/grocery/'))
    await expect(kitchen.getByText(long).first()).toBeVisible({ timeout: 20_000 })
    await expectItFits(kitchen, 'grocery list')
    await kitchen
      .getByRole('button', { name: /^Details of/ })
      .first()
      .click()
    await expect(kitchen.getByRole('dialog')).toBeVisible()
    await expectItFits(kitchen, 'details')
  })
})

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

// On a low screen, like a phone in landscape, the picture is low too.
test('the way back lies on a low picture, and under nothing', async ({ kitchen, cook }) => {
  const id = await addLong(cook)
  const file = new FormData()
  file.append('file', new Blob([picture], { type: 'image/png' }), 'dish.png')
  await cook.api(`/api/recipes/${id}/files`, { method: 'POST', body: file })
  await kitchen.goto(address(`/recipes/${id}`))
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(long)
  for (const [width, height] of [
    [320, 200],
    [700, 320],
    [844, 390],
  ] as const) {
    for (const size of ['100%', '200%', '300%']) {
      await kitchen.setViewportSize({ width, height })
      await kitchen.evaluate((fontSize) => (document.documentElement.style.fontSize = fontSize), size)
      const boxes = await Promise.all(
        [
          kitchen.getByRole('link', { name: 'Back to all recipes' }),
          kitchen.getByRole('heading', { level: 1 }),
        ].map((each) => each.boundingBox()),
      )
      const [back, title] = boxes
      expect((back?.y ?? 0) + (back?.height ?? 0), `${width}x${height}, ${size}`).toBeLessThanOrEqual(
        title?.y ?? 0,
      )
    }
  }
})
