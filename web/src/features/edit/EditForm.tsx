import type { ChangeEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Field } from '@/components/Field'
import { TextArea } from '@/components/TextArea'
import { formatMinutes } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import { nutrients } from '@/lib/nutrition'
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
  const typed = (field: Line | 'description' | 'notes') => ({
    'data-focus': field,
    value: form[field],
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onChange({ ...form, [field]: event.target.value }, burstOf(field, event.nativeEvent)),
  })
  const text = (field: Line) => {
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
        <Field label={t('edit.yield')} placeholder={t('edit.yieldHint')} dir="auto" {...text('yield')} />
        <Field label={t('edit.total')} autoComplete="off" hint={readAs(form.total)} {...text('total')} />
        <Field
          label={t('edit.language')}
          placeholder="en"
          autoComplete="off"
          dir="ltr"
          {...text('language')}
        />
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
      <Field label={t('edit.author')} maxLength={200} dir="auto" {...text('author')} />
      <NutritionFields form={form} trouble={trouble} onChange={onChange} />
    </form>
  )
}

type Line = 'name' | 'servings' | 'yield' | 'prep' | 'cook' | 'total' | 'source' | 'author' | 'language'

function NutritionFields({ form, trouble, onChange }: Pick<Props, 'form' | 'trouble' | 'onChange'>) {
  const { t } = useTranslation()
  const wrong = trouble.get('nutrition')
  return (
    <details className={styles.nutrition} open={wrong ? true : undefined}>
      <summary>{t('recipe.nutrition.title')}</summary>
      <div>
        {nutrients.map((name, index) => (
          <Field
            key={name}
            label={t(`recipe.nutrition.${name}`)}
            maxLength={200}
            dir="auto"
            data-focus={index === 0 ? 'nutrition' : undefined}
            value={form.nutrition[name] ?? ''}
            error={index === 0 && wrong ? troubleSaid(t, wrong) : undefined}
            onChange={(event) =>
              onChange(
                { ...form, nutrition: { ...form.nutrition, [name]: event.target.value } },
                burstOf(`nutrition.${name}`, event.nativeEvent),
              )
            }
          />
        ))}
      </div>
    </details>
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
