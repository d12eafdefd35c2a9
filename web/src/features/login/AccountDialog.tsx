import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { chooseLanguage, languages, type Language } from '@/lib/i18n'
import { unsentOf } from '@/lib/leave'
import { logOut as endSession, useUser } from '@/lib/session'
import styles from './AccountDialog.module.css'
import { ChangePassword } from './ChangePassword'
import { Devices } from './Devices'
import './words'

/** AccountDialog shows the user, their language, password and devices, and logs them out. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation(['translation', 'account'])
  const user = useUser()
  const languageId = useId()
  return (
    <Dialog open onClose={onClose} title={user?.name ?? t('app.account')}>
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
        <Link to="/export" className={buttonClass('quiet')} onClick={onClose}>
          {t('export.link')}
        </Link>
        <Link to="/deleted" className={buttonClass('quiet')} onClick={onClose}>
          {t('account:deleted')}
        </Link>
        <ChangePassword />
        <Devices />
        {user && <LogOut user={user.id} />}
      </div>
    </Dialog>
  )
}

function LogOut({ user }: { user: string }) {
  const { t } = useTranslation('account')
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
      <p>{t('logoutText')}</p>
      {unsent > 0 && (
        <p className={styles.warning} role="alert">
          {t('logoutUnsent', { count: unsent })}
        </p>
      )}
      <Button look="danger" busy={busy} onClick={() => logOut(false)}>
        {t('logout')}
      </Button>
      {unsent > 0 && (
        <Button look="quiet" busy={busy} onClick={() => logOut(true)}>
          {t('logoutDiscard')}
        </Button>
      )}
    </div>
  )
}
