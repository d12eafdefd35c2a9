import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test as base } from './kitchen'
import { writeMany } from './many'

const count = 5_000

const test = base.extend<object>({
  recipes: async ({}, use) => {
    const path = writeMany(count)
    await use(path)
    rmSync(dirname(path), { recursive: true })
  },
})

// Five thousand recipes: only those on the screen are drawn, the last one is reached, and the device keeps the
// newest.
test('scroll through 5,000 recipes', async ({ kitchen }) => {
  test.setTimeout(180_000)
  await expect(kitchen.getByText('5,000 recipes')).toBeVisible({ timeout: 20_000 })
  const cards = kitchen.getByRole('list', { name: 'All recipes' }).getByRole('link')
  const last = kitchen.getByRole('link', { name: /Walnut Tart 4966/ })
  await expect
    .poll(
      async () => {
        expect(await cards.count(), 'cards that are drawn').toBeLessThan(100)
        await kitchen.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
        return last.isVisible()
      },
      { timeout: 90_000, intervals: [50] },
    )
    .toBe(true)

  await kitchen.getByRole('searchbox').fill('barley gratin 0182')
  await expect(cards).toHaveCount(1)
})
