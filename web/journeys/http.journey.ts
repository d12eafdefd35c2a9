import { chromium, type Browser } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { address, expect, expectAccessible, test as base } from './kitchen'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

// A browser in which larder.home is this machine. Over plain HTTP from another host it has no
// service worker, no locks and no randomUUID, like a phone on the home network.
const test = base.extend<{ home: string; browser: Browser }>({
  browser: async ({}, use) => {
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--host-resolver-rules=MAP larder.home 127.0.0.1'],
    })
    await use(browser)
    await browser.close()
  },
  home: async ({}, use) => use(address().replace('127.0.0.1', 'larder.home')),
})

// On the home network over plain HTTP, a cook logs in, writes, searches, adds files and groceries,
// deletes and logs out; only installing and offline use don't work, and the app says so once.
test('everything but installing and offline', { tag: '@once' }, async ({ browser, home, cook, viewport }) => {
  test.setTimeout(90_000)
  const context = await browser.newContext({ viewport, locale: 'en-GB' })
  const page = await context.newPage()
  const broken: string[] = []
  page.on('pageerror', (error) => broken.push(error.message))
  await page.goto(home)
  expect(await page.evaluate(() => isSecureContext)).toBe(false)
  await page.getByLabel('Name').fill(cook.name)
  await page.getByLabel('Password', { exact: true }).fill(cook.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  const told = page.getByText('needs a secure address (https)')
  await expect(told).toBeVisible()
  await expectAccessible(page)
  await page.reload()
  await expect(page.getByRole('link', { name: /Rösti/ })).toBeVisible()
  await expect(told).toHaveCount(0)

  await page.getByRole('link', { name: 'Add recipe' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Plain soup')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Plain soup')
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Plain soup with bread')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Plain soup with bread')
  const chooser = page.locator('input[type=file]').first()
  await chooser.setInputFiles({ name: 'small.png', mimeType: 'image/png', buffer: photo })
  await expect(page.locator('img[src*="/files/"]').first()).toBeVisible()
  // Larger than what is sent in one request.
  await chooser.setInputFiles({
    name: 'large.txt',
    mimeType: 'text/plain',
    buffer: Buffer.alloc(2 << 20, 'soup '),
  })
  await expect(page.getByRole('link', { name: /large\.txt/ })).toBeVisible({ timeout: 20_000 })

  await page.goto(home)
  await page.getByRole('searchbox').fill('rösti')
  await page.getByRole('link', { name: /Rösti/ }).click()
  await page.getByRole('button', { name: 'Grocery' }).click()
  await page.getByRole('button', { name: /^Add \d+ things$/ }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.goto(new URL('/grocery/', home).href)
  await expect(page.getByRole('checkbox', { name: /potatoes/ })).toBeVisible()
  await page.getByRole('textbox', { name: 'Add to the list' }).fill('matches')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('checkbox', { name: /matches/ })).toBeVisible()
  await expect
    .poll(async () => (await (await cook.api('/grocery/api/list')).text()).includes('matches'))
    .toBe(true)

  await page.goto(home)
  await page.getByRole('link', { name: /Plain soup/ }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('“Plain soup with bread” is deleted.')).toBeVisible()
  await page.goto(home)
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Log out', exact: true }).click()
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible()
  expect(broken).toEqual([])
})
