import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { formatSeconds } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import styles from './CookPage.module.css'
import { findTimes, type Found } from './findTimes'

interface Props {
  text: string
  /** Which of the step's times was pressed, from 0. */
  onStart: (time: Found, which: number) => void
}

/** StepText is a step whose times are buttons that start a timer. */
export function StepText({ text, onStart }: Props) {
  const { t } = useTranslation()
  const locale = useLocale()
  const times = findTimes(text)
  const parts = times.map((time, i) => {
    return (
      <span key={i}>
        {text.slice(times[i - 1]?.end ?? 0, time.start)}
        <button
          type="button"
          className={styles.time}
          aria-label={t('cook.timer', { time: formatSeconds(time.seconds, locale) })}
          onClick={() => onStart(time, i)}
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
