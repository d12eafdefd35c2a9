import { lazy, Suspense, useState } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import type { Filter } from '@/lib/filter'
import styles from './TagFilter.module.css'

const FilterSheet = lazy(() => import('./FilterSheet').then(({ FilterSheet }) => ({ default: FilterSheet })))

interface Props {
  filter: Filter
  onChange: (filter: Filter) => void
}

/**
 * FilterButtons opens the sheet of filters, and shows those that are set, tags aside. Pressing one
 * removes it.
 */
export function FilterButtons({ filter, onChange }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className={styles.all} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="filter" />
        {t('search.filter.open')}
      </button>
      {chips(filter, t).map(({ key, text, rest }) => (
        <button
          key={key}
          type="button"
          className={styles.tag}
          aria-pressed="true"
          onClick={() => onChange(rest)}
        >
          <bdi>{text}</bdi>
        </button>
      ))}
      {open && (
        <Suspense>
          <FilterSheet filter={filter} onChange={onChange} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}

interface Chip {
  key: string
  text: string
  /** The filter without it. */
  rest: Filter
}

function chips(filter: Filter, t: TFunction): Chip[] {
  const { with: foods, without, favourite, minutes, sort } = filter
  return [
    ...foods.map((food): Chip => {
      const rest = { ...filter, with: foods.filter((each) => each !== food) }
      return { key: `with ${food}`, text: t('search.filter.has', { food }), rest }
    }),
    ...without.map((food): Chip => {
      const rest = { ...filter, without: without.filter((each) => each !== food) }
      return { key: `without ${food}`, text: t('search.filter.hasNot', { food }), rest }
    }),
    ...(favourite
      ? [{ key: 'favourite', text: t('search.filter.favourite'), rest: { ...filter, favourite: undefined } }]
      : []),
    ...(minutes
      ? [
          {
            key: 'minutes',
            text: t('search.filter.within', { minutes }),
            rest: { ...filter, minutes: undefined },
          },
        ]
      : []),
    ...(sort ? [{ key: 'sort', text: t(`search.sort.${sort}`), rest: { ...filter, sort: undefined } }] : []),
  ]
}
