import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'

const AccountDialog = lazy(() =>
  import('./AccountDialog').then(({ AccountDialog }) => ({ default: AccountDialog })),
)

interface Props {
  /** Its style when it has a label, beside other places; without one it is a round button. */
  className?: string | undefined
  label?: string
}

/** AccountMenu opens the account, also at #account. */
export function AccountMenu({ className, label }: Props) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(() => location.hash === '#account')
  useEffect(() => {
    if (location.hash === '#account')
      history.replaceState(history.state, '', location.pathname + location.search)
  }, [])
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
      {open && (
        <Suspense>
          <AccountDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
