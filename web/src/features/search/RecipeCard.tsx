import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { RecipePicture } from '@/components/RecipePicture'
import { Skeleton } from '@/components/Skeleton'
import type { RecipeItem } from '@/lib/api'
import { formatMinutes, totalMinutes } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import { markMatches } from '@/lib/words'
import styles from './RecipeCard.module.css'
import { useCardPicture } from './useCardPicture'

interface Props {
  item: RecipeItem
  index: number
  q: string
  /** Show a row of a narrow list instead of a card. */
  row: boolean
  current: boolean
  eager: boolean
  onOpen: (id: string) => void
}

/** RecipeCard is one recipe in the list: a picture, its name with matches marked, and its time. */
export const RecipeCard = memo(function RecipeCard({ item, index, q, row, current, eager, onOpen }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const picture = useCardPicture(item)
  const time = formatMinutes(totalMinutes(item), locale)
  return (
    <Link
      to="/recipes/$id"
      params={{ id: item.id }}
      search={(before) => ({ ...before, for: undefined })}
      className={row ? `${styles.card} ${styles.row}` : styles.card}
      data-index={index}
      aria-current={current ? 'page' : undefined}
      onClick={() => onOpen(item.id)}
    >
      <span className={styles.picture}>
        <RecipePicture name={item.name} tags={item.tags} photo={picture} eager={eager} />
      </span>
      <span className={styles.text}>
        <span className={styles.name} dir="auto">
          {markMatches(item.name, q).map((part, i) =>
            part.marked ? <mark key={i}>{part.text}</mark> : <span key={i}>{part.text}</span>,
          )}
        </span>
        <span className={styles.facts}>
          {item.favourite && (
            <span className={styles.favourite}>
              <Icon name="heart" size={15} filled />
              <span className="visually-hidden">{t('mark.favourite')}</span>
            </span>
          )}
          {time && (
            <span className={styles.time}>
              <Icon name="clock" size={15} />
              {time}
            </span>
          )}
          {item.tags.length > 0 && <span className={styles.tags}>{item.tags.slice(0, 3).join(' · ')}</span>}
        </span>
      </span>
    </Link>
  )
})

export function RecipeCardSkeleton({ row }: { row: boolean }) {
  return (
    <span className={row ? `${styles.card} ${styles.row}` : styles.card} aria-hidden="true">
      <span className={styles.picture}>
        <Skeleton height="100%" />
      </span>
      <span className={styles.text}>
        <Skeleton width="80%" height="1.1em" />
        <Skeleton width="50%" height="0.8em" />
      </span>
    </span>
  )
}
