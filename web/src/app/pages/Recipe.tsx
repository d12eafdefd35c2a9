import { useParams } from '@tanstack/react-router'
import { RecipePage } from '@/features/recipe/RecipePage'

export function Recipe() {
  const { id } = useParams({ from: '/inside/larder/recipes/$id' })
  return <RecipePage id={id} />
}
