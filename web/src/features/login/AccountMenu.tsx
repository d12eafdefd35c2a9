import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { Icon } from '@/components/Icon'
import { chooseLanguage, languages, type Language } from '@/lib/i18n'
import { unsentOf } from '@/lib/leave'
import { logOut as endSession, useUser } from '@/lib/session'
import styles from './AccountMenu.module.css'
import { Devices } from './Devices'

interface Props {
  /** Its style when it has a label, beside other places; without one it is a round button. */
  className?: string | undefined
  label?: string
}

/** AccountMenu shows the user; it contains language and logout, and opens at #account. */
export function AccountMenu({ className, label }: Props) {
  const { t, i18n } = useTranslation()
  const user = useUser()
  const [open, setOpen] = useState(() => location.hash === '#account')
  useEffect(() => {
    if (location.hash === '#account')
      history.replaceState(history.state, '', location.pathname + location.search)
  }, [])
  const languageId = useId()
  return (
    <>
      {label ? (
        <button type="button" className={className} aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="person" size={22} />
          <span>{label}</span>
        </button>
      ) : (
        <Button
          look="round"
          aria-label={t('app.account')}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          <Icon name="person" size={22} />
        </Button>
      )}
      <Dialog open={open} onClose={() => setOpen(false)} title={user?.name ?? t('app.account')}>
        <div className={styles.menu}>
          <label htmlFor={languageId}>{t('app.language')}</label>
          <select
            id={languageId}
            className={styles.select}
            value={i18n.language}
            onChange={(event) => void chooseLanguage(event.target.value as Language)}
          >
            {Object.entries(languages).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
          <Link to="/export" className={buttonClass('quiet')} onClick={() => setOpen(false)}>
            {t('export.link')}
          </Link>
          <Devices />
          {user && <LogOut user={user.id} />}
        </div>
      </Dialog>
    </>
  )
}

function LogOut({ user }: { user: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [unsent, setUnsent] = useState(0)
  useEffect(() => {
    let gone = false
    unsentOf(user).then(
      (count) => {
        if (!gone) setUnsent(count)
      },
      () => undefined, // the browser stores nothing
    )
    return () => {
      gone = true
    }
  }, [user])

  function logOut(discard: boolean) {
    setBusy(true)
    void endSession(client, discard)
  }

  return (
    <div className={styles.leave}>
      <p>{t('login.logoutText')}</p>
      {unsent > 0 && (
        <p className={styles.warning} role="alert">
          {t('login.logoutUnsent', { count: unsent })}
        </p>
      )}
      <Button look="danger" busy={busy} onClick={() => logOut(false)}>
        {t('login.logout')}
      </Button>
      {unsent > 0 && (
        <Button look="quiet" busy={busy} onClick={() => logOut(true)}>
          {t('login.logoutDiscard')}
        </Button>
      )}
    </div>
  )
}
