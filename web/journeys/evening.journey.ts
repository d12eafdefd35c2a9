// A whole evening in the kitchen: the README's recipe is typed, scaled, cooked with a timer,
// printed and put on the list, online and offline, and written offline too, in every language of
// the app.
import type { Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { address, expect, expectAccessible, test as base } from './kitchen'
import { Way } from './way'

const test = base.extend<{ way: Way }>({
  way: async ({}, use) => {
    const way = await Way.to(address())
    await use(way)
    await way.close()
  },
})

test.use({ recipes: '' })

interface Evening {
  locale: string
  rows: readonly [string, string, string]
  steps: readonly [string, string]
  /** The same rows doubled, as on the page, in the dialog and on paper. */
  doubled: readonly [string, string, string]
  /** The list's lines for the first two after adding them three times. */
  bought: readonly [RegExp, RegExp]
  /** The label of the second step's timer button, without the time. */
  minutes: RegExp
}

const english = {
  rows: ['600 g veal, in thin strips', '½ spring onion', '2 dl cream'],
  steps: ['Fry the veal hot and fast.', 'Add the cream and boil it down for 5 minutes.'],
} as const

const evenings: Evening[] = [
  {
    locale: 'en-GB',
    ...english,
    doubled: ['1200 g veal, in thin strips', '1 spring onion', '4 dl cream'],
    bought: [/3\.6 kg veal/, /3 spring onion/],
    minutes: /5 min/,
  },
  {
    locale: 'de-DE',
    rows: ['600 g Kalbfleisch, in dünnen Streifen', '½ Frühlingszwiebel', '2 dl Rahm'],
    steps: ['Das Fleisch scharf anbraten.', 'Den Rahm angießen und 5 Minuten einkochen.'],
    doubled: ['1200 g Kalbfleisch, in dünnen Streifen', '1 Frühlingszwiebel', '4 dl Rahm'],
    bought: [/3,6 kg Kalbfleisch/, /3 Frühlingszwiebel/],
    minutes: /5 Min/,
  },
  {
    locale: 'ar-EG',
    ...english,
    doubled: ['١٢٠٠ g veal, in thin strips', '١ spring onion', '٤ dl cream'],
    bought: [/3\.6 kg veal|٣٫٦ kg veal/, /3 spring onion|٣ spring onion/],
    minutes: /٥/,
  },
]

/** wordsOf returns the app's texts in a language, by key. */
function wordsOf(locale: string) {
  const file = fileURLToPath(new URL(`../src/lib/i18n/${locale.slice(0, 2)}.json`, import.meta.url))
  const words = JSON.parse(readFileSync(file, 'utf8')) as unknown
  return (key: string) => {
    let found = words
    for (const part of key.split('.')) found = (found as Record<string, unknown> | undefined)?.[part]
    if (typeof found !== 'string') throw new Error(`${locale} has no ${key}`)
    return found
  }
}

for (const evening of evenings) {
  const t = wordsOf(evening.locale)

  test.describe(evening.locale, () => {
    test.use({ locale: evening.locale })

    // languages.journey.ts covers each language's layout, so two of them only need one layout here.
    const tag = evening.locale === 'en-GB' ? [] : '@once'

    test('write, scale, cook, print, shop', { tag }, async ({ page, cook, way }) => {
      test.slow()
      await page.request.post(way.address('/api/session'), {
        data: { username: cook.name, password: cook.password },
      })
      await page.goto(way.address())
      await page.evaluate(() => navigator.serviceWorker.ready)

      const recipe = await write(page, t, evening, 'Zürcher Geschnetzeltes')
      await cookAndShop(page, t, evening)

      // The servings are stored.
      way.is('cut')
      await page.goto(recipe)
      await cookAndShop(page, t, evening)

      // The device parses its own text until the server has parsed it.
      await page.goto(way.address())
      const unsent = await write(page, t, evening, 'Geschnetzeltes am Freitag')
      await cookAndShop(page, t, evening)
      way.is('open')
      await page.goto(unsent)
      await expect.poll(() => quantitiesOf(page, unsent)).toEqual([600, 0.5, 2])
      await page.reload()
      await expectRows(page, evening)

      await page.goto(way.address('/grocery/'))
      for (const line of evening.bought)
        await expect(page.getByRole('checkbox', { name: line })).toBeVisible()
      await expectAccessible(page)
    })
  })
}

type Words = (key: string) => string

/** write types the recipe, opens it at double servings, and returns its address. */
async function write(page: Page, t: Words, { rows, steps }: Evening, name: string): Promise<string> {
  await page
    .getByRole('link', { name: t('app.add') })
    .first()
    .click()
  await expect(page.getByLabel(t('parts.name'), { exact: true })).toBeFocused()
  await page.keyboard.type(name)
  await page.getByLabel(t('recipe.servings')).fill('4')
  await typeRows(page, t('recipe.ingredients'), rows)
  await typeRows(page, t('recipe.steps'), steps)
  await page.keyboard.press('Control+s')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
  const recipe = page.url().split('?')[0] ?? ''
  for (let i = 0; i < 4; i += 1) await page.getByRole('button', { name: t('recipe.more') }).click()
  return recipe
}

/**
 * quantitiesOf returns the quantities that the server parsed from a recipe's rows; none if it
 * doesn't have the recipe.
 */
async function quantitiesOf(page: Page, recipe: string): Promise<(number | null)[]> {
  const answer = await page.request.get(recipe.replace('/recipes/', '/api/recipes/'))
  if (!answer.ok()) return []
  const { ingredients } = (await answer.json()) as { ingredients: { quantity: number | null }[] }
  return ingredients.map((row) => row.quantity)
}

async function expectRows(page: Page, { doubled }: Evening) {
  const rows = page.getByRole('article').getByRole('listitem')
  for (const row of doubled) await expect(rows.filter({ hasText: row }).first()).toBeVisible()
}

async function typeRows(page: Page, group: string, rows: readonly string[]) {
  await page.getByRole('group', { name: group }).getByRole('textbox').first().click()
  for (const [i, row] of rows.entries()) {
    if (i > 0) await page.keyboard.press('Enter')
    await page.keyboard.type(row)
  }
}

/** cookAndShop uses the open recipe at double servings. */
async function cookAndShop(page: Page, t: Words, evening: Evening) {
  const { doubled, minutes } = evening
  await expectRows(page, evening)
  await page.emulateMedia({ media: 'print' })
  await expectRows(page, evening)
  await page.emulateMedia({ media: null })

  await page.getByRole('button', { name: t('grocery.action') }).click()
  const dialog = page.getByRole('dialog')
  for (const row of doubled) await expect(dialog.getByText(row).first()).toBeVisible()
  const add = dialog.getByRole('button', { name: /3|٣/ })
  await add.or(dialog.getByRole('button', { name: t('grocery.addAgain') })).click()
  await dialog.getByRole('button', { name: t('grocery.close') }).click()

  await page.getByRole('link', { name: t('recipe.startCooking'), exact: true }).click()
  await page.getByRole('button', { name: t('cook.next') }).click()
  await expect(page.getByText(doubled[2]).first()).toBeVisible()
  await page.getByRole('button', { name: minutes }).click()
  await expect(page.getByRole('timer')).toHaveCount(1)
  await page.getByRole('button', { name: t('timers.stop') }).click()
  await page.getByRole('button', { name: t('cook.finish') }).click()
}
