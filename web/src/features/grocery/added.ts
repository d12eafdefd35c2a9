const place = 'larder.added'

/** Adding the same again within this time is probably a mistake. */
const recent = 12 * 60 * 60_000

type Added = Record<string, { mark: string; at: number }>

function all(): Added {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '{}') as Added
  } catch {
    return {}
  }
}

/** addedBefore reports whether this device recently added the same items of a recipe. */
export function addedBefore(recipe: string, mark: string, now = Date.now()): boolean {
  const before = all()[recipe]
  return before?.mark === mark && now - before.at < recent
}

export function rememberAdded(recipe: string, mark: string, now = Date.now()) {
  const kept = Object.entries(all()).filter(([, each]) => now - each.at < recent)
  localStorage.setItem(place, JSON.stringify({ ...Object.fromEntries(kept), [recipe]: { mark, at: now } }))
}
