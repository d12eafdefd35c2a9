import { useTranslation } from 'react-i18next'
import { formatAmount } from '@/lib/amount'
import { useLocale } from '@/lib/i18n'
import { Button } from './Button'
import { Icon } from './Icon'
import styles from './ServingsStepper.module.css'

interface Props {
  value: number
  onChange: (value: number) => void
}

/** ServingsStepper shows and changes the servings; the page's amounts follow. */
export function ServingsStepper({ value, onChange }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const fewer = value <= 1 ? value / 2 : Math.ceil(value) - 1
  const more = value < 1 ? Math.min(1, value * 2) : Math.floor(value) + 1
  return (
    <div className={styles.servings} role="group" aria-label={t('recipe.servings')}>
      <Button
        look="round"
        aria-label={t('recipe.fewer')}
        disabled={value <= 0.25}
        onClick={() => onChange(fewer)}
      >
        <Icon name="minus" size={18} />
      </Button>
      <output className={styles.value} aria-live="polite">
        <span className={styles.number}>{formatAmount(value, '', locale)}</span>
        <span className={styles.label}>{t('recipe.serving', { count: value <= 1 ? 1 : value })}</span>
      </output>
      <Button
        look="round"
        aria-label={t('recipe.more')}
        disabled={value >= 1000}
        onClick={() => onChange(more)}
      >
        <Icon name="plus" size={18} />
      </Button>
    </div>
  )
}
