const place = 'larder.added'

/** Who puts the same on the list again within this time most likely didn't mean to. */
const recent = 12 * 60 * 60_000

type Added = Record<string, { mark: string; at: number }>

function all(): Added {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '{}') as Added
  } catch {
    return {}
  }
}

/** addedBefore tells whether the same of a recipe was put on the list from this device a short while ago. */
export function addedBefore(recipe: string, mark: string, now = Date.now()): boolean {
  const before = all()[recipe]
  return before?.mark === mark && now - before.at < recent
}

export function rememberAdded(recipe: string, mark: string, now = Date.now()) {
  const kept = Object.entries(all()).filter(([, each]) => now - each.at < recent)
  localStorage.setItem(place, JSON.stringify({ ...Object.fromEntries(kept), [recipe]: { mark, at: now } }))
}
