import { address, expect, expectAccessible, test, type Cook } from './kitchen'

interface Found {
  items: { id: string; name: string }[]
}

async function change(cook: Cook, name: string, change: (recipe: Record<string, unknown>) => void) {
  const { items } = (await (await cook.api(`/api/recipes?q=${name}`)).json()) as Found
  const id = items[0]?.id ?? ''
  const read = await cook.api(`/api/recipes/${id}`)
  const recipe = (await read.json()) as Record<string, unknown>
  const { version } = recipe
  const answered = new Set(['id', 'version', 'files', 'created_at', 'updated_at'])
  const input = Object.fromEntries(Object.entries(recipe).filter(([field]) => !answered.has(field)))
  change(input)
  const answer = await cook.api(`/api/recipes/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${String(version)}"` },
    body: JSON.stringify(input),
  })
  expect(answer.status).toBe(200)
  return id
}

// A cook sees what changed in which version, word by word, and restores an earlier one; the versions
// between stay.
test('see what changed, and go back', async ({ kitchen, cook }) => {
  const id = await change(cook, 'Shakshuka', (recipe) => {
    recipe['notes'] = 'Less salt next time.'
    const rows = recipe['ingredients'] as { text: string }[]
    recipe['ingredients'] = rows.map(({ text }) => ({
      text: text === '1 large onion, sliced' ? '2 large onions, sliced' : text,
    }))
  })
  await change(cook, 'Shakshuka', (recipe) => (recipe['name'] = 'Shakshuka with feta'))

  await kitchen.goto(address(`/recipes/${id}`))
  await kitchen.getByRole('link', { name: 'History' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('History of Shakshuka with feta')
  const versions = kitchen.getByRole('main').getByRole('list').getByRole('listitem')
  await expect(versions).toHaveCount(3)
  await expect(versions.nth(0).locator('ins')).toHaveText(' with feta')
  await versions.nth(1).getByText('Changed').click()
  await expect(versions.nth(1).locator('ins')).toContainText(['2', 'onions', 'Less salt next time.'])
  await expect(versions.nth(1).locator('del')).toContainText(['1', 'onion'])
  await expectAccessible(kitchen)

  await versions.nth(2).getByText('Created').click()
  await versions.nth(2).getByRole('button', { name: 'Restore this version' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
  await expect(kitchen.getByText('Less salt next time.')).toBeHidden()
  await kitchen.getByRole('link', { name: 'History' }).click()
  await expect(versions).toHaveCount(4)
  await expect(versions.nth(0)).toContainText('Restored')
})

// Without a network the page says where earlier versions are.
test('the history needs the server', { tag: '@once' }, async ({ kitchen, cook }) => {
  const { items } = (await (await cook.api('/api/recipes?q=shakshuka')).json()) as Found
  await kitchen.goto(address(`/recipes/${items[0]?.id ?? ''}`))
  // The page's code is then on the device.
  await kitchen.evaluate(() => navigator.serviceWorker.ready)
  await kitchen.reload()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
  await kitchen.context().setOffline(true)
  await kitchen.getByRole('link', { name: 'History' }).click()
  await expect(kitchen.getByRole('heading', { name: 'Can’t load the history' })).toBeVisible()
  await kitchen.context().setOffline(false)
  await kitchen.getByRole('button', { name: 'Try again' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('History of Shakshuka')
})

// A deleted recipe is in the list of deleted ones, which says until when, and comes back from there.
test('bring back a deleted recipe', async ({ kitchen, cook }) => {
  await kitchen.getByRole('button', { name: 'Account' }).click()
  await kitchen.getByRole('link', { name: 'Deleted recipes' }).click()
  await expect(kitchen.getByText('Nothing is deleted.')).toBeVisible()
  const { items } = (await (await cook.api('/api/recipes?q=shakshuka')).json()) as Found
  const id = items[0]?.id ?? ''
  expect((await cook.api(`/api/recipes/${id}`, { method: 'DELETE' })).status).toBe(204)

  await kitchen.goto(address('/deleted'))
  const row = kitchen.getByRole('listitem').filter({ hasText: 'Shakshuka' })
  await expect(row).toContainText('can be brought back until')
  await expectAccessible(kitchen)
  await row.getByRole('button', { name: 'Bring back Shakshuka' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Shakshuka')
  await kitchen.goto(address('/deleted'))
  await expect(kitchen.getByText('Nothing is deleted.')).toBeVisible()
})
