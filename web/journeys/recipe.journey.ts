import { address, expect, expectAccessible, test } from './kitchen'

// A recipe is opened, read, ticked off, and scaled for more people.
test('read a recipe', async ({ kitchen }) => {
  await kitchen.getByRole('link', { name: /Rösti/ }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Rösti')
  await expect(kitchen.getByRole('heading', { level: 1 })).toBeFocused()
  await expectAccessible(kitchen)

  const potatoes = kitchen.getByRole('checkbox', { name: /waxy potatoes/ })
  await potatoes.check()
  await expect(potatoes).toBeChecked()

  await expect(kitchen.getByText('½ tsp')).toBeVisible()
  await kitchen.getByRole('button', { name: 'More servings' }).click()
  await expect(kitchen.getByText('¾ tsp')).toBeVisible()
  await expect(kitchen.getByText('750 g')).toBeVisible()
})

// A recipe's text is shown as text, whatever it contains.
test('HTML in a recipe is shown as text', { tag: '@once' }, async ({ cook, kitchen }) => {
  const text = '<img src=x onerror="document.title=1"><b>bold</b>'
  const answer = await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: text, steps: [{ text }], source_url: 'https://example.org/<script>' }),
  })
  await kitchen.goto(address(`/recipes/${((await answer.json()) as { id: string }).id}`))
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(text)
  await expect(kitchen.locator('article b')).toHaveCount(0)
  await expect(kitchen.locator('article img')).toHaveCount(0)
})

// A recipe says what it makes, its whole time, its author, language and nutrition, and a cook changes
// them. A source that isn't a web address is text.
test('the details of a recipe', { tag: '@once' }, async ({ cook, kitchen }) => {
  const answer = await cook.api('/api/recipes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: 'Sauerteigbrot',
      yield: '2 Laibe',
      total_minutes: 1500,
      author: 'Verena',
      language: 'de-CH',
      nutrition: { calories: '240 kcal', proteinContent: '9 g' },
      source_url: 'javascript:alert(1)',
      steps: [{ text: 'Backen.' }],
    }),
  })
  await kitchen.goto(address(`/recipes/${((await answer.json()) as { id: string }).id}`))
  const page = kitchen.getByRole('article')
  await expect(page.getByRole('heading', { level: 1 })).toHaveAttribute('lang', 'de-CH')
  await expect(page).toContainText('Makes: 2 Laibe')
  await expect(page).toContainText('1 day 1 hr')
  await expect(page).toContainText('By: Verena')
  await expect(page.getByRole('row', { name: 'Energy 240 kcal' })).toBeVisible()
  await expect(page).toContainText('javascript:alert(1)')
  await expect(page.locator('a[href^="javascript"]')).toHaveCount(0)
  await expectAccessible(kitchen)

  await kitchen.getByRole('link', { name: 'Edit' }).click()
  await kitchen.getByLabel('Makes, in words').fill('3 loaves')
  await kitchen.getByLabel('Total, minutes').fill('2 h')
  await kitchen.getByLabel('Language').fill('no tag')
  await kitchen.getByText('Nutrition').click()
  await kitchen.getByLabel('Energy').fill('')
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(kitchen.getByText('Enter a language tag')).toBeVisible()
  await kitchen.getByLabel('Language').fill('en')
  await expectAccessible(kitchen)
  await kitchen.getByRole('button', { name: 'Save' }).click()
  await expect(page).toContainText('Makes: 3 loaves')
  await expect(page).toContainText('2 hr')
  await expect(page.getByRole('row')).toHaveCount(1)
  await expect(page.getByRole('heading', { level: 1 })).toHaveAttribute('lang', 'en')
})

// Each sample prints on one page: the content, without the controls.
test('print a recipe', async ({ kitchen, cook }) => {
  const { items } = (await (await cook.api('/api/recipes?limit=100')).json()) as {
    items: { id: string; name: string }[]
  }
  expect(items.length).toBeGreaterThan(10)
  for (const { id, name } of items) {
    await kitchen.goto(address(`/recipes/${id}`))
    await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText(name)
    const paper = (await kitchen.pdf({ format: 'A4' })).toString('latin1')
    expect(paper.match(/\/Type\s*\/Page\b/g), name).toHaveLength(1)
  }
  await kitchen.emulateMedia({ media: 'print' })
  await expect(kitchen.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(kitchen.getByRole('listitem').first()).toBeVisible()
  await expect(kitchen.getByRole('button').filter({ visible: true })).toHaveCount(0)
})

// A recipe that doesn't exist, or isn't this cook's, is reported as missing.
test('a recipe that is gone', async ({ kitchen }) => {
  await kitchen.goto(address('/recipes/00000000-0000-4000-8000-000000000000'))
  await expect(kitchen.getByRole('alert')).toContainText('This recipe is not here')
  await expectAccessible(kitchen)
})

// At double text size nothing is cut off, overlapping or unreachable.
test('text twice as large', async ({ kitchen, context }) => {
  const browser = await context.newCDPSession(kitchen)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 32 } }) // like the browser's setting
  await kitchen.reload()
  expect(await kitchen.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('32px')
  const outside = () =>
    kitchen.evaluate(() =>
      [...document.querySelectorAll('a, button, input')]
        .filter((element) => !element.closest('[hidden], .visually-hidden') && element.checkVisibility())
        .map((element) => ({
          name: element.textContent || element.getAttribute('aria-label'),
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
        .map(({ name }) => name),
    )
  const wide = () => kitchen.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  await expect(kitchen.getByRole('link', { name: /Borscht/ })).toBeVisible()
  await expect.poll(wide).toBeLessThanOrEqual(0)
  await expectAccessible(kitchen)
  await kitchen.getByRole('link', { name: /Borscht/ }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Borscht')
  await expect.poll(wide).toBeLessThanOrEqual(0)
  await expect.poll(outside).toEqual([])
  const back = await kitchen.getByRole('link', { name: 'Back to all recipes' }).boundingBox()
  const edit = await kitchen.getByRole('link', { name: 'Edit' }).boundingBox()
  if (back && edit)
    expect(back.x + back.width, 'the way back lies beside the menu').toBeLessThanOrEqual(edit.x)
  await expectAccessible(kitchen)
})
