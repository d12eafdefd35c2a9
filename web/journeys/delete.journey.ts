import { expect, expectAccessible, test } from './kitchen'

// Deleting a recipe takes effect at once, and undo brings it back.
test('delete, and undo', async ({ kitchen, cook }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await kitchen.getByRole('button', { name: 'Delete' }).click()
  await expect(kitchen.getByText('“Rösti” is deleted.')).toBeVisible()
  await expect(kitchen.getByRole('link', { name: /Rösti/ })).toHaveCount(0)
  await expectAccessible(kitchen)
  await kitchen.getByRole('button', { name: 'Undo' }).click()
  await expect(kitchen.getByText('“Rösti” is back.')).toBeVisible()
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await expect(kitchen.getByText('waxy potatoes')).toBeVisible()
  const found = (await (await cook.api('/api/recipes?q=rosti')).json()) as { total: number }
  expect(found.total).toBe(1)
})
