import { expect, expectAccessible, test } from './kitchen'

// Ingredients are chosen, scaled and put on the list; adding them again asks for confirmation.
test('put on the grocery list', async ({ kitchen }) => {
  let sent = 0
  kitchen.on('request', (request) => {
    if (request.url().endsWith('/grocery')) sent += 1
  })
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await kitchen.getByRole('button', { name: 'Grocery' }).click()
  const dialog = kitchen.getByRole('dialog', { name: 'Put on the grocery list' })
  await dialog.getByRole('checkbox', { name: /salt/ }).uncheck()
  await dialog.getByRole('button', { name: 'More servings' }).click()
  await expectAccessible(kitchen)
  // The second click of a double click comes when the answer has made the dialog smaller.
  const add = dialog.getByRole('button', { name: 'Add 3 things' })
  const { x, y } = await add.evaluate((button) => button.getBoundingClientRect())
  await add.click()
  const told = dialog.getByText('3 things are on their way to the grocery list.')
  await expect(told).toBeVisible()
  await kitchen.mouse.move(x + 20, y + 20)
  await kitchen.mouse.down({ clickCount: 2 })
  await kitchen.mouse.up({ clickCount: 2 })
  await expect(told).toBeVisible()
  await expect(dialog.getByText('750 g')).toBeVisible()
  expect(sent).toBe(1)
  await dialog.getByRole('button', { name: 'Done' }).click()

  await kitchen.getByRole('button', { name: 'Grocery' }).click()
  await dialog.getByRole('checkbox', { name: /salt/ }).uncheck()
  await dialog.getByRole('button', { name: 'More servings' }).click()
  await expect(dialog.getByRole('button', { name: 'Add once more' })).toBeVisible()
  await kitchen.mouse.click(10, 10)
  await expect(dialog).toHaveCount(0)
})

test.describe('without access', () => {
  test.use({ grocery: false })

  // The button says so, and whom to ask.
  test('the button says so', async ({ kitchen }) => {
    await kitchen.getByRole('link', { name: /Rösti/ }).click()
    await kitchen.getByRole('button', { name: 'Grocery' }).click()
    await expect(kitchen.getByText('You have no access to the grocery list.')).toBeVisible()
    await expectAccessible(kitchen)
    await expect(kitchen.getByRole('dialog')).toHaveCount(0)
  })
})
