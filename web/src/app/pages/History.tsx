import { useNavigate, useParams } from '@tanstack/react-router'
import { HistoryPage } from '@/features/history/HistoryPage'
import { Header } from '../Header'

/** History is the page of a recipe's versions. */
export function History() {
  const { id } = useParams({ from: '/inside/recipes/$id/history' })
  const navigate = useNavigate()
  return (
    <>
      <Header places />
      <main id="content">
        <HistoryPage id={id} onRestored={() => void navigate({ to: '/recipes/$id', params: { id } })} />
      </main>
    </>
  )
}
