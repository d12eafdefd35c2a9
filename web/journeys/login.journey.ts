import type { Page } from '@playwright/test'
import { address, expect, expectAccessible, test } from './kitchen'

test.use({ recipes: '' })

// A cook logs in, is still logged in after closing the app, and logs out.
test('log in, stay logged in, log out', async ({ page, cook, context }) => {
  await page.goto(address('/'))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome to your larder')
  await expect(page.getByText('Ask whoever runs this larder')).toBeVisible()
  await expectAccessible(page)

  await expect(page.getByLabel('Name')).toBeFocused()
  await page.getByLabel('Name').fill(cook.name)
  await page.getByLabel('Password', { exact: true }).fill('not the one')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('alert')).toContainText('Name or password is wrong')

  await page.getByLabel('Password', { exact: true }).fill(cook.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'An empty larder' })).toBeVisible()
  await expectAccessible(page)

  await page.close()
  const again = await context.newPage()
  await again.goto(address('/'))
  await expect(again.getByRole('searchbox')).toBeVisible()

  await again.getByRole('button', { name: 'Account' }).click()
  await expect(again.getByRole('dialog')).toContainText(cook.name)
  await expectAccessible(again)
  await again.getByRole('button', { name: 'Log out', exact: true }).click()
  await expect(again.getByLabel('Name')).toBeVisible()
  await again.goto(address('/'))
  await expect(again.getByLabel('Name')).toBeVisible()
})

// A session ended elsewhere leads to the login, and from there back to the same page.
test('a session that ended leads back after the login', { tag: '@once' }, async ({ kitchen, cook }) => {
  await expect(kitchen.getByRole('searchbox')).toBeVisible()
  await kitchen.request.delete(address('/api/session'))
  await kitchen.goto(address('/?q=soup'))
  await kitchen.getByLabel('Name').fill(cook.name)
  await kitchen.getByLabel('Password', { exact: true }).fill(cook.password)
  await kitchen.getByRole('button', { name: 'Log in' }).click()
  await expect(kitchen.getByRole('searchbox')).toHaveValue('soup')
})

// A cook sees their sessions and logs out a forgotten device.
test('log out another device', async ({ kitchen, cook, browser }) => {
  const left = await browser.newContext()
  const forgotten = await left.newPage()
  await forgotten.goto(address('/'))
  await forgotten.getByLabel('Name').fill(cook.name)
  await forgotten.getByLabel('Password', { exact: true }).fill(cook.password)
  await forgotten.getByRole('button', { name: 'Log in' }).click()
  await expect(forgotten.getByRole('searchbox')).toBeVisible()

  await kitchen.getByRole('button', { name: 'Account' }).click()
  const devices = kitchen.getByRole('region', { name: 'Where you are logged in' })
  await expect(devices.getByText('This device')).toHaveCount(1)
  const other = devices.getByRole('button', { name: /^Log out Chrome/ })
  await expect(other).toHaveCount(1)
  await expectAccessible(kitchen)
  await other.click()
  await expect(other).toHaveCount(0)
  await expect(devices.getByText('This device')).toHaveCount(1)

  await forgotten.goto(address('/'))
  await expect(forgotten.getByLabel('Name')).toBeVisible()
  await left.close()
})

// A cook changes their password: a wrong or weak one is named, this device stays logged in, the
// others don't.
test('change the password', async ({ kitchen, cook, browser }) => {
  const left = await browser.newContext()
  const other = await left.newPage()
  await logIn(other, cook.name, cook.password)
  await expect(other.getByRole('searchbox')).toBeVisible()

  await kitchen.getByRole('button', { name: 'Account' }).click()
  await kitchen.getByRole('button', { name: 'Change password' }).click()
  const form = kitchen.getByRole('form', { name: 'Change password' })
  await expect(form.getByLabel('Current password')).toBeFocused()
  await expectAccessible(kitchen)
  await form.getByLabel('Current password').fill('not the one')
  await form.getByLabel('New password').fill('much better than before')
  await form.getByRole('button', { name: 'Change password' }).click()
  await expect(form.getByText('That isn’t your password.')).toBeVisible()
  await form.getByLabel('Current password').fill(cook.password)
  await form.getByLabel('New password').fill('password')
  await form.getByRole('button', { name: 'Change password' }).click()
  await expect(form.getByText('Take one with at least 10 characters')).toBeVisible()
  await expectAccessible(kitchen)
  await form.getByLabel('New password').fill('much better than before')
  await kitchen.keyboard.press('Enter')
  await expect(kitchen.getByText('Your password is changed.')).toBeVisible()
  await expect(
    kitchen.getByRole('region', { name: 'Where you are logged in' }).getByText('This device'),
  ).toBeVisible()
  await kitchen.reload()
  await expect(kitchen.getByRole('searchbox')).toBeVisible()

  await logIn(other, cook.name, cook.password)
  await expect(other.getByRole('alert')).toContainText('Name or password is wrong')
  await logIn(other, cook.name, 'much better than before')
  await expect(other.getByRole('searchbox')).toBeVisible()
  await left.close()
})

async function logIn(page: Page, name: string, password: string) {
  await page.goto(address('/'))
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}
