import { address, addCook, expect, expectAccessible, test } from './kitchen'

// A cook goes from the recipes to the grocery list and back to the same search and scroll position.
test('to the grocery list, and back', async ({ kitchen, cook }) => {
  const places = kitchen.getByRole('navigation', { name: 'Places' })
  await expect(places.getByRole('link', { name: 'Recipes' })).toHaveAttribute('aria-current', 'page')
  await kitchen.getByRole('searchbox').fill('s')
  await expect(kitchen).toHaveURL(/\?q=s$/)
  // The device answers first and the server after it, which draws the list again.
  const last = kitchen.getByRole('main').getByRole('link').last()
  await expect(() => last.scrollIntoViewIfNeeded({ timeout: 1_000 })).toPass()
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

// The list leads to a new recipe and to the account, even without a way back.
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

// Without access there is no link to the list, and opening it says whom to ask and leads back.
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
