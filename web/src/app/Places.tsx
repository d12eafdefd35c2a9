import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '@/components/Icon'
import { useMeasured } from '@/components/useMeasured'
import { AccountMenu } from '@/features/login/AccountMenu'
import { useOpenGroceries } from '@/lib/groceryList'
import { useUser } from '@/lib/session'
import styles from './Places.module.css'

/** Places is the main navigation: a bar at the bottom on phones, part of the header on desktops. */
export function Places() {
  const { t } = useTranslation()
  const user = useUser()
  const bar = useRef<HTMLElement>(null)
  useMeasured(bar, '--places')
  return (
    <nav ref={bar} className={styles.places} aria-label={t('places.label')}>
      <Link to="/" className={styles.place} activeOptions={{ exact: true, includeSearch: false }}>
        <Icon name="book" size={22} />
        <span>{t('places.recipes')}</span>
      </Link>
      {user?.grocery && <Groceries person={user.id} />}
      <Link to="/recipes/new" className={`${styles.place} ${styles.add}`} aria-label={t('app.add')}>
        <Icon name="plus" size={22} />
        <span className={styles.short}>{t('places.add')}</span>
        <span className={styles.long}>{t('app.add')}</span>
      </Link>
      <AccountMenu className={styles.place} label={t('app.account')} />
    </nav>
  )
}

// The grocery list is a different program's page, so this is a plain link, not a route.
function Groceries({ person }: { person: string }) {
  const { t } = useTranslation()
  const open = useOpenGroceries(person)
  return (
    <a href="/grocery/" className={styles.place}>
      <Icon name="basket" size={22} />
      <span>{t('places.groceries')}</span>
      {open > 0 && (
        <span className={styles.badge}>
          <span aria-hidden="true">{t('places.number', { count: open })}</span>
          <span className="visually-hidden">{t('places.open', { count: open })}</span>
        </span>
      )}
    </a>
  )
}
