import { readFileSync } from 'node:fs'
import { address, expect, expectAccessible, larder, test } from './kitchen'

// A cook downloads everything for another program, and what they got has every recipe.
test('take all recipes out', async ({ kitchen, cook }) => {
  await kitchen.getByRole('button', { name: 'Account' }).click()
  await kitchen.getByRole('link', { name: 'Take your recipes with you' }).click()
  await expect(kitchen.getByRole('heading', { level: 1 })).toHaveText('Take your recipes with you')
  await expectAccessible(kitchen)
  const { total } = (await (await cook.api('/api/recipes')).json()) as { total: number }
  for (const [name, file] of [
    ['Download for Paprika', 'recipes.paprikarecipes'],
    ['Download for Nextcloud, Mealie, Tandoor', 'recipes.zip'],
  ] as const) {
    const begun = kitchen.waitForEvent('download')
    await kitchen.getByRole('link', { name }).click()
    const download = await begun
    expect(download.suggestedFilename()).toBe(file)
    const read = await larder(['import', '--dry-run', '--json', '-'], readFileSync(await download.path()))
    expect(read.trim().split('\n')).toHaveLength(total)
  }
  await expect(kitchen).toHaveURL(address('/export'))
})
