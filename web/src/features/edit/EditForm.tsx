import { useTranslation } from 'react-i18next'
import { Field } from '@/components/Field'
import { TextArea } from '@/components/TextArea'
import styles from './EditForm.module.css'
import type { Form, Trouble } from './form'
import { RowsEditor } from './RowsEditor'
import { TagsField } from './TagsField'

interface Props {
  form: Form
  trouble: Trouble
  onChange: (form: Form) => void
  onSubmit: () => void
}

/** EditForm has every field of a recipe. */
export function EditForm({ form, trouble, onChange, onSubmit }: Props) {
  const { t } = useTranslation()
  const set = <K extends keyof Form>(field: K, value: Form[K]) => onChange({ ...form, [field]: value })
  const text = (field: 'name' | 'servings' | 'prep' | 'cook' | 'source') => {
    const wrong = trouble[field]
    return {
      value: form[field],
      onChange: (event: { target: { value: string } }) => set(field, event.target.value),
      error: wrong && t(`edit.trouble.${wrong}`),
    }
  }
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
        <Field label={t('edit.parts.name')} maxLength={200} required dir="auto" {...text('name')} />
      </div>
      <div className={styles.numbers}>
        <Field label={t('recipe.servings')} inputMode="decimal" {...text('servings')} />
        <Field label={t('edit.prep')} inputMode="numeric" {...text('prep')} />
        <Field label={t('edit.cook')} inputMode="numeric" {...text('cook')} />
      </div>
      <RowsEditor
        label={t('recipe.ingredients')}
        each={t('edit.ingredient')}
        placeholder={t('edit.ingredientHint')}
        rows={form.ingredients}
        onChange={(rows) => set('ingredients', rows)}
      />
      <RowsEditor
        long
        label={t('recipe.steps')}
        each={t('edit.step')}
        placeholder={t('edit.stepHint')}
        rows={form.steps}
        onChange={(rows) => set('steps', rows)}
      />
      <TextArea
        label={t('edit.parts.description')}
        maxLength={20000}
        value={form.description}
        onChange={(event) => set('description', event.target.value)}
      />
      <TextArea
        label={t('recipe.notes')}
        maxLength={20000}
        value={form.notes}
        onChange={(event) => set('notes', event.target.value)}
      />
      <TagsField tags={form.tags} onChange={(tags) => set('tags', tags)} />
      <Field
        label={t('edit.source')}
        type="url"
        inputMode="url"
        placeholder="https://"
        maxLength={2000}
        {...text('source')}
      />
    </form>
  )
}
