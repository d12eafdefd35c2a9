import { useTranslation } from 'react-i18next'
import { formatAmount } from '@/lib/amount'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { useLocale } from '@/lib/i18n'
import styles from './Servings.module.css'

interface Props {
  value: number
  /** What the recipe is written for. */
  written: number
  onChange: (value: number | null) => void
}

/** Servings says for how many, and changes it: the amounts of the page follow. */
export function Servings({ value, written, onChange }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const set = (next: number) => onChange(next === written ? null : next)
  const fewer = value <= 1 ? value / 2 : Math.ceil(value) - 1
  const more = value < 1 ? Math.min(1, value * 2) : Math.floor(value) + 1
  return (
    <div className={styles.servings} role="group" aria-label={t('recipe.servings')}>
      <Button look="round" aria-label={t('recipe.fewer')} disabled={value <= 0.25} onClick={() => set(fewer)}>
        <Icon name="minus" size={18} />
      </Button>
      <output className={styles.value} aria-live="polite">
        <span className={styles.number}>{formatAmount(value, '', locale)}</span>
        <span className={styles.label}>{t('recipe.servings')}</span>
      </output>
      <Button look="round" aria-label={t('recipe.more')} disabled={value >= 1000} onClick={() => set(more)}>
        <Icon name="plus" size={18} />
      </Button>
    </div>
  )
}
