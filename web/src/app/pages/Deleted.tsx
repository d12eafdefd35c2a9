import { useNavigate } from '@tanstack/react-router'
import { DeletedPage } from '@/features/history/DeletedPage'
import { Header } from '../Header'

/** Deleted is the page of deleted recipes. */
export function Deleted() {
  const navigate = useNavigate()
  return (
    <>
      <Header places />
      <main id="content">
        <DeletedPage onRestored={(id) => void navigate({ to: '/recipes/$id', params: { id } })} />
      </main>
    </>
  )
}
