import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { OneImport as One } from '@/features/import/OneImport'
import { Header } from '../Header'

/** OneImport follows an import, and goes on to its recipe if the cook asked for one. */
export function OneImport() {
  const { id } = useParams({ from: '/inside/imports/$id' })
  const { then } = useSearch({ from: '/inside/imports/$id' })
  const navigate = useNavigate()
  const onOnly = useCallback(
    (recipe: string, next: 'open' | 'edit') =>
      void navigate({
        to: next === 'edit' ? '/recipes/$id/edit' : '/recipes/$id',
        params: { id: recipe },
        replace: true,
      }),
    [navigate],
  )
  return (
    <>
      <Header places />
      <main id="content">
        <One key={id} id={id} then={then} onOnly={onOnly} />
      </main>
    </>
  )
}
