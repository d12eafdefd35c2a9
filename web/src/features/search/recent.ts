const place = 'larder.searches'
const kept = 6

/** recentSearches returns this device's searches, latest first. */
export function recentSearches(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(place) ?? '[]')
    return Array.isArray(stored) ? stored.filter((each) => typeof each === 'string').slice(0, kept) : []
  } catch {
    return []
  }
}

/** rememberSearch moves a search to the front. It ignores those too short to mean anything. */
export function rememberSearch(text: string) {
  const search = text.trim()
  if (search.length < 2) return
  const others = recentSearches().filter((each) => each.toLowerCase() !== search.toLowerCase())
  localStorage.setItem(place, JSON.stringify([search, ...others].slice(0, kept)))
}

export function forgetSearches() {
  localStorage.removeItem(place)
}
