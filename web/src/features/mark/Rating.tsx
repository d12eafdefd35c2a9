import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import type { Recipe } from '@/lib/api'
import styles from './Rating.module.css'
import { useMark } from './useMark'

const stars = [1, 2, 3, 4, 5]

/** Rating is a recipe's stars; pressing the present number of them takes the rating back. */
export function Rating({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const mark = useMark(recipe)
  const rating = recipe.rating ?? 0
  return (
    <div className={styles.rating} role="group" aria-label={t('mark.rating')}>
      {stars.map((count) => (
        <button
          key={count}
          type="button"
          className={styles.star}
          aria-label={t('mark.stars', { count })}
          aria-pressed={count === rating}
          onClick={() => void mark({ rating: count === rating ? null : count })}
        >
          <Icon name="star" size={24} filled={count <= rating} />
        </button>
      ))}
    </div>
  )
}
