import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { buttonClass } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { AccountMenu } from '@/features/login/AccountMenu'
import styles from './Header.module.css'

/** Header is the top of the pages with a list: where one is, and what can be done. */
export function Header({ add = false }: { add?: boolean }) {
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
      {add && (
        <Link to="/recipes/new" className={`${buttonClass('primary')} ${styles.add}`}>
          <Icon name="plus" />
          <span>{t('app.add')}</span>
        </Link>
      )}
      <AccountMenu />
    </header>
  )
}
