import { address, addCook, expect, expectAccessible, test } from './kitchen'

// One finds the grocery list from the recipes and comes back to where one was: to the search, and to the place in it.
test('to the grocery list, and back', async ({ kitchen, cook }) => {
  const places = kitchen.getByRole('navigation', { name: 'Places' })
  await expect(places.getByRole('link', { name: 'Recipes' })).toHaveAttribute('aria-current', 'page')
  await kitchen.getByRole('searchbox').fill('s')
  await expect(kitchen).toHaveURL(/\?q=s$/)
  const last = kitchen.getByRole('main').getByRole('link').last()
  await last.scrollIntoViewIfNeeded()
  const before = await kitchen.evaluate(() => scrollY)

  const { items } = (await (await cook.api('/api/recipes?q=rosti')).json()) as { items: { id: string }[] }
  await cook.api(`/api/recipes/${items[0]?.id}/grocery`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  })
  await places.getByRole('link', { name: /^Groceries/ }).click()
  await expect(kitchen.getByText('4 to buy')).toBeVisible()
  await expect(places.getByRole('link', { name: 'Groceries' })).toHaveAttribute('aria-current', 'page')
  await expectAccessible(kitchen)

  await places.getByRole('link', { name: 'Recipes' }).click()
  await expect(kitchen).toHaveURL(/\?q=s$/)
  await expect(kitchen.getByRole('searchbox')).toHaveValue('s')
  await expect.poll(() => kitchen.evaluate(() => scrollY)).toBe(before)
  await expect(places.getByRole('link', { name: 'Groceries 4 to buy' })).toBeVisible()
  await expectAccessible(kitchen)
})

// From the list one gets to a new recipe and to one's account, also where nothing leads back.
test('from the grocery list to everywhere', { tag: '@once' }, async ({ kitchen }) => {
  const places = kitchen.getByRole('navigation', { name: 'Places' })
  await kitchen.goto(address('/grocery/'))
  await places.getByRole('link', { name: 'Account' }).click()
  await expect(kitchen.getByRole('dialog')).toBeVisible()
  await kitchen.keyboard.press('Escape')
  await kitchen.reload()
  await expect(places).toBeVisible()
  await expect(kitchen.getByRole('dialog')).toHaveCount(0)
  await kitchen.goto(address('/grocery/'))
  await places.getByRole('link', { name: 'Add' }).click()
  await expect(kitchen.getByRole('heading', { name: 'New recipe' })).toBeVisible()
})

// Who has no access to the list isn't led there, and who comes anyway is told whom to ask, and gets back.
test('without access to the grocery list', { tag: '@once' }, async ({ page }) => {
  const guest = await addCook()
  await page.request.post(address('/api/session'), {
    data: { username: guest.name, password: guest.password },
  })
  await page.goto(address('/'))
  const places = page.getByRole('navigation', { name: 'Places' })
  await expect(places.getByRole('link', { name: 'Recipes' })).toBeVisible()
  await expect(places.getByRole('link', { name: 'Groceries' })).toHaveCount(0)
  await page.goto(address('/grocery/'))
  await expect(page.getByText(/larder user grant NAME grocery/)).toBeVisible()
  await places.getByRole('link', { name: 'Recipes' }).click()
  await expect(page).toHaveURL(address('/'))
})
