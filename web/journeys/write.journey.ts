import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { address, expect, expectAccessible, test } from './kitchen'

test.use({ recipes: '' })

const list = ['FOR THE CRUST', '- 200 g flour', '• 100 g butter', '', 'For the filling:', '3 apples'].join(
  '\n',
)

const photo = readFileSync(fileURLToPath(new URL('../public/icon-512.png', import.meta.url)))

async function copy(page: Page, text: string) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
}

const rowsOf = (page: Page, name: string) =>
  page
    .getByRole('group', { name })
    .getByRole('textbox')
    .evaluateAll((fields) =>
      fields.map((field) => `${field.getAttribute('aria-label')}: ${(field as HTMLInputElement).value}`),
    )

// A recipe is written by keyboard alone: rows with Enter, a heading by its words, a time in a
// cook's notation.
test('write a recipe by typing', async ({ kitchen, cook }) => {
  await kitchen.getByRole('link', { name: 'Add your first recipe' }).click()
  await expect(kitchen.getByLabel('Name', { exact: true })).toBeFocused()
  await kitchen.keyboard.type('Lemon rice')
  await kitchen.getByLabel('Servings').click()
  await kitchen.keyboard.type('4')
  await kitchen.getByLabel('Cook, minutes').click()
  await kitchen.keyboard.type('1 h 30')
  await expect(kitchen.getByText('= 1 hr, 30 min').or(kitchen.getByText('= 1 hr 30 min'))).toBeVisible()
  await kitchen.getByLabel('Ingredient 1', { exact: true }).click()
  for (const line of ['1 lemon', 'For the rice', '200 g basmati rice', 'salt to taste']) {
    await kitchen.keyboard.type(line)
    await kitchen.keyboard.press('Enter')
  }
  await expect
    .poll(() => rowsOf(kitchen, 'Ingredients'))
    .toEqual([
      'Ingredient 1: 1 lemon',
      'Section: For the rice',
      'Ingredient 2: 200 g basmati rice',
      'Ingredient 3: salt to taste',
      'Ingredient 4: ',
    ])
  // Parsed amounts are bold, and unparsed text shows nothing.
  const understood = kitchen.getByRole('group', { name: 'Ingredients' }).locator('b')
  await expect(understood).toHaveText(['1', '200 g'])
  await kitchen.getByLabel('Step 1', { exact: true }).click()
  await kitchen.keyboard.type('Boil the rice for 18 minutes.')
  await expectAccessible(kitchen)
  await kitchen.keyboard.press('Control+s')
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Lemon rice')
  await expect(kitchen.getByRole('heading', { name: 'For the rice' })).toBeVisible()
  const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { id: string }[] }
  const saved = (await (await cook.api(`/api/recipes/${items[0]?.id}`)).json()) as {
    cook_minutes: number
    ingredients: { text: string; section: string }[]
  }
  expect(saved.cook_minutes).toBe(90)
  expect(saved.ingredients.map(({ text, section }) => [text, section])).toEqual([
    ['1 lemon', ''],
    ['200 g basmati rice', 'For the rice'],
    ['salt to taste', 'For the rice'],
  ])
})

// A failed save focuses the field, and its mark disappears once it is correct.
test('a failed save leads to the field', async ({ kitchen }) => {
  await kitchen.goto(address('/recipes/new'))
  await kitchen.getByLabel('Name', { exact: true }).fill('Stew')
  await kitchen.getByLabel('Cook, minutes').fill('soon')
  await kitchen.getByLabel('Notes').fill('Better the day after.')
  await kitchen.getByLabel('Where it is from').scrollIntoViewIfNeeded()
  await kitchen.getByRole('button', { name: 'Save' }).click()
  const cooking = kitchen.getByLabel('Cook, minutes')
  await expect(cooking).toBeFocused()
  await expect(cooking).toBeInViewport()
  await expect(cooking).toHaveAttribute('aria-invalid', 'true')
  await kitchen.keyboard.press('Control+a')
  await kitchen.keyboard.type('45')
  await expect(cooking).not.toHaveAttribute('aria-invalid')
  await expect(kitchen.getByText('Check the fields that are marked.')).toBeHidden()
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Stew')
})

// One undo reverts a pasted list, and one redo restores it.
test('a pasted list is one step', async ({ kitchen }) => {
  await kitchen.goto(address('/recipes/new'))
  await kitchen.getByLabel('Ingredient 1', { exact: true }).click()
  await kitchen.keyboard.type('1 lemon')
  await kitchen.keyboard.press('Enter')
  await copy(kitchen, list)
  await kitchen.keyboard.press('Control+v')
  const pasted = [
    'Ingredient 1: 1 lemon',
    'Section: FOR THE CRUST',
    'Ingredient 2: 200 g flour',
    'Ingredient 3: 100 g butter',
    'Section: For the filling',
    'Ingredient 4: 3 apples',
  ]
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(pasted)
  await kitchen.keyboard.press('Control+z')
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(['Ingredient 1: 1 lemon', 'Ingredient 2: '])
  await expect(kitchen.getByLabel('Ingredient 2', { exact: true })).toBeFocused()
  await kitchen.keyboard.press('Control+Shift+z')
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(pasted)
})

// A heading is added at the cook's position, becomes a row and a heading again, and survives
// without rows and after a save.
test('headings', async ({ kitchen, cook }) => {
  await kitchen.goto(address('/recipes/new'))
  await kitchen.getByLabel('Name', { exact: true }).fill('Pie')
  await kitchen.getByLabel('Ingredient 1', { exact: true }).click()
  await copy(kitchen, 'salt\n200 g flour\n3 apples')
  await kitchen.keyboard.press('Control+v')
  await kitchen.getByLabel('Ingredient 1', { exact: true }).click()
  const rows = kitchen.getByRole('group', { name: 'Ingredients' })
  await rows.getByRole('button', { name: 'Section' }).click()
  await expect(rows.getByLabel('Section', { exact: true })).toBeFocused()
  await kitchen.keyboard.type('Crust')
  await kitchen.getByLabel('Ingredient 3', { exact: true }).click()
  await kitchen.keyboard.press('End')
  await kitchen.keyboard.press('Enter')
  await kitchen.keyboard.type('Filling')
  await kitchen.getByRole('button', { name: 'Make “Filling” a heading' }).click()
  await expect(rows.getByLabel('Section', { exact: true })).toHaveCount(2)
  await expect(rows.getByLabel('Section', { exact: true }).last()).toBeFocused()
  await kitchen.getByRole('button', { name: 'Make “Filling” a line again' }).click()
  await expect(kitchen.getByLabel('Ingredient 4', { exact: true })).toHaveValue('Filling')
  await kitchen.getByRole('button', { name: 'Make “Filling” a heading' }).click()
  const written = [
    'Ingredient 1: salt',
    'Section: Crust',
    'Ingredient 2: 200 g flour',
    'Ingredient 3: 3 apples',
    'Section: Filling',
  ]
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(written)

  // The draft survives a reload completely.
  kitchen.on('dialog', (dialog) => void dialog.accept())
  await kitchen.reload()
  await expect(kitchen.getByText('What you had written and not saved is back.')).toBeVisible()
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(written)
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Pie')
  await kitchen.getByRole('link', { name: 'Edit' }).click()
  await expect.poll(() => rowsOf(kitchen, 'Ingredients')).toEqual(written)
  await kitchen.getByLabel('Notes').fill('Better warm.')
  await kitchen.keyboard.press('Control+s')
  await expect(kitchen.getByText('Better warm.')).toBeVisible()
  const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { id: string }[] }
  const saved = (await (await cook.api(`/api/recipes/${items[0]?.id}`)).json()) as {
    ingredients: { text: string; section: string }[]
  }
  expect(saved.ingredients.map(({ text, section }) => [text, section])).toEqual([
    ['salt', ''],
    ['200 g flour', 'Crust'],
    ['3 apples', 'Crust'],
  ])
})

// A photo is added offline to an unsaved recipe. Both arrive, the recipe first.
test('a photo while writing', async ({ kitchen, cook, context }) => {
  await kitchen.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await kitchen.goto(address('/recipes/new'))
  await expect(kitchen.getByLabel('Name', { exact: true })).toBeFocused()
  await context.setOffline(true)
  await kitchen.keyboard.type('Plum cake')
  const photos = kitchen.getByRole('region', { name: 'Photos and files' })
  const file = { name: 'cake.png', mimeType: 'image/png', buffer: photo }
  await photos.getByLabel('Add files').setInputFiles([file, { ...file, name: 'wrong.png' }])
  await expect(photos.getByRole('listitem')).toHaveCount(2)
  await photos.getByRole('button', { name: 'Remove wrong.png' }).click()
  await expectAccessible(kitchen)

  kitchen.on('dialog', (dialog) => void dialog.accept())
  await kitchen.reload()
  await expect(kitchen.getByLabel('Name', { exact: true })).toHaveValue('Plum cake')
  await expect(photos.getByRole('listitem')).toHaveCount(1)
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Plum cake')
  const files = kitchen.getByRole('region', { name: 'Files' })
  await expect(files.getByRole('listitem').filter({ hasText: 'waits' })).toHaveCount(1)
  await context.setOffline(false)
  await expect(files.getByRole('link', { name: 'Open cake.png' })).toBeVisible({ timeout: 20_000 })
  const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { name: string }[] }
  expect(items.map(({ name }) => name)).toEqual(['Plum cake'])

  // On an existing recipe it is sent with the save and doesn't conflict with it.
  await kitchen.getByRole('link', { name: 'Edit' }).click()
  await photos.getByLabel('Add files').setInputFiles([{ ...file, name: 'slice.png' }])
  await expect(photos.getByRole('listitem')).toHaveCount(1)
  await kitchen.getByLabel('Notes').fill('Better warm.')
  await kitchen.keyboard.press('Control+s')
  await expect(files.getByRole('link', { name: 'Open slice.png' })).toBeVisible()
  await expect(kitchen.getByText('Better warm.')).toBeVisible()
})

// Two changes to one recipe are refused. Each is resumed, and the draft begun before isn't lost.
test('edit the second refused change again', { tag: '@once' }, async ({ kitchen, cook, context }) => {
  const notesField = kitchen.getByRole('textbox', { name: 'Notes' })
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ name: 'Soup', notes: 'salt' })
  const { id } = (await (await cook.api('/api/recipes', { method: 'POST', headers, body })).json()) as {
    id: string
  }
  await kitchen.goto(address(`/recipes/${id}`))
  await kitchen.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await context.setOffline(true)
  for (const notes of ['salt and pepper', 'salt, pepper, thyme']) {
    await kitchen.getByRole('link', { name: 'Edit' }).click()
    await notesField.fill(notes)
    await kitchen.getByRole('button', { name: 'Save' }).click()
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Soup')
    await expect(kitchen.getByText(notes, { exact: true })).toBeVisible()
  }
  await cook.api(`/api/recipes/${id}`, {
    method: 'PUT',
    headers: { ...headers, 'If-Match': '"1"' },
    body: JSON.stringify({ name: 'Soup of theirs' }),
  })
  await context.setOffline(false)
  await expect(kitchen.getByText('2 changes could not be saved')).toBeVisible({ timeout: 20_000 })
  const again = async (index: number) => {
    await kitchen.getByRole('button', { name: 'Show', exact: true }).click()
    await kitchen.getByRole('button', { name: 'Edit again' }).nth(index).click()
  }
  await again(0)
  await expect(notesField).toHaveValue('salt and pepper')
  await notesField.fill('salt and much pepper')
  await expect(kitchen.getByText('1 change could not be saved')).toBeVisible()
  // The editor has the first one open while the second is resumed.
  await again(0)
  await expect(notesField).toHaveValue('salt, pepper, thyme')
  await expect(kitchen.getByText('1 change could not be saved')).toBeVisible()
  await again(0)
  await expect(notesField).toHaveValue('salt and much pepper')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await kitchen.getByRole('dialog').getByRole('button', { name: 'Keep mine' }).click()
  await expect(kitchen.getByText('salt and much pepper')).toBeVisible()
  await again(0)
  await expect(notesField).toHaveValue('salt, pepper, thyme')
})

// The source can be any text. Addresses in it are links, and nothing else is.
test('where it is from', async ({ kitchen }) => {
  const source = kitchen.getByText('Source:')
  for (const [text, href] of [
    ['my grandmother, page 12', undefined],
    ['javascript:alert(1)', undefined],
    ['Ada, by way of https://example.org/pie', 'https://example.org/pie'],
  ] as const) {
    await kitchen.goto(address('/recipes/new'))
    await kitchen.getByLabel('Name', { exact: true }).fill('Pie')
    await kitchen.getByLabel('Where it is from').fill(text)
    await kitchen.keyboard.press('Control+s')
    await expect(source).toContainText(text)
    await expect(source.getByRole('link')).toHaveCount(href ? 1 : 0)
    if (href) await expect(source.getByRole('link')).toHaveAttribute('href', href)
  }
})

// The same in German, with its times, headings and amounts.
test.describe('in German', () => {
  test.use({ locale: 'de-DE' })
  test('write a recipe by typing', async ({ kitchen, cook }) => {
    await kitchen.goto(address('/recipes/new'))
    await expect(kitchen.getByLabel('Name', { exact: true })).toBeFocused()
    await kitchen.keyboard.type('Apfelkuchen')
    await kitchen.getByLabel('Kochen, Minuten').click()
    await kitchen.keyboard.type('1 Std. 30')
    await expect(kitchen.getByText(/^= 1 Std\.,? 30 Min\.$/)).toBeVisible()
    await kitchen.getByLabel('Zutat 1', { exact: true }).click()
    await copy(kitchen, 'FÜR DEN TEIG\n- 200 g Mehl\n- ½ TL Salz\nFür den Belag:\n- 3 Äpfel')
    await kitchen.keyboard.press('Control+v')
    const bold = kitchen.getByRole('group', { name: 'Zutaten' }).locator('b')
    await expect(bold).toHaveText(['200 g', '½ TL', '3'])
    await expectAccessible(kitchen)
    await kitchen.keyboard.press('Control+s')
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Apfelkuchen')
    await expect(kitchen.getByRole('heading', { name: 'FÜR DEN TEIG' })).toBeVisible()

    // One letter is changed: the other lines stay unchanged, and all have their parts.
    await kitchen.getByRole('link', { name: 'Bearbeiten' }).click()
    const salt = kitchen.getByLabel('Zutat 2', { exact: true })
    await salt.click()
    await kitchen.keyboard.press('End')
    await kitchen.keyboard.press('Backspace')
    await kitchen.keyboard.type('z, fein')
    await kitchen.keyboard.press('Control+s')
    await expect(kitchen.getByText('½ TL Salz, fein')).toBeVisible()
    const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { id: string }[] }
    const saved = (await (await cook.api(`/api/recipes/${items[0]?.id}`)).json()) as {
      version: number
      ingredients: { text: string; quantity: number | null; unit: string }[]
    }
    expect(saved.version).toBe(2)
    expect(saved.ingredients.map(({ text, quantity }) => [text, quantity])).toEqual([
      ['200 g Mehl', 200],
      ['½ TL Salz, fein', 0.5],
      ['3 Äpfel', 3],
    ])
  })
})

// Arabic reads from the right, and its own digits count.
test.describe('in Arabic', () => {
  test.use({ locale: 'ar-EG' })
  test('write a recipe by typing', async ({ kitchen, cook }) => {
    await kitchen.goto(address('/recipes/new'))
    await expect(kitchen.getByLabel('الاسم', { exact: true })).toBeFocused()
    await kitchen.keyboard.type('أرز بالليمون')
    await kitchen.getByLabel('الطهي بالدقائق').click()
    await kitchen.keyboard.type('١:٣٠')
    await kitchen.getByLabel('الحصص').click()
    await kitchen.keyboard.type('٤')
    await kitchen.getByLabel('مكوّن 1', { exact: true }).click()
    await kitchen.keyboard.type('200 g basmati rice')
    await kitchen.keyboard.press('Enter')
    await expect(kitchen.locator('fieldset bdi').first()).toHaveText('200 g')
    await expectAccessible(kitchen)
    await kitchen.keyboard.press('Control+s')
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('أرز بالليمون')
    const { items } = (await (await cook.api('/api/recipes')).json()) as { items: { id: string }[] }
    const saved = (await (await cook.api(`/api/recipes/${items[0]?.id}`)).json()) as {
      servings: number
      cook_minutes: number
    }
    expect([saved.servings, saved.cook_minutes]).toEqual([4, 90])
  })
})
