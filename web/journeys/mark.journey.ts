import { address, expect, expectAccessible, test } from './kitchen'

// A cook makes a recipe a favourite and rates it, also without a network; the list shows, finds and
// sorts by it.
test('a favourite, and stars', async ({ kitchen, cook, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const favourite = kitchen.getByRole('button', { name: 'Favourite' })
  await expect(favourite).toHaveAttribute('aria-pressed', 'false')
  await favourite.click()
  await expect(favourite).toHaveAttribute('aria-pressed', 'true')
  const rating = kitchen.getByRole('group', { name: 'Rating' })
  await rating.getByRole('button', { name: '4 stars' }).click()
  await expect(rating.getByRole('button', { name: '4 stars' })).toHaveAttribute('aria-pressed', 'true')
  await expectAccessible(kitchen)

  await kitchen.evaluate(() => navigator.serviceWorker.ready)
  await context.setOffline(true)
  await rating.getByRole('button', { name: '5 stars' }).click()
  await expect(rating.getByRole('button', { name: '5 stars' })).toHaveAttribute('aria-pressed', 'true')
  await context.setOffline(false)
  await expect
    .poll(async () => {
      const { items } = (await (await cook.api('/api/recipes?favourite=true&sort=rating')).json()) as {
        items: { name: string; rating: number; favourite: boolean }[]
      }
      return items.map(({ name, rating, favourite }) => [name, rating, favourite])
    })
    .toEqual([['Rösti', 5, true]])

  await kitchen.goto(address('/'))
  await expect(kitchen.getByRole('link', { name: /Rösti.*Favourite/ })).toBeVisible()
  await kitchen.getByRole('button', { name: 'Filter' }).click()
  const sheet = kitchen.getByRole('dialog')
  const favourites = sheet.getByRole('button', { name: 'Favourites' })
  await favourites.click()
  await expect(favourites).toHaveAttribute('aria-pressed', 'true')
  await sheet.getByLabel('Sort by').selectOption('Best rated first')
  await expectAccessible(kitchen)
  await sheet.getByRole('button', { name: 'Close' }).click()
  await expect(kitchen).toHaveURL(/favourite=true/)
  await expect(kitchen.getByRole('main').getByRole('link', { name: /Rösti/ })).toBeVisible()
  await expect(kitchen.getByRole('link', { name: /Shakshuka/ })).toHaveCount(0)
  await kitchen.reload()
  await expect(kitchen.getByRole('link', { name: /Shakshuka/ })).toHaveCount(0)
  await kitchen.getByRole('button', { name: 'Favourites' }).click()
  await expect(kitchen.getByRole('link', { name: /Shakshuka/ })).toBeVisible()
})
