import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { buttonClass } from '@/components/Button'
import { Message } from '@/components/Message'

export function NotThere() {
  const { t } = useTranslation()
  const action = (
    <Link to="/" className={buttonClass('primary')}>
      {t('app.notThere.action')}
    </Link>
  )
  return (
    <main id="content">
      <Message heading="h1" title={t('app.notThere.title')} dish="bowl" actions={action}>
        <p>{t('app.notThere.text')}</p>
      </Message>
    </main>
  )
}
