import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Locator } from '@playwright/test'
import { address, expect, expectAccessible, test } from './kitchen'
import { Way } from './way'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

const heic = readFileSync(
  fileURLToPath(new URL('../../file-service/internal/picture/testdata/photo.heic', import.meta.url)),
)

// width returns a loaded picture's width, 0 before.
const width = (picture: Locator) => picture.evaluate((element) => (element as HTMLImageElement).naturalWidth)

// An added photo becomes the recipe's picture, a text file can be opened, and removing them removes
// both. Refusals by the server are shown.
test('add files, see them, remove them', async ({ kitchen, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await files.getByLabel('Add files').setInputFiles([
    { name: 'rösti.png', mimeType: 'image/png', buffer: photo },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Better the day after.') },
  ])
  const text = files.getByRole('link', { name: 'Open notes.txt' })
  await expect(text).toBeVisible()
  const picture = kitchen.locator('article header img')
  await expect.poll(() => width(picture)).toBeGreaterThan(0)
  await expectAccessible(kitchen)
  const opened = context.waitForEvent('page')
  await text.click()
  await expect((await opened).locator('body')).toHaveText('Better the day after.')
  await (await opened).close()

  // The list's card shows it too, even offline.
  await kitchen.goto(address('/'))
  const card = kitchen.getByRole('link', { name: /Rösti/ }).locator('img')
  await expect.poll(() => width(card)).toBeGreaterThan(0)
  // Its colour was shown before it.
  await expect(card).toHaveCSS('background-color', 'rgb(170, 62, 21)')
  await expectAccessible(kitchen)
  await context.setOffline(true)
  await kitchen.reload()
  await expect.poll(() => width(card)).toBeGreaterThan(0)
  await context.setOffline(false)

  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await expect(files.getByRole('link')).toHaveCount(2)
  await files.getByRole('button', { name: 'Remove rösti.png' }).click()
  await kitchen.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(kitchen.getByText('“rösti.png” is removed.')).toBeVisible()
  await expect(picture).toHaveCount(0)
  await expect(files.getByRole('link')).toHaveCount(1)
})

// A phone's photo works like any picture, and the recipe's picture is the first file that can be
// shown.
test("a phone's photo becomes the recipe's picture", async ({ kitchen, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await files.getByLabel('Add files').setInputFiles([
    {
      name: 'plan.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    },
    { name: 'rösti.heic', mimeType: 'image/heic', buffer: heic },
  ])
  const picture = kitchen.locator('article header img')
  // The HEIC decoder starts in a separate process, which takes seconds on a busy machine.
  await expect.poll(() => width(picture), { timeout: 30_000 }).toBe(480)
  const opened = context.waitForEvent('page')
  await files.getByRole('link', { name: 'Open rösti.heic' }).click()
  await expect.poll(async () => width((await opened).locator('img'))).toBe(480)
})

// An interrupted upload of a large file continues when there is a network again, without resending
// what was sent.
test('an upload that breaks off goes on', { tag: '@once' }, async ({ kitchen, context }) => {
  const way = await Way.to(address())
  await kitchen.goto(way.address())
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await expect(files.getByLabel('Add files')).toBeAttached()
  const offsets: number[] = []
  kitchen.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  const network = await context.newCDPSession(kitchen)
  const slow = { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: 4e5 }
  await network.send('Network.enable')
  await network.send('Network.emulateNetworkConditions', slow)
  const film = Buffer.alloc(8e6, 'film')
  await files
    .getByLabel('Add files')
    .setInputFiles([{ name: 'film.bin', mimeType: 'video/mp4', buffer: film }])
  const progress = files.getByRole('progressbar')
  const part = () => progress.evaluate((element) => (element as HTMLProgressElement).value)
  await expect.poll(part).toBeGreaterThan(0.25)
  await network.send('Network.emulateNetworkConditions', { ...slow, offline: true })
  way.is('cut')
  await expect.poll(() => kitchen.evaluate(() => navigator.onLine)).toBe(false)
  await expect(progress).toBeVisible()
  way.is('open')
  await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 })
  const link = files.getByRole('link', { name: 'Open film.bin' })
  await expect(link).toBeVisible()
  expect(offsets[0]).toBe(0)
  expect(offsets[1]).toBeGreaterThan(1e6)
  const read = await kitchen.request.get(address((await link.getAttribute('href')) ?? ''))
  expect(film.equals(await read.body())).toBe(true)
  await way.close()
})

// The server's refusal of a large file is shown.
test('a large file that is refused', { tag: '@once' }, async ({ kitchen }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await kitchen.route('**/api/files/uploads', (route) =>
    route.fulfill({
      status: 413,
      headers: { 'X-Request-Id': 'r' },
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'Too large', status: 413, detail: 'The file has more than 5 bytes.' }),
    }),
  )
  const film = Buffer.alloc(2e6)
  await files
    .getByLabel('Add files')
    .setInputFiles([{ name: 'film.bin', mimeType: 'video/mp4', buffer: film }])
  await expect(kitchen.getByText(/film.bin.*more than 5 bytes/)).toBeVisible()
})

// Offline, a photo waits like any other change: it is visible at once, survives a reload, and can
// be removed.
test('a photo without a network', { tag: '@once' }, async ({ kitchen, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await expect(files.getByLabel('Add files')).toBeAttached()
  await kitchen.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await context.setOffline(true)
  await files.getByLabel('Add files').setInputFiles([
    { name: 'rösti.png', mimeType: 'image/png', buffer: photo },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Better.') },
    { name: 'film.bin', mimeType: 'video/mp4', buffer: Buffer.alloc(2e6, 'film') },
  ])
  const waiting = files.getByRole('listitem').filter({ hasText: 'waits' })
  await expect(waiting).toHaveCount(3)
  const picture = kitchen.locator('article header img')
  await expect.poll(() => width(picture)).toBeGreaterThan(0)
  await expectAccessible(kitchen)
  await kitchen.reload()
  await expect(waiting).toHaveCount(3)
  await expect.poll(() => width(picture)).toBeGreaterThan(0)
  await files.getByRole('button', { name: 'Remove notes.txt' }).click()
  await expect(waiting).toHaveCount(2)

  await context.setOffline(false)
  await expect(files.getByRole('link', { name: 'Open rösti.png' })).toBeVisible({ timeout: 20_000 })
  await expect(files.getByRole('link', { name: 'Open film.bin' })).toBeVisible({ timeout: 20_000 })
  await expect(waiting).toHaveCount(0)
  await expect(files.getByRole('link')).toHaveCount(2)
})

// A file that is too large is reported at once, even offline.
test('a file that is too large', { tag: '@once' }, async ({ kitchen, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await expect(files.getByLabel('Add files')).toBeAttached()
  await context.setOffline(true)
  await files.getByLabel('Add files').evaluate((field) => {
    const data = new DataTransfer()
    data.items.add(
      new File([new Blob(Array.from({ length: 101 }, () => new Uint8Array(2 ** 20)))], 'film.mp4'),
    )
    ;(field as HTMLInputElement).files = data.files
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await expect(kitchen.getByText(/“film.mp4” is too large/)).toBeVisible()
  await expect(files.getByRole('listitem')).toHaveCount(0)
})
