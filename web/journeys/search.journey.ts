import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { address, expect, expectAccessible, test } from './kitchen'

// A blank search shows everything; typing searches at once, ignores an accent and a typo, and marks
// matches.
test('find a recipe as one types', async ({ kitchen }) => {
  const list = kitchen.getByRole('list', { name: 'All recipes' })
  await expect(kitchen.getByText(/^\d+ recipes$/)).toBeVisible()
  await expectAccessible(kitchen)

  await kitchen.keyboard.press('/')
  await expect(kitchen.getByRole('searchbox')).toBeFocused()
  await kitchen.keyboard.type('rosti')
  await expect(list.getByRole('link')).toHaveCount(1)
  await expect(list.locator('mark')).toHaveText('Rösti')

  await kitchen.getByRole('searchbox').fill('shaksuka')
  await expect(list.locator('mark')).toHaveText('Shakshuka')

  await kitchen.keyboard.press('Enter')
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
})

// An unknown name shows what to try, and leads back to everything.
test('finding nothing helps', async ({ kitchen }) => {
  await kitchen.getByRole('searchbox').fill('xylophone')
  await expect(kitchen.getByRole('heading', { name: 'Nothing called “xylophone”' })).toBeVisible()
  await expectAccessible(kitchen)
  await kitchen.getByRole('button', { name: 'Show all recipes' }).click()
  await expect(kitchen.getByRole('link', { name: /Rösti/ })).toBeVisible()
})

// Arrow keys move through the list, and Enter opens a recipe.
test('by the keyboard alone', async ({ kitchen }) => {
  await expect(kitchen.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await kitchen.keyboard.press('/')
  await kitchen.keyboard.press('ArrowDown')
  const first = kitchen.getByRole('list', { name: 'All recipes' }).getByRole('link').first()
  await expect(first).toBeFocused()
  await kitchen.keyboard.press('ArrowRight')
  await expect(first).not.toBeFocused()
  await kitchen.keyboard.press('ArrowLeft')
  await expect(first).toBeFocused()
  await kitchen.keyboard.press('ArrowUp')
  await expect(kitchen.getByRole('searchbox')).toBeFocused()
  await kitchen.keyboard.press('ArrowDown')
  await kitchen.keyboard.press('Enter')
  await expect(kitchen).toHaveURL(/\/recipes\//)
})

// Successful searches are offered again.
test('recent searches', async ({ kitchen }) => {
  const search = kitchen.getByRole('searchbox')
  await search.fill('shak')
  await kitchen.getByRole('link', { name: /Shakshuka/ }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
  await kitchen.goto(address('/'))
  await search.click()
  await kitchen.getByRole('button', { name: 'shak', exact: true }).click()
  await expect(search).toHaveValue('shak')
})

// A tag narrows the list, and removing it restores everything.
test('filter by tag', async ({ kitchen }) => {
  const status = kitchen.getByText(/^\d+ recipes?$/)
  const all = await status.textContent()
  await kitchen.getByRole('button', { name: 'vegetarian', exact: true }).click()
  await expect(status).not.toHaveText(all ?? '')
  await kitchen.getByRole('button', { name: 'vegetarian', exact: true }).click()
  await expect(status).toHaveText(all ?? '')
})

const tagged = test.extend<object>({
  recipes: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'larder-tags-'))
    const path = join(folder, 'recipes.jsonl')
    const lines = Array.from({ length: 200 }, (_, n) => {
      const tags = [`kind ${n % 25}`, ...(n % 4 === 0 ? ['Winter'] : []), ...(n % 10 === 0 ? ['soup'] : [])]
      return JSON.stringify({ name: `Dish ${String(n).padStart(3, '0')}`, tags })
    })
    writeFileSync(path, lines.join('\n'))
    await use(path)
    rmSync(folder, { recursive: true })
  },
})

// All tags show their numbers of recipes, including recipes not loaded; several narrow together,
// the address contains them, and Back removes the last one.
tagged('several tags, of all that there are', async ({ kitchen }) => {
  const status = kitchen.getByText(/^\d+ recipes?$/)
  await expect(status).toHaveText('200 recipes')
  const winter = kitchen.getByRole('button', { name: 'Winter', exact: true })
  await expect(winter).toHaveText('Winter50')
  await winter.click()
  await expect(status).toHaveText('50 recipes')

  await kitchen.getByRole('button', { name: 'All 27 tags' }).click()
  const sheet = kitchen.getByRole('dialog', { name: 'Tags' })
  await expect(sheet.getByRole('listitem')).toHaveCount(27)
  await expect(sheet.getByRole('button', { name: 'Winter 50' })).toHaveAttribute('aria-pressed', 'true')
  await expectAccessible(kitchen)
  await sheet.getByRole('searchbox').fill('sou')
  await expect(sheet.getByRole('listitem')).toHaveCount(1)
  await sheet.getByRole('button', { name: 'soup 20' }).click()
  await sheet.getByRole('searchbox').fill('kind 20')
  await sheet.getByRole('button', { name: 'kind 20 8' }).click()
  await sheet.getByRole('button', { name: 'Show recipes' }).click()
  await expect(sheet).toBeHidden()
  await expect(status).toHaveText('2 recipes')
  expect(new URL(kitchen.url()).searchParams.getAll('tag')).toEqual(['Winter', 'soup', 'kind 20'])
  await expect(kitchen.getByRole('button', { name: 'kind 20', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  )

  await kitchen.reload()
  await expect(status).toHaveText('2 recipes')
  await kitchen.goBack()
  await expect(status).toHaveText('10 recipes')
  expect(new URL(kitchen.url()).searchParams.getAll('tag')).toEqual(['Winter', 'soup'])
  await kitchen.goBack()
  await expect(status).toHaveText('50 recipes')
  await kitchen.goBack()
  await expect(status).toHaveText('200 recipes')
  await expect(winter).toHaveAttribute('aria-pressed', 'false')
})

// Letters typed while a tag is chosen don't add steps to Back.
tagged('Back takes the tag away, and not a letter', async ({ kitchen }) => {
  const status = kitchen.getByText(/^\d+ recipes?$/)
  await kitchen.getByRole('button', { name: 'soup', exact: true }).click()
  await expect(status).toHaveText('20 recipes')
  await kitchen.getByRole('searchbox').fill('020')
  await expect(status).toHaveText('1 recipe')
  await kitchen.goBack()
  await expect(status).toHaveText('200 recipes')
  await expect(kitchen.getByRole('searchbox')).toHaveValue('')
})

// Similar names follow exact matches and are counted separately.
tagged('similar names are counted by themselves', { tag: '@once' }, async ({ kitchen, cook }) => {
  for (const name of ['Nutmeg tart', 'Nutmeat pie', 'Butternut mac & cheese']) {
    await cook.api('/api/recipes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    })
  }
  const cards = kitchen.getByRole('list', { name: 'All recipes' }).getByRole('link')
  await kitchen.getByRole('searchbox').fill('nutmeg')
  await expect(kitchen.getByText('1 recipe · 1 similar')).toBeVisible()
  await expect(cards).toHaveCount(2)
  await expect(cards.first()).toContainText('Nutmeg tart')
  await kitchen.getByRole('searchbox').fill('butternut mac and cheese')
  await expect(cards).toHaveCount(1)
})
