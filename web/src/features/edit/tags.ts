import { fold } from '@/lib/words'

export const tagEnd = /[,،;\n]/

/** tagsIn adds typed text to the existing tags; Soup and soup are the same. */
export function tagsIn(typed: string, tags: string[]): string[] {
  const next = [...tags]
  for (const each of typed.split(tagEnd)) {
    const tag = each.trim().slice(0, 50)
    if (tag !== '' && !next.some((known) => fold(known) === fold(tag))) next.push(tag)
  }
  return next
}
