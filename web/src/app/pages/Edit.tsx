import { useNavigate, useParams } from '@tanstack/react-router'
import { EditPage } from '@/features/edit/EditPage'
import { Header } from '../Header'

/** Edit adds a recipe if the address has no id, otherwise it changes that one. */
export function Edit() {
  const { id } = useParams({ strict: false })
  const navigate = useNavigate()
  return (
    <>
      <Header />
      <main id="content">
        <EditPage
          id={id}
          onDone={(saved) => {
            const next = saved ?? id
            void (next ? navigate({ to: '/recipes/$id', params: { id: next } }) : navigate({ to: '/' }))
          }}
        />
      </main>
    </>
  )
}
