import { address, expect, test } from './kitchen'

// Client authors can read what every address accepts, even if only this server is reachable.
test('the description of the API', { tag: '@once' }, async ({ page }) => {
  test.setTimeout(30_000)
  const complaints: string[] = []
  const elsewhere: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(address()))
      elsewhere.push(request.url())
  })
  await page.setViewportSize({ width: 1280, height: 800 }) // phones don't have its search
  await page.goto(address('/api/docs'))
  await expect(page.getByRole('heading', { name: 'The command API' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Get a whole recipe' })).toBeAttached()
  // What is typed before the page has indexed itself finds nothing.
  await expect(async () => {
    await page.getByPlaceholder('Search...').fill('')
    await page.getByPlaceholder('Search...').fill('shopping')
    const found = page.getByRole('search').getByRole('menuitem', { name: 'The grocery app' })
    await expect(found).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 20_000 })
  expect(elsewhere).toEqual([])
  expect(complaints).toEqual([])
})

// An unknown address doesn't show the app, even if the app's service worker is installed.
test('an address that is not there', { tag: '@once' }, async ({ kitchen: page }) => {
  await page.evaluate(() => navigator.serviceWorker.ready)
  for (const nowhere of ['/livez', '/docs', '/recipes/x/eat']) {
    expect((await page.goto(address(nowhere)))?.status(), nowhere).toBe(404)
  }
  expect((await page.goto(address('/recipes/new')))?.status()).toBe(200)
})
