import type { Locator } from '@playwright/test'
import { expect, test } from './kitchen'

test.use({ recipes: '' })

const written = [
  '1/2 cup cream',
  '2-3 eggs',
  '1 EL Öl',
  '1 Knoblauchzehe, gehackt',
  '1,5 kg Mehl',
  '2 L Wasser',
  '1 pound (500 g) spaghetti',
  '1 (14 oz) can tomatoes',
  'salt to taste',
]

// A typed line scales in its own words, on the page, in cook mode, on paper and on the grocery
// list.
test('scale a recipe that was typed', async ({ kitchen }) => {
  await kitchen.getByRole('link', { name: 'Add your first recipe' }).click()
  await kitchen.getByLabel('Name', { exact: true }).fill('Everything')
  await kitchen.getByLabel('Servings').fill('2')
  await kitchen.getByLabel('Ingredient 1', { exact: true }).click()
  for (const line of written) {
    await kitchen.keyboard.type(line)
    await kitchen.keyboard.press('Enter')
  }
  await kitchen.getByLabel('Step 1', { exact: true }).fill('Beat the eggs with the cream.')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Everything')

  const lines = kitchen.getByRole('listitem').filter({ has: kitchen.getByRole('checkbox') })
  await expect(lines).toHaveText(written)
  await kitchen.getByRole('button', { name: 'Fewer servings' }).click()
  await expect(kitchen.getByText('serving', { exact: true })).toBeVisible()
  await expect(lines).toHaveText([
    '¼ cup cream',
    '1–1 ½ eggs',
    '½ EL Öl',
    '½ Knoblauchzehe, gehackt',
    '0.75 kg Mehl',
    '1 L Wasser',
    '½ pound (250 g) spaghetti',
    '½ (14 oz) can tomatoes',
    'salt to taste',
  ])
  for (let servings = 1; servings < 6; servings += 1)
    await kitchen.getByRole('button', { name: 'More servings' }).click()
  const tripled = [
    '1 ½ cups cream',
    '6–9 eggs',
    '3 EL Öl',
    '3 Knoblauchzehen, gehackt',
    '4.5 kg Mehl',
    '6 L Wasser',
    '3 pounds (1500 g) spaghetti',
    '3 (14 oz) cans tomatoes',
    'salt to taste',
  ]
  await expect(lines).toHaveText(tripled)
  await expect(lines.locator('b').filter({ hasText: 'cups' })).toHaveText('1 ½ cups')

  await kitchen.getByRole('button', { name: 'Grocery' }).click()
  const dialog = kitchen.getByRole('dialog')
  await expect(dialog.locator('label').filter({ has: kitchen.getByRole('checkbox') })).toHaveText(tripled)
  await dialog.getByRole('button', { name: 'Add 9 things' }).click()
  await expect(dialog.getByRole('listitem')).toHaveText(tripled)
  await dialog.getByRole('button', { name: 'Done' }).click()

  await kitchen.getByRole('link', { name: 'Cook', exact: true }).click()
  await expect(kitchen.getByRole('complementary').getByRole('listitem').first()).toHaveText('1 ½ cups cream')
})

for (const [language, more, halved] of [
  ['de', 'Mehr Portionen', ['3,75 kg Mehl', '2 ½ Tassen Milch', '5 Knoblauchzehen']],
  ['ar', 'حصص أكثر', ['٣٫٧٥ kg Mehl', '٢ ١⁄٢ Tassen Milch', '٥ Knoblauchzehen']],
] as const) {
  test.describe(language, () => {
    test.use({ locale: language })

    // Numbers follow the language, on the page and in the list's answer; the words stay the
    // author's.
    test(`scale in the numbers of ${language}`, { tag: '@once' }, async ({ kitchen, cook }) => {
      const answer = await cook.api('/api/recipes', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          name: 'Brot',
          servings: 2,
          ingredients: [
            { text: '1,5 kg Mehl' },
            { text: '1 Tasse Milch' },
            { text: '2 Knoblauchzehen' },
            { text: '2–3 eggs' },
          ],
        }),
      })
      const { id } = (await answer.json()) as { id: string }
      await kitchen.goto(new URL(`/recipes/${id}`, kitchen.url()).href)
      const lines = kitchen.getByRole('listitem').filter({ has: kitchen.getByRole('checkbox') })
      await expect(lines.last()).toHaveText('2–3 eggs')
      expect(await inOrder(lines.last().locator('bdi').first(), ['2', '3', 'eggs'])).toBe(true)
      for (let servings = 2; servings < 5; servings += 1)
        await kitchen.getByRole('button', { name: more }).click()
      await expect(lines).toHaveText([...halved, language === 'ar' ? '٥–٧ ١⁄٢ eggs' : '5–7 ½ eggs'])
    })
  })
}

// Reports whether the pieces of a line appear from left to right on screen.
function inOrder(line: Locator, pieces: string[]) {
  return line.evaluate((element, wanted) => {
    const places = wanted.map((piece) => {
      const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const at = (node.textContent ?? '').indexOf(piece)
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + piece.length)
        return range.getBoundingClientRect().left
      }
      return NaN
    })
    return places.every((left, i) => i === 0 || left > (places[i - 1] ?? NaN))
  }, pieces)
}
