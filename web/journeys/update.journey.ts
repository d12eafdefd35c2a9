import { address, expect, expectAccessible, test } from './kitchen'
import { Way } from './way'

// A new version of the app waits for the cook's consent and is active after that.
test(
  'a new version asks before it takes the place of the old one',
  { tag: '@once' },
  async ({ page, cook }) => {
    const way = await Way.to(address())
    try {
      await page.request.post(way.address('/api/session'), {
        data: { username: cook.name, password: cook.password },
      })
      await page.goto(way.address())
      await page.evaluate(() => navigator.serviceWorker.ready)
      await page.reload()
      await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()

      way.version = 'the next version'
      await page.reload()
      await expect(page.getByText('A new version is here.')).toBeVisible()
      await expectAccessible(page)
      await page.getByRole('searchbox').fill('shak')
      await expect(page.getByRole('link', { name: /Shakshuka/ })).toBeVisible()

      const loaded = page.waitForEvent('load')
      await page.getByRole('button', { name: 'Load it now' }).click()
      await loaded
      await expect(page.getByRole('searchbox')).toHaveValue('shak')
      await expect(page.getByText('A new version is here.')).toBeHidden()
      expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting)).toBeNull()
    } finally {
      await way.close()
    }
  },
)
