import { useTranslation } from 'react-i18next'
import type { Step } from '@/lib/api'
import { useLocale } from '@/lib/i18n'
import { numberFormat } from '@/lib/numberFormat'
import { bySection } from '@/lib/sections'
import styles from './Steps.module.css'

/** Steps are numbered across all sections. */
export function Steps({ steps }: { steps: Step[] }) {
  const { t } = useTranslation()
  const format = numberFormat(useLocale())
  if (steps.length === 0) return <p className={styles.none}>{t('recipe.noSteps')}</p>
  return bySection(steps).map((section) => (
    <div key={section.at} className={styles.section}>
      {section.name && <h3 className={styles.name}>{section.name}</h3>}
      <ol>
        {section.rows.map(({ row, position }) => (
          <li key={position} className={styles.step}>
            <span className={styles.number} aria-hidden="true">
              {format.format(position + 1)}
            </span>
            <p className={styles.text} dir="auto">
              {row.text}
            </p>
          </li>
        ))}
      </ol>
    </div>
  ))
}
