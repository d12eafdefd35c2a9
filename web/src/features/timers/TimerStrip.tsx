import { Link } from '@tanstack/react-router'
import { useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { useMeasured } from '@/components/useMeasured'
import { formatSeconds } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import { numberFormat } from '@/lib/numberFormat'
import { formatWhen } from '@/lib/when'
import { notify } from './notification'
import { addTime, runToLongest, stopTimer, type Timer } from './timers'
import styles from './TimerStrip.module.css'
import { useNow } from './useNow'
import { useRinging } from './useRinging'

/**
 * TimerStrip shows the timers across the full width: finished ones with their purpose, the others
 * small.
 */
export function TimerStrip({ timers }: { timers: Timer[] }) {
  const { t } = useTranslation()
  const strip = useRef<HTMLElement>(null)
  const now = useNow(timers.map((timer) => timer.until))
  const up = timers.filter((timer) => timer.until <= now)
  const running = timers.filter((timer) => timer.until > now)
  const name = useNameOf()
  useRinging(
    up.map((timer) => timer.id),
    up[0] && t('timers.up', { what: name(up[0]) }),
  )
  useMeasured(strip, '--timers') // sticky elements go below it
  return (
    <section ref={strip} className={styles.strip} aria-label={t('timers.title')}>
      <p className="visually-hidden" role="alert">
        {up.map((timer) => t('timers.up', { what: name(timer) })).join(' ')}
      </p>
      <ul>
        {up.map((timer) => (
          <Up key={timer.id} timer={timer} now={now} />
        ))}
        {running.map((timer) => (
          <Running key={timer.id} timer={timer} now={now} />
        ))}
      </ul>
    </section>
  )
}

function Up({ timer, now }: { timer: Timer; now: number }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const name = useNameOf()
  const title = t('timers.up', { what: name(timer) })
  const body = t('timers.what', { what: name(timer), length: formatSeconds(timer.seconds, locale) })
  const { id, recipe_id, step } = timer
  useEffect(() => {
    const shown = notify({ tag: `timer.${id}`, title, body, url: `/recipes/${recipe_id}/cook?step=${step}` })
    return () => void shown.then((close) => close())
    // eslint-disable-next-line react-hooks/exhaustive-deps -- announced once, in the language of that moment
  }, [id])
  const about = useId()
  const closed = timer.until < performance.timeOrigin
  return (
    <li className={`${styles.timer} ${styles.up}`}>
      <Icon name="bell" size={24} />
      <div className={styles.what}>
        <p className={styles.title}>{t('timers.isUp')}</p>
        <Name timer={timer} id={about} />
        <p className={styles.since}>
          {closed
            ? t('timers.whileClosed', { when: formatWhen(timer.until, locale, now) })
            : t('timers.ago', { time: clock((now - timer.until) / 1000, locale) })}
        </p>
      </div>
      <Actions timer={timer} about={about} ringing />
    </li>
  )
}

function Running({ timer, now }: { timer: Timer; now: number }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const about = useId()
  const left = Math.ceil((timer.until - Math.max(now, timer.began)) / 1000)
  return (
    <li className={styles.timer}>
      <Icon name="clock" />
      <div className={styles.what}>
        <b role="timer" className={styles.left}>
          {t('timers.left', { time: clock(left, locale) })}
        </b>{' '}
        <Name timer={timer} id={about} />
      </div>
      <Actions timer={timer} about={about} />
    </li>
  )
}

// Links back to the timer's step.
function Name({ timer, id }: { timer: Timer; id: string }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const name = useNameOf()
  return (
    <Link
      id={id}
      to="/recipes/$id/cook"
      params={{ id: timer.recipe_id }}
      search={{ step: timer.step, ...(timer.servings !== null && { for: timer.servings }) }}
      className={styles.name}
      dir="auto"
    >
      {t('timers.what', { what: name(timer), length: formatSeconds(timer.seconds, locale) })}
    </Link>
  )
}

interface ActionsProps {
  timer: Timer
  /** The id of the element that describes the timer: with several, each has the same buttons. */
  about: string
  ringing?: boolean
}

function Actions({ timer, about, ringing = false }: ActionsProps) {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <div className={styles.actions}>
      {timer.longest !== null && (
        <Button aria-describedby={about} onClick={() => runToLongest(timer.id)}>
          {t('timers.longest', { length: lengthOfEnd(timer.longest, locale) })}
        </Button>
      )}
      <Button aria-describedby={about} onClick={() => addTime(timer.id, 60)}>
        {t('timers.more')}
      </Button>
      <Button
        look={ringing ? 'primary' : 'outline'}
        aria-describedby={about}
        onClick={() => stopTimer(timer.id)}
      >
        {t('timers.stop')}
      </Button>
    </div>
  )
}

function useNameOf() {
  const { t } = useTranslation()
  return (timer: Timer) => t('timers.of', { name: timer.recipe_name, number: timer.step })
}

// For the end of "45–60 minutes", say 60 minutes rather than an hour.
function lengthOfEnd(seconds: number, locale: string) {
  if (seconds !== 3600) return formatSeconds(seconds, locale)
  return numberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'short' }).format(60)
}

function clock(time: number, locale: string) {
  const seconds = Math.floor(time)
  const two = numberFormat(locale, { minimumIntegerDigits: 2 })
  const one = numberFormat(locale)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = two.format(seconds % 60)
  return hours > 0 ? `${one.format(hours)}:${two.format(minutes)}:${rest}` : `${one.format(minutes)}:${rest}`
}
