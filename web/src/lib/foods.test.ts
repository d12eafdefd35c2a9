import { expect, test } from 'vitest'
import cases from '../../../recipe/food/testdata/keys.json'
import { askedFood, foodKeys, hasFood } from './foods'

test('the server’s keys', () => {
  for (const [name, keys] of Object.entries(cases)) expect(foodKeys([name]), name).toEqual(keys ?? [])
})

test('a food is found by consecutive words of it, in any spelling', () => {
  const keys = foodKeys(['2', 'Leeks', 'extra virgin olive oil', 'smoked bacon'])
  for (const asked of ['leek', 'LEEKS', 'oil', 'olive oil', 'extra virgin olive oil', 'Fleisch'])
    expect(hasFood(keys, askedFood(asked)), asked).toBe(true)
  for (const asked of ['lee', 'virgin oil', 'fish', 'oil of leek'])
    expect(hasFood(keys, askedFood(asked)), asked).toBe(false)
})
