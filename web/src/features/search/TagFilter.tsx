import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RecipeItem } from '@/lib/api'
import { fold } from '@/lib/words'
import styles from './TagFilter.module.css'

interface Props {
  items: RecipeItem[]
  chosen: string
  onChoose: (tag: string) => void
}

const shown = 14

/** TagFilter offers the tags that most of the found recipes have. Pressing the chosen one again lifts it. */
export function TagFilter({ items, chosen, onChoose }: Props) {
  const { t } = useTranslation()
  const common = useMemo(() => commonTags(items), [items])
  // While one is chosen the row stays as it was: what one is about to press must not move away.
  const [offered, setOffered] = useState(common)
  if (chosen === '' && common !== offered && common.length > 0) setOffered(common)
  const tags =
    offered.some((tag) => fold(tag) === fold(chosen)) || chosen === '' ? offered : [chosen, ...offered]
  if (tags.length === 0) return <span />
  return (
    <div className={styles.tags} role="group" aria-label={t('search.tags')}>
      {tags.map((tag) => {
        const pressed = fold(tag) === fold(chosen)
        return (
          <button
            key={tag}
            type="button"
            className={styles.tag}
            aria-pressed={pressed}
            onClick={() => onChoose(pressed ? '' : tag)}
          >
            {tag}
          </button>
        )
      })}
    </div>
  )
}

function commonTags(items: RecipeItem[]): string[] {
  const counts = new Map<string, { tag: string; count: number }>()
  for (const tag of items.flatMap((item) => item.tags)) {
    const known = counts.get(fold(tag)) ?? { tag, count: 0 }
    known.count += 1
    counts.set(fold(tag), known)
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1))
    .slice(0, shown)
    .map((each) => each.tag)
}
