import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import { recipeQuery } from '@/lib/recipes'
import { useBegun } from './draft'
import styles from './EditPage.module.css'
import { Editor } from './Editor'
import { formOf, newRow } from './form'
import { keptHeadings, withHeadings } from './headings'

interface Props {
  /** The recipe to change; undefined for a new one. */
  id?: string | undefined
  /**
   * Called with the recipe's id once everything is saved, or with undefined if the cook gives up.
   */
  onDone: (id: string | undefined) => void
}

/** EditPage adds or changes a recipe. Unsaved text is stored on this device. */
export function EditPage({ id, onDone }: Props) {
  const { t } = useTranslation()
  const recipe = useQuery({ ...recipeQuery(id ?? ''), enabled: id !== undefined })
  const begun = useBegun(id)
  const headings = useHeadings(id)
  useEffect(() => {
    document.title = `${id ? t('edit.title') : t('edit.newTitle')} · Larder`
  }, [id, t])

  if (recipe.error && !recipe.data) {
    return (
      <Message heading="h1" error dish="bowl" title={t('recipe.gone.title')}>
        <p>{recipe.error.message}</p>
      </Message>
    )
  }
  if (begun === undefined || headings === undefined || (id !== undefined && !recipe.data)) {
    return (
      <div className={styles.page} role="status" aria-label={t('app.loading')}>
        <Skeleton height="3rem" />
        <Skeleton height="12rem" />
      </div>
    )
  }
  const saved = withHeadings(formOf(recipe.data?.recipe), headings, (text) => newRow(text, 'section'))
  return (
    <Editor key={begun.key} recipe={recipe.data?.recipe} saved={saved} draft={begun.draft} onDone={onDone} />
  )
}

function useHeadings(id: string | undefined) {
  const [headings, setHeadings] = useState<Awaited<ReturnType<typeof keptHeadings>>>()
  useEffect(() => {
    let wanted = true
    const take = (found: NonNullable<typeof headings>) => wanted && setHeadings(found)
    keptHeadings(id ?? 'new').then(take, () => take([]))
    return () => {
      wanted = false
    }
  }, [id])
  return headings
}
