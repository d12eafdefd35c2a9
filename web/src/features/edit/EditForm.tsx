import type { ChangeEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '@/components/Field'
import { TextArea } from '@/components/TextArea'
import { formatMinutes } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import styles from './EditForm.module.css'
import type { Form, Row } from './form'
import { burstOf, type Burst } from './history'
import { parseMinutes } from './minutes'
import { RowsEditor } from './RowsEditor'
import { TagsField } from './TagsField'
import type { Trouble } from './trouble'
import { troubleSaid } from './troubleSaid'
import { useUnderstood } from './understood'

interface Props {
  form: Form
  trouble: Trouble
  /** The field for photos. */
  photos: ReactNode
  onChange: (form: Form, burst?: Burst) => void
  onSubmit: () => void
  focusOn: (key: string, caret?: 'start') => void
}

/** EditForm has every field of a recipe. */
export function EditForm({ form, trouble, photos, onChange, onSubmit, focusOn }: Props) {
  const { t } = useTranslation()
  const readAs = useReadAs()
  const understood = useUnderstood(form.ingredients)
  const typed = (field: 'name' | 'servings' | 'prep' | 'cook' | 'source' | 'description' | 'notes') => ({
    'data-focus': field,
    value: form[field],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange({ ...form, [field]: event.target.value }, burstOf(field, event.nativeEvent)),
  })
  const text = (field: 'name' | 'servings' | 'prep' | 'cook' | 'source') => {
    const wrong = trouble.get(field)
    return { ...typed(field), error: wrong && troubleSaid(t, wrong) }
  }
  const rows = (list: 'ingredients' | 'steps') => ({
    kind: list,
    rows: form[list],
    trouble,
    focusOn,
    onChange: (next: Row[], burst?: Burst) => onChange({ ...form, [list]: next }, burst),
  })
  return (
    <form
      id="recipe"
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <div className={styles.wide}>
        <Field label={t('parts.name')} maxLength={200} required dir="auto" {...text('name')} />
      </div>
      <div className={styles.numbers}>
        <Field label={t('recipe.servings')} inputMode="decimal" {...text('servings')} />
        <Field label={t('edit.prep')} autoComplete="off" hint={readAs(form.prep)} {...text('prep')} />
        <Field label={t('edit.cook')} autoComplete="off" hint={readAs(form.cook)} {...text('cook')} />
      </div>
      <RowsEditor
        label={t('recipe.ingredients')}
        each={t('edit.ingredient')}
        placeholder={t('edit.ingredientHint')}
        understood={understood}
        {...rows('ingredients')}
      />
      <RowsEditor
        label={t('recipe.steps')}
        each={t('edit.step')}
        placeholder={t('edit.stepHint')}
        {...rows('steps')}
      />
      <TextArea label={t('parts.description')} maxLength={20000} {...typed('description')} />
      <TextArea label={t('recipe.notes')} maxLength={20000} {...typed('notes')} />
      {photos}
      <TagsField
        tags={form.tags}
        typed={form.tag}
        onChange={(tags, tag, event) => onChange({ ...form, tags, tag }, event && burstOf('tags', event))}
      />
      <Field
        label={t('edit.source')}
        placeholder={t('edit.sourceHint')}
        maxLength={2000}
        dir={form.source === '' ? undefined : 'auto'}
        {...text('source')}
      />
    </form>
  )
}

// How a time that isn't plain minutes is understood: 1 h 30 is 1 hr 30 min.
function useReadAs() {
  const locale = useLocale()
  return (typed: string): string | undefined => {
    if (/^\s*\p{Nd}{1,2}?\s*$/u.test(typed)) return undefined
    const read = formatMinutes(parseMinutes(typed), locale)
    return read === null ? undefined : `= ${read}`
  }
}
