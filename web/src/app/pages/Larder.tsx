import { Outlet, useNavigate, useParams, useRouterState, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { SearchPane } from '@/features/search/SearchPane'
import { useDesk } from '@/lib/desk'
import { filterOf, searchOf } from '@/lib/filter'
import { FirstRecipe } from './FirstRecipe'
import { Header } from '../Header'
import styles from './Larder.module.css'

/**
 * useLeftPlace remembers the current address: the grocery list's page, another program, links back
 * to it.
 */
function useLeftPlace() {
  const href = useRouterState({ select: (state) => state.location.href })
  useEffect(() => sessionStorage.setItem('larder.place', href), [href])
}

/**
 * Larder is the list of recipes and the open recipe: one at a time on phones, side by side on
 * desktops.
 */
export function Larder() {
  const { t } = useTranslation()
  const desk = useDesk()
  const navigate = useNavigate()
  const { id } = useParams({ strict: false })
  useLeftPlace()
  const { q = '', ...asked } = useSearch({ from: '/inside/larder' })
  const filter = filterOf(asked)
  useEffect(() => {
    if (!id) document.title = `${t('search.title')} · Larder`
  }, [id, t])

  const list = (
    <SearchPane
      key={id ? 'narrow' : 'wide'}
      q={q}
      filter={filter}
      openId={id}
      narrow={id !== undefined}
      onSearch={(next) => {
        const search = { ...(next.q && { q: next.q }), ...searchOf(next.filter) }
        // Back undoes the last filter, not the last letter.
        const replace = JSON.stringify(searchOf(next.filter)) === JSON.stringify(searchOf(filter))
        void navigate({ to: '.', search, replace, resetScroll: false })
      }}
      onOpen={(open) =>
        void navigate({
          to: '/recipes/$id',
          params: { id: open },
          search: (before) => ({ ...before, for: undefined }),
        })
      }
      first={<FirstRecipe />}
    />
  )
  if (!id) {
    return (
      <>
        <Header places />
        <main id="content" className={styles.wide}>
          <h1 className="visually-hidden">{t('search.title')}</h1>
          {list}
        </main>
      </>
    )
  }
  if (!desk) {
    return (
      <main id="content">
        <Outlet />
      </main>
    )
  }
  return (
    <div className={styles.desk}>
      <Header places />
      <nav className={styles.side} aria-label={t('search.title')}>
        {list}
      </nav>
      <main id="content" className={styles.open}>
        <Outlet />
      </main>
    </div>
  )
}
