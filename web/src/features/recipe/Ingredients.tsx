import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Ingredient } from '@/lib/api'
import { scaleLine } from '@/lib/amount'
import { useLocale } from '@/lib/i18n'
import { bySection } from '@/lib/sections'
import styles from './Ingredients.module.css'

/** Ingredients are ticked off one by one as they are put out. The ticks last as long as the page is open. */
export function Ingredients({ lines, factor }: { lines: Ingredient[]; factor: number }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set())
  if (lines.length === 0) return <p className={styles.none}>{t('recipe.noIngredients')}</p>

  function tick(position: number) {
    const next = new Set(ticked)
    if (!next.delete(position)) next.add(position)
    setTicked(next)
  }

  return bySection(lines).map((section) => (
    <div key={section.at} className={styles.section}>
      {section.name && <h3 className={styles.name}>{section.name}</h3>}
      <ul>
        {section.rows.map(({ row, position }) => {
          const { amount, rest } = scaleLine(row, factor, locale)
          return (
            <li key={position}>
              <label className={styles.line}>
                <input
                  type="checkbox"
                  className={styles.box}
                  checked={ticked.has(position)}
                  onChange={() => tick(position)}
                />
                <span className={styles.text} dir="auto">
                  {amount && <b className={styles.amount}>{amount}</b>} {rest}
                </span>
              </label>
            </li>
          )
        })}
      </ul>
    </div>
  ))
}
