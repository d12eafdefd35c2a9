// Thousands of recipes for a cook, in the format of `larder import`.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const dishes = ['Soup', 'Stew', 'Pie', 'Salad', 'Curry', 'Bread', 'Tart', 'Roast', 'Gratin', 'Noodles']
const makings = [
  'Potato',
  'Leek',
  'Carrot',
  'Lentil',
  'Barley',
  'Apple',
  'Walnut',
  'Trout',
  'Chard',
  'Pepper',
]

/** writeMany writes a file of recipes named "Leek Stew 0042" and the like, and returns its path. */
export function writeMany(count: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'larder-many-')), 'recipes.jsonl')
  const lines = Array.from({ length: count }, (_, n) => {
    const making = makings[n % 10] ?? ''
    const dish = dishes[Math.floor(n / 10) % 10] ?? ''
    return JSON.stringify({
      name: `${making} ${dish} ${String(n).padStart(4, '0')}`,
      servings: 4,
      cook_minutes: 20 + (n % 60),
      tags: [dish.toLowerCase()],
      ingredients: [{ text: `500 g ${making.toLowerCase()}` }, { text: '1 tsp salt' }],
      steps: [{ text: 'Cook it for 20 minutes.' }],
    })
  })
  writeFileSync(path, lines.join('\n'))
  return path
}
