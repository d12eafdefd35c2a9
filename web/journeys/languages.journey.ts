import { address, expect, expectAccessible, test } from './kitchen'

const languages = [
  {
    locale: 'de-DE',
    direction: 'ltr',
    words: {
      search: 'Rezepte suchen',
      ingredients: 'Zutaten',
      more: 'Mehr Portionen',
      edit: 'Rezept bearbeiten',
      waits: 'Offline',
    },
    weight: '750 g',
    halves: '¾ tsp',
  },
  {
    locale: 'ar-EG',
    direction: 'rtl',
    words: {
      search: 'ابحث في الوصفات',
      ingredients: 'المكونات',
      more: 'حصص أكثر',
      edit: 'تعديل الوصفة',
      waits: 'غير متصل',
    },
    weight: '٧٥٠ g',
    halves: '٣⁄٤ tsp',
  },
] as const

for (const { locale, direction, words, weight, halves } of languages) {
  test.describe(locale, () => {
    test.use({ locale })

    // The app follows the browser's language: every page uses its texts, direction and digits.
    test('every page speaks it', async ({ kitchen }) => {
      test.slow() // axe checks four pages
      await expect(kitchen.locator('html')).toHaveAttribute('dir', direction)
      await expect(kitchen.getByRole('searchbox', { name: words.search })).toBeVisible()
      await expectAccessible(kitchen)

      await kitchen.getByRole('link', { name: /Rösti/ }).click()
      await expect(kitchen.getByRole('heading', { name: words.ingredients })).toBeVisible()
      await kitchen.getByRole('button', { name: words.more }).click()
      await expect(kitchen.getByText(weight)).toBeVisible()
      await expect(kitchen.getByText(halves)).toBeVisible()
      await expectAccessible(kitchen)
      await expectNothingCutOff(kitchen)

      await kitchen.goto(`${kitchen.url().split('?')[0]}/edit`)
      await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(words.edit)
      await expectAccessible(kitchen)
      await expectNothingCutOff(kitchen)

      await kitchen.goto(address('/'))
      await kitchen.evaluate(() => navigator.serviceWorker.ready)
      await kitchen.context().setOffline(true)
      await expect(kitchen.getByText(words.waits)).toBeVisible()
      await expectAccessible(kitchen)
      await expectNothingCutOff(kitchen)
    })
  })
}

// A page wider than the screen hides the ends of its lines.
async function expectNothingCutOff(page: import('@playwright/test').Page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over, 'pixels that are beside the screen').toBeLessThanOrEqual(0)
}

// A language chosen in the app stays chosen.
test('choose a language', async ({ kitchen }) => {
  await kitchen.getByRole('button', { name: 'Account' }).click()
  await kitchen.getByRole('combobox', { name: 'Language' }).selectOption('ar')
  await expect(kitchen.locator('html')).toHaveAttribute('dir', 'rtl')
  await kitchen.reload()
  await expect(kitchen.locator('html')).toHaveAttribute('lang', 'ar')
  await expect(kitchen.getByRole('searchbox', { name: 'ابحث في الوصفات' })).toBeVisible()
})
