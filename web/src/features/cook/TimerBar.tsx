import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { useLocale } from '@/lib/i18n'
import { numberFormat } from '@/lib/numberFormat'
import styles from './CookPage.module.css'
import type { Timer } from './useTimers'

/** TimerBar shows the timers that run, and those that are up. */
export function TimerBar({
  timers,
  onStop,
}: {
  timers: (Timer & { left: number })[]
  onStop: (id: string) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <section className={styles.timers} aria-label={t('cook.timers')}>
      <p className="visually-hidden" role="alert">
        {timers
          .filter((timer) => timer.rung)
          .map((timer) => t('cook.rings', { number: timer.step }))
          .join(' ')}
      </p>
      <ul>
        {timers.map((timer) => (
          <li key={timer.id} className={timer.rung ? `${styles.timer} ${styles.rung}` : styles.timer}>
            <Icon name={timer.rung ? 'bell' : 'clock'} />
            {timer.rung ? (
              <span>{t('cook.rings', { number: timer.step })}</span>
            ) : (
              <span role="timer">
                {t('cook.left', { time: clock(timer.left, locale), number: timer.step })}
              </span>
            )}
            <Button look="quiet" onClick={() => onStop(timer.id)}>
              {timer.rung ? t('cook.dismiss') : t('cook.stop')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function clock(seconds: number, locale: string) {
  const two = numberFormat(locale, { minimumIntegerDigits: 2 })
  const one = numberFormat(locale)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = two.format(seconds % 60)
  return hours > 0 ? `${one.format(hours)}:${two.format(minutes)}:${rest}` : `${one.format(minutes)}:${rest}`
}
