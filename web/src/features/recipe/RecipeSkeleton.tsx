import { useTranslation } from 'react-i18next'
import { Skeleton } from '@/components/Skeleton'
import styles from './RecipePage.module.css'

export function RecipeSkeleton() {
  const { t } = useTranslation()
  return (
    <div className={styles.page} role="status" aria-label={t('app.loading')}>
      <div className={`${styles.header} ${styles.drawn}`}>
        <div className={styles.picture}>
          <Skeleton height="100%" />
        </div>
        <div className={styles.head}>
          <Skeleton width="70%" height="2.5rem" />
          <br />
          <Skeleton width="40%" height="1rem" />
        </div>
      </div>
      <div className={styles.columns}>
        {['ingredients', 'method'].map((part) => (
          <div key={part} className={styles[part]}>
            {[70, 55, 80, 62, 74, 48].map((width) => (
              <p key={width}>
                <Skeleton width={`${width}%`} height="1.2rem" />
                <br />
              </p>
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}
