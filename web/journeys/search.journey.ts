import { address, expect, expectAccessible, test } from './kitchen'

// Blank shows everything; typing finds as one types, forgives an accent and a typo, and marks what matched.
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

// A name that isn't there says what to try, and leads back to everything.
test('finding nothing helps', async ({ kitchen }) => {
  await kitchen.getByRole('searchbox').fill('xylophone')
  await expect(kitchen.getByRole('heading', { name: 'Nothing called “xylophone”' })).toBeVisible()
  await expectAccessible(kitchen)
  await kitchen.getByRole('button', { name: 'Show all recipes' }).click()
  await expect(kitchen.getByRole('link', { name: /Rösti/ })).toBeVisible()
})

// Arrows move through the list, and Enter opens.
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

// Searches that led somewhere are offered again.
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

// A tag narrows the list, and lifting it brings all back.
test('filter by tag', async ({ kitchen }) => {
  const status = kitchen.getByText(/^\d+ recipes?$/)
  const all = await status.textContent()
  await kitchen.getByRole('button', { name: 'vegetarian', exact: true }).click()
  await expect(status).not.toHaveText(all ?? '')
  await kitchen.getByRole('button', { name: 'vegetarian', exact: true }).click()
  await expect(status).toHaveText(all ?? '')
})
