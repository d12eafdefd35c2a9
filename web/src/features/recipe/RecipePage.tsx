import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { buttonClass } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { Message } from '@/components/Message'
import { RecipePicture } from '@/components/RecipePicture'
import type { Picture } from '@/lib/files'
import { ServingsStepper } from '@/components/ServingsStepper'
import { SafeLink } from '@/components/SafeLink'
import { Refused, type Recipe } from '@/lib/api'
import { useCooking } from '@/lib/cooking'
import { formatMinutes, totalMinutes } from '@/lib/duration'
import { useLocale } from '@/lib/i18n'
import { nutrients } from '@/lib/nutrition'
import { recipeQuery } from '@/lib/recipes'
import { Ingredients } from './Ingredients'
import { RecipeSkeleton } from './RecipeSkeleton'
import styles from './RecipePage.module.css'
import { Steps } from './Steps'

interface Props {
  id: string
  /** The servings; null for those used last, or the recipe's. */
  servings: number | null
  onServings: (servings: number | null) => void
  /** Further actions, supplied by the app. */
  bar?: (recipe: Recipe, servings: number | null) => ReactNode
  menu?: (recipe: Recipe) => ReactNode
  extra?: (recipe: Recipe) => ReactNode
  rating?: (recipe: Recipe) => ReactNode
  /** The recipe's first picture, if any. */
  picture?: (recipe: Recipe) => Picture | undefined
}

/**
 * RecipePage shows a recipe to cook from: one column on phones, ingredients beside the steps on
 * desktops.
 */
export function RecipePage({ id, ...rest }: Props) {
  const { data, error, refetch } = useQuery(recipeQuery(id))
  if (data) return <Whole key={id} recipe={data.recipe} {...rest} />
  if (error) return <Absent error={error} onRetry={() => void refetch()} />
  return <RecipeSkeleton />
}

type WholeProps = Omit<Props, 'id'> & { recipe: Recipe }

function Whole({ recipe, servings, onServings, bar, menu, extra, rating, picture }: WholeProps) {
  const { t } = useTranslation()
  const [cooking, keep] = useCooking(recipe)
  const shown = servings ?? cooking?.servings ?? recipe.servings
  const factor = recipe.servings && shown ? shown / recipe.servings : 1
  function cookFor(people: number) {
    const next = people === recipe.servings ? null : people
    keep({ servings: next })
    onServings(next)
  }
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${recipe.name} · Larder`
  }, [recipe.name])
  // Keyboard users continue at the recipe, and screen readers announce its name.
  useEffect(() => title.current?.focus({ preventScroll: true }), [])
  const photo = picture?.(recipe)
  const lang = recipe.language || undefined
  return (
    <article className={styles.page}>
      <header className={photo ? styles.header : `${styles.header} ${styles.drawn}`}>
        <div className={styles.picture}>
          <RecipePicture name={recipe.name} tags={recipe.tags} photo={photo} eager />
        </div>
        <div className={styles.tools}>
          <Link
            to="/"
            search={(before) => ({ ...before, for: undefined })}
            className={`${buttonClass('round')} ${styles.back}`}
            aria-label={t('app.back')}
          >
            <Icon name="back" />
          </Link>
          <div className={styles.menu}>{menu?.(recipe)}</div>
        </div>
        <div className={styles.head}>
          <h1 className={styles.title} tabIndex={-1} ref={title} dir="auto" lang={lang}>
            {recipe.name}
          </h1>
          {recipe.description && (
            <p className={styles.description} dir="auto" lang={lang}>
              {recipe.description}
            </p>
          )}
          {rating?.(recipe)}
          <div className={styles.facts}>
            <Times recipe={recipe} />
            {recipe.servings !== null && (
              <ServingsStepper value={shown ?? recipe.servings} onChange={cookFor} />
            )}
            {recipe.yield && (
              <p className={styles.yield}>
                {t('recipe.makes')}: <bdi lang={lang}>{recipe.yield}</bdi>
              </p>
            )}
          </div>
        </div>
      </header>
      <div className={styles.columns}>
        <section className={styles.ingredients} aria-labelledby="ingredients">
          <h2 id="ingredients" className={styles.heading}>
            {t('recipe.ingredients')}
          </h2>
          <div lang={lang}>
            <Ingredients
              lines={recipe.ingredients}
              factor={factor}
              ticks={cooking?.ticks ?? []}
              onTicks={(ticks) => keep({ ticks })}
            />
          </div>
        </section>
        <div className={styles.method}>
          <section aria-labelledby="steps">
            <h2 id="steps" className={styles.heading}>
              {t('recipe.steps')}
            </h2>
            <div lang={lang}>
              <Steps steps={recipe.steps} />
            </div>
          </section>
          {recipe.notes && (
            <section className={styles.notes} aria-labelledby="notes">
              <h2 id="notes" className={styles.heading}>
                {t('recipe.notes')}
              </h2>
              <p dir="auto" lang={lang}>
                {recipe.notes}
              </p>
            </section>
          )}
          <Nutrition recipe={recipe} lang={lang} />
          {extra?.(recipe)}
          <footer className={styles.footer}>
            {recipe.tags.length > 0 && (
              <ul className={styles.tags} aria-label={t('recipe.tags')}>
                {recipe.tags.map((tag) => (
                  <li key={tag}>
                    <Link to="/" search={{ tag: [tag] }} className={styles.tag}>
                      {tag}
                    </Link>
                  </li>
                ))}
              </ul>
            )}
            {recipe.source_url && (
              <p className={styles.source}>
                {t('recipe.source')}: <SafeLink href={recipe.source_url} />
              </p>
            )}
            {recipe.author && (
              <p className={styles.source}>
                {t('recipe.author')}: <bdi>{recipe.author}</bdi>
              </p>
            )}
          </footer>
        </div>
      </div>
      {bar && <div className={styles.bar}>{bar(recipe, shown)}</div>}
    </article>
  )
}

function Times({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const said = Boolean(recipe.total_minutes)
  const both = recipe.prep_minutes !== null && recipe.cook_minutes !== null
  const times = [
    [t('recipe.prep'), formatMinutes(recipe.prep_minutes, locale)],
    [t('recipe.cook'), formatMinutes(recipe.cook_minutes, locale)],
    [t('recipe.total'), said || both ? formatMinutes(totalMinutes(recipe), locale) : null],
  ].filter(([, time]) => time)
  if (times.length === 0) return null
  return (
    <dl className={said ? styles.times : `${styles.times} ${styles.summed}`}>
      {times.map(([name, time]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{time}</dd>
        </div>
      ))}
    </dl>
  )
}

function Nutrition({ recipe, lang }: { recipe: Recipe; lang: string | undefined }) {
  const { t } = useTranslation()
  // A recipe stored by an earlier version of the app has no nutrition.
  const stated = (recipe.nutrition as Recipe['nutrition'] | undefined) ?? {}
  const rows = nutrients.filter((name) => stated[name])
  if (rows.length === 0) return null
  return (
    <section aria-labelledby="nutrition">
      <h2 id="nutrition" className={styles.heading}>
        {t('recipe.nutrition.title')}
      </h2>
      <table className={styles.nutrition}>
        <tbody>
          {rows.map((name) => (
            <tr key={name}>
              <th scope="row">{t(`recipe.nutrition.${name}`)}</th>
              <td dir="auto" lang={lang}>
                {stated[name]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Absent({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation()
  const gone = error instanceof Refused && (error.status === 404 || error.status === 400)
  const all = (
    <Link to="/" className={buttonClass(gone ? 'primary' : 'outline')}>
      {t('recipe.gone.action')}
    </Link>
  )
  if (gone) {
    return (
      <Message heading="h1" error dish="bowl" title={t('recipe.gone.title')} actions={all}>
        <p>{t('recipe.gone.text')}</p>
      </Message>
    )
  }
  const retry = (
    <button type="button" className={buttonClass('primary')} onClick={onRetry}>
      {t('app.retry')}
    </button>
  )
  return (
    <Message
      heading="h1"
      error
      dish="pot"
      title={t('recipe.notKept.title')}
      actions={
        <>
          {retry}
          {all}
        </>
      }
    >
      <p>{error instanceof Refused ? error.message : t('recipe.notKept.text')}</p>
    </Message>
  )
}
