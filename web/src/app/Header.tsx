import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { AccountMenu } from '@/features/login/AccountMenu'
import styles from './Header.module.css'
import { Places } from './Places'

/**
 * Header is the top of a page: whose larder it is and, outside of tasks in progress, the
 * navigation.
 */
export function Header({ places = false }: { places?: boolean }) {
  const { t } = useTranslation()
  return (
    <header className={styles.header}>
      <a className={styles.skip} href="#content">
        {t('app.skip')}
      </a>
      <Link to="/" className={styles.brand}>
        <img src="/icon.svg" alt="" width="32" height="32" />
        {t('app.name')}
      </Link>
      {places ? <Places /> : <AccountMenu />}
    </header>
  )
}
