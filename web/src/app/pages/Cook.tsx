import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CookPage } from '@/features/cook/CookPage'

export function Cook() {
  const { id } = useParams({ from: '/inside/recipes/$id/cook' })
  const { for: servings = null } = useSearch({ from: '/inside/recipes/$id/cook' })
  const navigate = useNavigate()
  return (
    <main>
      <CookPage
        id={id}
        servings={servings}
        onLeave={() => void navigate({ to: '/recipes/$id', params: { id } })}
      />
    </main>
  )
}
