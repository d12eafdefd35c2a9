import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Locator } from '@playwright/test'
import { address, expect, expectAccessible, test } from './kitchen'

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

// width is that of a picture that has been loaded, 0 before.
const width = (picture: Locator) => picture.evaluate((element) => (element as HTMLImageElement).naturalWidth)

// A photograph is put on a recipe and becomes its picture, a text can be opened, and both are gone when they are
// removed. What the server refuses is said.
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
  const read = await kitchen.request.get(address((await text.getAttribute('href')) ?? ''))
  expect(await read.text()).toBe('Better the day after.')

  // It is on the card of the list, too, and stays there without a network.
  await kitchen.goto(address('/'))
  const card = kitchen.getByRole('link', { name: /Rösti/ }).locator('img')
  await expect.poll(() => width(card)).toBeGreaterThan(0)
  // The icon's colour stood there before it.
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

// Without a network a file isn't lost in silence.
test('a file without a network', async ({ kitchen, context }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  const files = kitchen.getByRole('region', { name: 'Files' })
  await expect(files.getByLabel('Add files')).toBeAttached()
  await context.setOffline(true)
  await files
    .getByLabel('Add files')
    .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Better.') }])
  await expect(kitchen.getByText(/“notes.txt” was not sent/)).toBeVisible()
  await expect(files.getByRole('link')).toHaveCount(0)
})
