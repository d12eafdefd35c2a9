import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { formatMinutes } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import { numberFormat } from '@/lib/numberFormat'
import styles from './CookPage.module.css'
import { findTimes } from './timers'

interface Props {
  text: string
  id: string
  step: number
  onStart: (id: string, step: number, seconds: number) => void
}

/** StepText is a step whose times are buttons: pressing one starts a timer. */
export function StepText({ text, id, step, onStart }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const times = findTimes(text)
  const parts = times.map((time, i) => {
    const seconds = numberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short' })
    const said =
      time.seconds < 60 ? seconds.format(time.seconds) : formatMinutes(Math.round(time.seconds / 60), locale)
    return (
      <span key={i}>
        {text.slice(times[i - 1]?.end ?? 0, time.start)}
        <button
          type="button"
          className={styles.time}
          aria-label={t('cook.timer', { time: said })}
          onClick={() => onStart(`${id}.${i}`, step, time.seconds)}
        >
          <Icon name="clock" size={22} />
          {text.slice(time.start, time.end)}
        </button>
      </span>
    )
  })
  return (
    <p className={styles.text} dir="auto">
      {parts}
      {text.slice(times.at(-1)?.end ?? 0)}
    </p>
  )
}
