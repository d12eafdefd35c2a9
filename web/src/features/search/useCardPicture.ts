// A card's picture. The list doesn't contain it, the recipe does: use the recipe stored on this
// device, otherwise fetch it.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { RecipeItem } from '@/lib/api'
import { cardEdge, hasPicture, pictureOf, type Picture } from '@/lib/files'
import { oneOfFew } from '@/lib/oneOfFew'
import { fetchRecipe } from '@/lib/recipes'
import { store } from '@/lib/store'

/** An address is signed for at least a day. */
const signedFor = 20 * 3_600_000
/** A card that merely scrolls past requests nothing. */
const restsAfter = 200

/** useCardPicture returns a recipe's picture; undefined while loading, or if there is none. */
export function useCardPicture({ id, version }: RecipeItem): Picture | undefined {
  const rests = useRest(id)
  const { data } = useQuery({
    queryKey: ['picture', id, version],
    queryFn: ({ signal }) => cardPicture(id, version, signal),
    enabled: rests,
    staleTime: signedFor,
    retry: false,
  })
  return data ?? undefined
}

function useRest(id: string) {
  const [rested, setRested] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setRested(id), restsAfter)
    return () => clearTimeout(timer)
  }, [id])
  return rested === id
}

async function cardPicture(id: string, version: number, signal: AbortSignal): Promise<Picture | null> {
  const kept = await store.recipes.get(id)
  if (kept && kept.recipe.version >= version) {
    if (!hasPicture(kept.recipe)) return null
    const picture = pictureOf(kept.recipe, cardEdge)
    if (picture && Date.now() - kept.fetched_at < signedFor) return picture
  }
  try {
    return pictureOf(await oneOfFew(() => fetchRecipe(id, signal), signal), cardEdge) ?? null
  } catch (error) {
    // Offline, an expired address still identifies a cached picture.
    const picture = kept && pictureOf(kept.recipe, cardEdge)
    if (picture) return picture
    throw error
  }
}
