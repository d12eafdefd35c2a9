import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useId, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { Icon } from '@/components/Icon'
import { sorts, type Filter, type Sort } from '@/lib/filter'
import { foodsQuery } from '@/lib/recipes'
import styles from './FilterSheet.module.css'

interface Props {
  filter: Filter
  onChange: (filter: Filter) => void
  onClose: () => void
}

const times = [15, 30, 45, 60, 90]

/** FilterSheet narrows the list by foods and time, and orders it; each choice applies at once. */
export function FilterSheet({ filter, onChange, onClose }: Props) {
  const { t } = useTranslation()
  const sortId = useId()
  return (
    <Dialog
      open
      title={t('search.filter.title')}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('search.showTagged')}
        </Button>
      }
    >
      <div className={styles.sheet}>
        <Foods
          label={t('search.filter.with')}
          hint={t('search.filter.withHint')}
          foods={filter.with}
          onChange={(foods) => onChange({ ...filter, with: foods })}
        />
        <Foods
          label={t('search.filter.without')}
          hint={t('search.filter.withoutHint')}
          foods={filter.without}
          onChange={(foods) => onChange({ ...filter, without: foods })}
        />
        <div className={styles.row}>
          <button
            type="button"
            className={styles.chip}
            aria-pressed={filter.favourite === true}
            onClick={() => onChange({ ...filter, favourite: filter.favourite ? undefined : true })}
          >
            <Icon name="heart" />
            {t('search.filter.favourite')}
          </button>
        </div>
        <fieldset className={styles.group}>
          <legend>{t('search.filter.time')}</legend>
          <div className={styles.row}>
            {times.map((minutes) => (
              <button
                key={minutes}
                type="button"
                className={styles.chip}
                aria-pressed={filter.minutes === minutes}
                onClick={() =>
                  onChange({ ...filter, minutes: filter.minutes === minutes ? undefined : minutes })
                }
              >
                {t('search.filter.within', { minutes })}
              </button>
            ))}
          </div>
        </fieldset>
        <div className={styles.group}>
          <label htmlFor={sortId}>{t('search.sort.label')}</label>
          <select
            id={sortId}
            className={styles.field}
            value={filter.sort ?? ''}
            onChange={(event) =>
              onChange({ ...filter, sort: (event.target.value || undefined) as Sort | undefined })
            }
          >
            <option value="">{t('search.sort.relevance')}</option>
            {sorts.map((sort) => (
              <option key={sort} value={sort}>
                {t(`search.sort.${sort}`)}
              </option>
            ))}
          </select>
        </div>
      </div>
    </Dialog>
  )
}

interface FoodsProps {
  label: string
  hint: string
  foods: string[]
  onChange: (foods: string[]) => void
}

// The server takes at most so many.
const mostFoods = 20

function Foods({ label, hint, foods, onChange }: FoodsProps) {
  const { t } = useTranslation()
  const id = useId()
  const [typed, setTyped] = useState('')
  const { data: offered = [] } = useQuery(foodsQuery(useDeferredValue(typed.trim())))
  const add = (event: FormEvent) => {
    event.preventDefault()
    const food = typed.trim()
    if (food !== '' && !foods.includes(food) && foods.length < mostFoods) onChange([...foods, food])
    setTyped('')
  }
  return (
    <form className={styles.group} onSubmit={add}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.row}>
        <input
          id={id}
          className={styles.field}
          list={`${id}-offered`}
          placeholder={hint}
          autoComplete="off"
          enterKeyHint="done"
          maxLength={200}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <datalist id={`${id}-offered`}>
          {offered.map((food) => (
            <option key={food} value={food} />
          ))}
        </datalist>
        <Button type="submit">{t('search.filter.add')}</Button>
      </div>
      {foods.length > 0 && (
        <ul className={styles.row}>
          {foods.map((food) => (
            <li key={food}>
              <button
                type="button"
                className={styles.chip}
                aria-pressed="true"
                aria-label={t('search.filter.remove', { food })}
                onClick={() => onChange(foods.filter((each) => each !== food))}
              >
                <bdi>{food}</bdi>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  )
}
