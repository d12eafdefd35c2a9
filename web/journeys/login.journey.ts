import { address, expect, expectAccessible, test } from './kitchen'

test.use({ recipes: '' })

// A cook logs in, is still logged in after the app was closed, and logs out.
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
  await again.getByRole('button', { name: 'Log out' }).click()
  await expect(again.getByLabel('Name')).toBeVisible()
  await again.goto(address('/'))
  await expect(again.getByLabel('Name')).toBeVisible()
})

// A session that ends elsewhere leads to the login, and from there back to where one was.
test('a session that ended leads back after the login', async ({ kitchen, cook }) => {
  await expect(kitchen.getByRole('searchbox')).toBeVisible()
  await kitchen.request.delete(address('/api/session'))
  await kitchen.goto(address('/?q=soup'))
  await kitchen.getByLabel('Name').fill(cook.name)
  await kitchen.getByLabel('Password', { exact: true }).fill(cook.password)
  await kitchen.getByRole('button', { name: 'Log in' }).click()
  await expect(kitchen.getByRole('searchbox')).toHaveValue('soup')
})
