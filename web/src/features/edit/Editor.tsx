import { useQueryClient } from '@tanstack/react-query'
import { Link, useBlocker } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Icon } from '@/components/Icon'
import type { Recipe, RecipeInput } from '@/lib/api'
import { newId } from '@/lib/id'
import { dropFiles, releaseFiles } from '@/lib/outbox'
import type { Draft } from '@/lib/store'
import { useWaitingFiles } from '@/lib/waitingFiles'
import { Conflict } from './Conflict'
import { useDraft } from './draft'
import { EditForm } from './EditForm'
import styles from './EditPage.module.css'
import { formOf, inputOf, sameForm, type Form } from './form'
import { keepHeadings } from './headings'
import { useHistory, type Burst } from './history'
import { LeaveDialog } from './LeaveDialog'
import { PhotosField } from './PhotosField'
import { useSave } from './save'
import { refusedFields, stillWrong, troubleOf, type Trouble } from './trouble'
import { useFocusOn } from './useFocusOn'
import { useShortcuts } from './useShortcuts'

interface Props {
  recipe: Recipe | undefined
  /** The saved recipe as a form. */
  saved: Form
  draft: Draft | undefined
  onDone: (id: string | undefined) => void
}

/** Editor is the page on which a recipe is edited. */
export function Editor({ recipe, saved, draft, onDone }: Props) {
  const { t } = useTranslation()
  const page = useRef<HTMLDivElement>(null)
  const focusOn = useFocusOn(page)
  // Don't let a later version that arrives meanwhile change under the cook's hands.
  const [original, setOriginal] = useState(saved)
  const { base, from, setWrittenOn } = useWrittenOn(recipe, draft)
  const history = useHistory(() => formOfDraft(draft, saved), focusOn)
  const { form } = history
  const [restored, setRestored] = useState(draft !== undefined)
  const [trouble, setTrouble] = useState<Trouble>(new Map())
  const [id] = useState(() => recipe?.id ?? draft?.recipe_id ?? newId())
  const leaving = useRef(false)
  const files = useWaitingFiles(id, true)
  const dirty = files.length > 0 || !sameForm(form, original)
  const drafts = useDraft(recipe?.id, { recipe_id: id, base, from, again: draft?.again }, form, dirty)
  const saving = useSave(useQueryClient(), onSaved, (errors) => mark(refusedFields(form, errors)))
  const blocker = useBlocker({
    // An ended session leads to the login and then back here, where the draft is.
    shouldBlockFn: ({ current, next }) =>
      dirty && !leaving.current && next.pathname !== current.pathname && next.pathname !== '/login',
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  })
  const isNew = recipe === undefined
  useEffect(() => {
    if (isNew) page.current?.querySelector<HTMLElement>('[data-focus="name"]')?.focus()
  }, [isNew])

  async function onSaved(saved: string) {
    leaving.current = true
    await keepHeadings(saved, form).catch(() => undefined)
    await drafts.discard()
    onDone(saved)
  }

  async function discard() {
    await drafts.discard()
    await dropFiles(id)
    drafts.goOn()
    history.begin(saved)
    setOriginal(saved)
    setWrittenOn(recipe?.version ?? 0, recipe && inputOf(formOf(recipe)))
    setTrouble(new Map())
    setRestored(false)
  }

  function change(next: Form, burst?: Burst) {
    setTrouble((marked) => stillWrong(marked, form, next))
    history.change(next, burst)
  }

  function mark(found: Trouble) {
    setTrouble(found)
    const first = found.keys().next().value
    if (first !== undefined) focusOn(first)
  }

  function save(on = base) {
    if (saving.busy) return
    const found = troubleOf(form)
    mark(found)
    if (found.size === 0) void saving.save({ id, input: inputOf(form), base: on, from })
  }

  useShortcuts({ save: () => save(), undo: history.undo, redo: history.redo })

  return (
    <div className={styles.page} ref={page}>
      <h1 className={styles.title}>{recipe ? t('edit.title') : t('edit.newTitle')}</h1>
      {!recipe && (
        <p>
          <Link to="/import" className={buttonClass()}>
            <Icon name="next" />
            {t('edit.bring')}
          </Link>
        </p>
      )}
      {restored && (
        <div className={styles.restored} role="status">
          <span>{t('edit.restored')}</span>
          <Button look="quiet" onClick={() => void discard()}>
            {t('edit.discard')}
          </Button>
        </div>
      )}
      <EditForm
        form={form}
        trouble={trouble}
        photos={<PhotosField recipe={id} files={files} />}
        onChange={change}
        onSubmit={() => save()}
        focusOn={focusOn}
      />
      <div className={styles.bar}>
        <p className={styles.failure} role="alert">
          {saving.failure ?? (trouble.size > 0 ? t('edit.check') : '')}
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
          onTheirs={() => void releaseFiles(id).then(() => onSaved(saving.conflict?.id ?? id))}
          onEdit={() => {
            // The cook now knows the other version, so saving may replace it.
            const theirs = saving.conflict ?? undefined
            setOriginal(formOf(theirs))
            setWrittenOn(saving.settle(), theirs && inputOf(formOf(theirs)))
          }}
        />
      )}
      <LeaveDialog
        open={blocker.status === 'blocked'}
        onStay={() => blocker.reset?.()}
        onKeep={() => blocker.proceed?.()}
        onDiscard={() =>
          void drafts
            .discard()
            .then(() => dropFiles(id))
            .then(() => blocker.proceed?.())
        }
      />
    </div>
  )
}

// A refused change only has what was sent. An earlier app's draft lacks the fields that it didn't
// know, which are as saved then.
function formOfDraft(draft: Draft | undefined, saved: Form): Form {
  if (!draft) return saved
  if (draft.form) return { ...saved, ...(draft.form as Form) }
  const form = formOf(draft.input)
  if (draft.input.yield !== undefined) return form
  const { yield: makes, total, author, language, nutrition } = saved
  return { ...form, yield: makes, total, author, language, nutrition }
}

/** The version being edited, and its content if known. */
function useWrittenOn(recipe: Recipe | undefined, draft: Draft | undefined) {
  const [on, setOn] = useState<{ base: number; from: RecipeInput | undefined }>(() =>
    draft
      ? { base: draft.base, from: draft.from }
      : { base: recipe?.version ?? 0, from: recipe && inputOf(formOf(recipe)) },
  )
  return { ...on, setWrittenOn: (base: number, from: RecipeInput | undefined) => setOn({ base, from }) }
}
