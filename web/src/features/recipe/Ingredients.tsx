import { useTranslation } from 'react-i18next'
import { IngredientLine } from '@/components/IngredientLine'
import type { Ingredient } from '@/lib/api'
import { bySection } from '@/lib/sections'
import styles from './Ingredients.module.css'

interface Props {
  lines: Ingredient[]
  factor: number
  /** The positions of ticked ingredients. */
  ticks: number[]
  onTicks: (ticks: number[]) => void
}

/** Ingredients are ticked off one by one as they are set out. */
export function Ingredients({ lines, factor, ticks, onTicks }: Props) {
  const { t } = useTranslation()
  if (lines.length === 0) return <p className={styles.none}>{t('recipe.noIngredients')}</p>

  function tick(position: number) {
    const others = ticks.filter((each) => each !== position)
    onTicks(others.length < ticks.length ? others : [...ticks, position])
  }

  return bySection(lines).map((section) => (
    <div key={section.at} className={styles.section}>
      {section.name && <h3 className={styles.name}>{section.name}</h3>}
      <ul>
        {section.rows.map(({ row, position }) => (
          <li key={position}>
            <label className={styles.line}>
              <input
                type="checkbox"
                className={styles.box}
                checked={ticks.includes(position)}
                onChange={() => tick(position)}
              />
              <span className={styles.text}>
                <IngredientLine row={row} factor={factor} />
              </span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  ))
}
