// What narrows and orders the list of recipes, beside the words of their names. It is in the page's
// address, so that Back and a bookmark work.

/** The orders of the list; without one, the best match first, then by name. */
export const sorts = ['name', 'newest', 'changed', 'time', 'rating'] as const
export type Sort = (typeof sorts)[number]

export interface Filter {
  tags: string[]
  /** Foods that a recipe must have, as the cook wrote them. */
  with: string[]
  /** Foods that a recipe must not have. */
  without: string[]
  favourite?: boolean | undefined
  /** The longest time, in minutes. */
  minutes?: number | undefined
  sort?: Sort | undefined
}

export const noFilter: Filter = { tags: [], with: [], without: [] }

/** The same filter in the address, named like the API's parameters. */
export interface FilterSearch {
  tag?: string[]
  with?: string[]
  without?: string[]
  favourite?: true
  max_minutes?: number
  sort?: Sort
}

const longest = 1_000_000

/** readFilter reads a filter from an address, which anyone can write. */
export function readFilter(search: Record<string, unknown>): FilterSearch {
  const minutes = Number(search['max_minutes'])
  const sort = sorts.find((each) => each === search['sort'])
  return searchOf({
    tags: texts(search['tag']),
    with: texts(search['with']),
    without: texts(search['without']),
    favourite: String(search['favourite']) === 'true',
    minutes: Number.isInteger(minutes) && minutes > 0 && minutes <= longest ? minutes : undefined,
    sort,
  })
}

function texts(value: unknown): string[] {
  return [value].flat().filter((each) => typeof each === 'string' && each !== '') as string[]
}

/** searchOf returns the address's parameters for a filter. */
export function searchOf(filter: Filter): FilterSearch {
  return {
    ...(filter.tags.length > 0 && { tag: filter.tags }),
    ...(filter.with.length > 0 && { with: filter.with }),
    ...(filter.without.length > 0 && { without: filter.without }),
    ...(filter.favourite && { favourite: true }),
    ...(filter.minutes && { max_minutes: filter.minutes }),
    ...(filter.sort && { sort: filter.sort }),
  }
}

/** filterOf returns the filter in an address. */
export function filterOf(search: FilterSearch): Filter {
  return {
    tags: search.tag ?? [],
    with: search.with ?? [],
    without: search.without ?? [],
    favourite: search.favourite,
    minutes: search.max_minutes,
    sort: search.sort,
  }
}

/** isNarrowed tells whether a filter leaves anything out. */
export function isNarrowed({ tags, with: foods, without, favourite, minutes }: Filter): boolean {
  return tags.length + foods.length + without.length > 0 || favourite === true || minutes !== undefined
}
