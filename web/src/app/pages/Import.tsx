import { useNavigate, useSearch } from '@tanstack/react-router'
import { ImportPage } from '@/features/import/ImportPage'
import { Header } from '../Header'

/** Import brings recipes from elsewhere. */
export function Import() {
  const shared = useSearch({ from: '/inside/import' })
  const navigate = useNavigate()
  return (
    <>
      <Header places />
      <main id="content">
        <ImportPage
          shared={shared}
          onBegun={(id, then) =>
            void navigate({ to: '/imports/$id', params: { id }, search: then ? { then } : {} })
          }
          onReplaced={(id) => void navigate({ to: '/recipes/$id', params: { id } })}
        />
      </main>
    </>
  )
}
