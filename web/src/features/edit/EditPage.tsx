import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import type { Recipe } from '@/lib/api'
import { recipeQuery } from '@/lib/recipes'
import { readDraft, type Draft } from '@/lib/store'
import { Conflict } from './Conflict'
import { EditForm } from './EditForm'
import styles from './EditPage.module.css'
import { formOf, inputOf, sameInput, troubleOf, type Form, type Trouble } from './form'
import { useDraft } from './draft'
import { useSave } from './save'

interface Props {
  /** The recipe to change; undefined for a new one. */
  id?: string | undefined
  /** Called when all is saved, with the recipe's id; with undefined when the cook gives up. */
  onDone: (id: string | undefined) => void
}

/** EditPage adds a recipe or changes one. What is typed is kept on this device until it is saved. */
export function EditPage({ id, onDone }: Props) {
  const { t } = useTranslation()
  const recipe = useQuery({ ...recipeQuery(id ?? ''), enabled: id !== undefined })
  const [draft, setDraft] = useState<Draft | null>()
  useEffect(() => {
    readDraft(id).then(
      (found) => setDraft(found ?? null),
      () => setDraft(null),
    )
  }, [id])
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
  if (draft === undefined || (id !== undefined && !recipe.data)) {
    return (
      <div className={styles.page} role="status" aria-label={t('app.loading')}>
        <Skeleton height="3rem" />
        <Skeleton height="12rem" />
      </div>
    )
  }
  return <Editor recipe={recipe.data?.recipe} draft={draft} onDone={onDone} />
}

interface EditorProps {
  recipe: Recipe | undefined
  draft: Draft | null
  onDone: Props['onDone']
}

function Editor({ recipe, draft, onDone }: EditorProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  // What the page began with: a later version that comes in meanwhile must not change under the cook's hands.
  const [original, setOriginal] = useState(() => inputOf(formOf(recipe)))
  const [base, setBase] = useState(draft?.base ?? recipe?.version ?? 0)
  const [form, setForm] = useState<Form>(() => formOf(draft?.input ?? recipe))
  const [restored, setRestored] = useState(draft !== null)
  const [trouble, setTrouble] = useState<Trouble>({})
  const leaving = useRef(false)
  const dirty = !sameInput(inputOf(form), original)
  const drafts = useDraft(recipe?.id, form, base, dirty)
  const saving = useSave(client, recipe, onSaved)
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !leaving.current,
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  })

  async function onSaved(id: string) {
    leaving.current = true
    await drafts.discard()
    onDone(id)
  }

  async function discard() {
    await drafts.discard()
    setForm(formOf(recipe))
    setBase(recipe?.version ?? 0)
    setRestored(false)
  }

  function save(from = base) {
    const found = troubleOf(form)
    setTrouble(found)
    if (Object.keys(found).length === 0) void saving.save(inputOf(form), from)
  }

  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{recipe ? t('edit.title') : t('edit.newTitle')}</h1>
      {restored && (
        <div className={styles.restored} role="status">
          <span>{t('edit.restored')}</span>
          <Button look="quiet" onClick={() => void discard()}>
            {t('edit.discard')}
          </Button>
        </div>
      )}
      <EditForm form={form} trouble={trouble} onChange={setForm} onSubmit={() => save()} />
      <div className={styles.bar}>
        <p className={styles.failure} role="alert">
          {saving.failure ?? (Object.keys(trouble).length > 0 ? t('edit.check') : '')}
        </p>
        <Button onClick={() => onDone(undefined)}>{t('edit.cancel')}</Button>
        <Button look="primary" type="submit" form="recipe" busy={saving.busy}>
          {saving.busy ? t('edit.saving') : t('edit.save')}
        </Button>
      </div>
      {saving.conflict && (
        <Conflict
          mine={inputOf(form)}
          theirs={saving.conflict}
          onMine={() => save(saving.settle())}
          onTheirs={() => {
            const id = saving.conflict?.id ?? ''
            void onSaved(id)
          }}
          onEdit={() => {
            // From here on the other version is known, and saving replaces it knowingly.
            if (saving.conflict) setOriginal(inputOf(formOf(saving.conflict)))
            setBase(saving.settle())
          }}
        />
      )}
      <Dialog
        open={blocker.status === 'blocked'}
        onClose={() => blocker.reset?.()}
        title={t('edit.leave.title')}
        actions={
          <>
            <Button look="danger" onClick={() => void drafts.discard().then(() => blocker.proceed?.())}>
              {t('edit.leave.discard')}
            </Button>
            <Button look="outline" onClick={() => blocker.proceed?.()}>
              {t('edit.leave.keep')}
            </Button>
            <Button look="primary" onClick={() => blocker.reset?.()}>
              {t('edit.leave.stay')}
            </Button>
          </>
        }
      >
        <p>{t('edit.leave.text')}</p>
      </Dialog>
    </div>
  )
}
