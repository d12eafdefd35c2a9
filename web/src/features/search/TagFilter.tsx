import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tag } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { tagsQuery } from '@/lib/recipes'
import { tagKey } from '@/lib/words'
import styles from './TagFilter.module.css'

// Few cooks open the list of all tags, so load it on demand.
const TagSheet = lazy(() => import('./TagSheet').then(({ TagSheet }) => ({ default: TagSheet })))

interface Props {
  chosen: string[]
  onChoose: (tags: string[]) => void
  /** What comes before the tags in their row. */
  children: ReactNode
}

/** Further tags are in a separate sheet. */
const shown = 14
const none: Tag[] = []

/**
 * TagFilter offers the cook's most common tags, and all of them in a sheet. Pressing a chosen tag
 * again removes it.
 */
export function TagFilter({ chosen, onChoose, children }: Props) {
  const { t } = useTranslation()
  const format = new Intl.NumberFormat(useLocale())
  const { data: tags = none } = useQuery(tagsQuery)
  const [open, setOpen] = useState(false)
  const pressed = new Set(chosen.map(tagKey))
  const common = tags.slice(0, shown)
  const offered = new Set(common.map((tag) => tagKey(tag.name)))
  // Tags chosen in the sheet come first, where they can be found to remove them.
  const others = chosen.filter((tag) => !offered.has(tagKey(tag))).map((name) => known(name, tags))
  const row = [...others, ...common]
  const toggle = (name: string) => {
    const key = tagKey(name)
    onChoose(pressed.has(key) ? chosen.filter((tag) => tagKey(tag) !== key) : [...chosen, name])
  }
  return (
    <div className={styles.tags} role="group" aria-label={t('search.filters')}>
      {children}
      {tags.length > shown && (
        <button type="button" className={styles.all} aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {t('search.everyTag', { count: tags.length })}
        </button>
      )}
      {row.map(({ name, count }) => (
        <button
          key={name}
          type="button"
          className={styles.tag}
          aria-pressed={pressed.has(tagKey(name))}
          onClick={() => toggle(name)}
        >
          <bdi>{name}</bdi>
          {count > 0 && (
            <span className={styles.count} aria-hidden="true">
              {format.format(count)}
            </span>
          )}
        </button>
      ))}
      {open && (
        <Suspense>
          <TagSheet tags={tags} pressed={pressed} onToggle={toggle} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

function known(name: string, tags: Tag[]): Tag {
  return tags.find((tag) => tagKey(tag.name) === tagKey(name)) ?? { name, count: 0 }
}
