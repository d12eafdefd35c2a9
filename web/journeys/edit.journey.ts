import { address, expect, expectAccessible, test, type Cook } from './kitchen'

test.use({ recipes: '' })

async function addByApi(cook: Cook, recipe: object) {
  const answer = await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(recipe),
  })
  return (await answer.json()) as { id: string; version: number }
}

// A recipe is written row by row and from a pasted list, saved, found, and changed.
test('add a recipe and change it', async ({ kitchen, cook }) => {
  await kitchen.getByRole('link', { name: 'Add your first recipe' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('New recipe')
  await expectAccessible(kitchen)

  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByText('A recipe needs a name.')).toBeVisible()

  await kitchen.getByLabel('Name', { exact: true }).fill('Pancakes')
  await kitchen.getByLabel('Servings').fill('2,5')
  await kitchen.getByLabel('Cook, minutes').fill('20')
  await kitchen.getByLabel('Ingredient 1', { exact: true }).fill('200 g flour')
  await kitchen.getByLabel('Ingredient 1', { exact: true }).press('Enter')
  await expect(kitchen.getByLabel('Ingredient 2', { exact: true })).toBeFocused()
  await kitchen.keyboard.type('2 eggs')
  await kitchen.getByLabel('Step 1', { exact: true }).fill('Stir it all.')

  // A pasted list becomes rows, and its headings sections.
  await kitchen.getByLabel('Ingredient 2', { exact: true }).evaluate((field) => {
    const data = new DataTransfer()
    data.setData('text/plain', 'To serve:\n- maple syrup\n• 1 lemon')
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await expect(kitchen.getByLabel('Ingredient 4', { exact: true })).toHaveValue('1 lemon')
  await expect(kitchen.getByLabel('Section', { exact: true })).toHaveValue('To serve')

  // The handle moves a row with keys too.
  await kitchen.getByRole('button', { name: /^Move 2 eggs/ }).focus()
  await kitchen.keyboard.press('ArrowUp')
  await expect(kitchen.getByLabel('Ingredient 1', { exact: true })).toHaveValue('2 eggs')
  await expect(kitchen.getByRole('button', { name: /^Move 2 eggs/ })).toBeFocused()

  await kitchen.getByLabel('Tags').fill('sweet, quick')
  await kitchen.getByLabel('Tags').press('Enter')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Pancakes')
  await expect(kitchen.getByRole('heading', { name: 'To serve' })).toBeVisible()

  await kitchen.getByRole('link', { name: 'Edit' }).click()
  await kitchen.getByLabel('Name', { exact: true }).fill('Thin pancakes')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Thin pancakes')
  const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { name: string }[] }
  expect(items.map((item) => item.name)).toEqual(['Thin pancakes'])
})

// A row can be dragged to another position.
test('drag a row', async ({ kitchen, cook }) => {
  const { id } = await addByApi(cook, {
    name: 'Salad',
    ingredients: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
  })
  await kitchen.goto(address(`/recipes/${id}/edit`))
  const handle = await kitchen.getByRole('button', { name: /^Move one/ }).boundingBox()
  const last = await kitchen.getByLabel('Ingredient 3', { exact: true }).boundingBox()
  if (!handle || !last) throw new Error('the rows are not there')
  await kitchen.mouse.move(handle.x + 10, handle.y + 10)
  await kitchen.mouse.down()
  await kitchen.mouse.move(handle.x + 10, last.y + last.height - 4, { steps: 12 })
  await kitchen.mouse.up()
  await expect(kitchen.getByLabel('Ingredient 3', { exact: true })).toHaveValue('one')
})

// Leaving with changes prompts; typed text survives a reload and can be discarded.
test('a draft survives', { tag: '@once' }, async ({ kitchen, cook }) => {
  const { id } = await addByApi(cook, { name: 'Stew' })
  await kitchen.goto(address(`/recipes/${id}/edit`))
  await kitchen.getByLabel('Name', { exact: true }).fill('Stew of the day')
  await kitchen.getByRole('button', { name: 'Cancel' }).click()
  await expect(kitchen.getByRole('dialog', { name: 'Leave without saving?' })).toBeVisible()
  await expectAccessible(kitchen)
  await kitchen.getByRole('button', { name: 'Go on writing' }).click()

  kitchen.on('dialog', (dialog) => void dialog.accept())
  await kitchen.reload()
  await expect(kitchen.getByText('What you had written and not saved is back.')).toBeVisible()
  await expect(kitchen.getByLabel('Name', { exact: true })).toHaveValue('Stew of the day')
  await kitchen.getByRole('button', { name: 'Throw it away' }).click()
  await expect(kitchen.getByLabel('Name', { exact: true })).toHaveValue('Stew')
})

// If two devices change the same recipe, the second one shows both and lets the cook choose.
for (const { choice, name } of [
  { choice: 'Keep mine', name: 'Soup of mine' },
  { choice: 'Keep theirs', name: 'Soup of theirs' },
]) {
  test(`a conflict shows both: ${choice}`, async ({ kitchen, cook }) => {
    const { id, version } = await addByApi(cook, { name: 'Soup', notes: 'salt' })
    await kitchen.goto(address(`/recipes/${id}/edit`))
    await kitchen.getByLabel('Name', { exact: true }).fill('Soup of mine')
    await cook.api(`/api/recipes/${id}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'If-Match': `"${version}"` },
      body: JSON.stringify({ name: 'Soup of theirs', notes: 'salt' }),
    })
    await kitchen.getByRole('button', { name: 'Save' }).click()
    const dialog = kitchen.getByRole('dialog', { name: 'Changed on another device' })
    await expect(dialog.getByRole('cell', { name: 'Soup of mine' })).toBeVisible()
    await expect(dialog.getByRole('cell', { name: 'Soup of theirs' })).toBeVisible()
    await expectAccessible(kitchen)
    await dialog.getByRole('button', { name: choice }).click()
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(name)
    const now = (await (await cook.api(`/api/recipes/${id}`)).json()) as { name: string }
    expect(now.name).toBe(name)
  })
}
