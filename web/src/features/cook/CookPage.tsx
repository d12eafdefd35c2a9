import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { IngredientLine } from '@/components/IngredientLine'
import { Icon } from '@/components/Icon'
import { Message } from '@/components/Message'
import { Skeleton } from '@/components/Skeleton'
import type { Recipe } from '@/lib/api'
import { useCooking } from '@/lib/cooking'
import { recipeQuery } from '@/lib/recipes'
import styles from './CookPage.module.css'
import type { Found } from './findTimes'
import { StepText } from './StepText'
import { needsOf } from './needs'
import { useWakeLock } from './useWakeLock'

interface Props {
  id: string
  /** The servings; null for those used last, or the recipe's. */
  servings: number | null
  /** From 1; null for where the cook left off. */
  step: number | null
  onStep: (step: number) => void
  onTimer: (timer: StepTimer) => void
  /** Receives the servings; null for the recipe's. */
  onLeave: (servings: number | null) => void
}

/** A time in a step that a cook wants a timer for. */
export interface StepTimer {
  recipe: Recipe
  step: number
  servings: number | null
  time: Found
  /** Which of the step's times, from 0. */
  which: number
}

/** CookPage shows one step at a time, readable from the other side of the stove. */
export function CookPage({ id, ...rest }: Props) {
  const { t } = useTranslation()
  const { data, error } = useQuery(recipeQuery(id))
  if (!data) {
    if (error) {
      return (
        <Message heading="h1" error title={t('recipe.gone.title')}>
          <p>{error.message}</p>
        </Message>
      )
    }
    return (
      <div className={styles.page} role="status" aria-label={t('app.loading')}>
        <Skeleton height="4rem" />
      </div>
    )
  }
  return <Cooking recipe={data.recipe} {...rest} />
}

/** A step in the address wins: after a reload, the stored one may be out of date. */
function useStepOfAddress(
  cooking: { step: number } | null,
  step: number | null,
  keep: (change: { step: number }) => void,
) {
  const compared = useRef(false)
  useEffect(() => {
    if (!cooking || compared.current) return
    compared.current = true
    if (step !== null && step !== cooking.step) keep({ step })
  }, [cooking, step, keep])
}

function Cooking({ recipe, onLeave, ...asked }: Omit<Props, 'id'> & { recipe: Recipe }) {
  const { t } = useTranslation()
  const [cooking, keep] = useCooking(recipe)
  const at = Math.min(asked.step ?? cooking?.step ?? 1, recipe.steps.length) - 1
  const servings = asked.servings ?? cooking?.servings ?? null
  const awake = useWakeLock()
  const heading = useRef<HTMLHeadingElement>(null)
  const factor = recipe.servings && servings ? servings / recipe.servings : 1
  const step = recipe.steps[at]
  useEffect(() => {
    document.title = `${t('cook.title', { name: recipe.name })} · Larder`
  }, [recipe.name, t])
  useEffect(() => heading.current?.focus(), [at])
  useStepOfAddress(cooking, asked.step, keep)
  const leave = () => onLeave(servings)

  if (!step) {
    return (
      <Message
        heading="h1"
        dish="pot"
        title={t('cook.noSteps')}
        actions={<Button onClick={leave}>{t('cook.leave')}</Button>}
      />
    )
  }
  const last = at === recipe.steps.length - 1
  const needed = needsOf(step.text, recipe.ingredients)
  function go(to: number) {
    const next = Math.max(1, Math.min(recipe.steps.length, to + 1))
    keep({ step: next, servings })
    asked.onStep(next)
  }
  function finish() {
    keep({ step: 1 })
    leave()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.target instanceof HTMLButtonElement && event.key === ' ') return
    const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
    if (event.key === forward) go(at + 1)
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') go(at - 1)
    else if (event.key === 'Escape') leave()
  }

  const line = (position: number) => {
    const row = recipe.ingredients[position]
    return (
      row && (
        <li key={position}>
          <IngredientLine row={row} factor={factor} />
        </li>
      )
    )
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys supplement the buttons
    <div className={styles.page} onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <Button look="round" aria-label={t('cook.leave')} onClick={leave}>
          <Icon name="close" size={24} />
        </Button>
        <p className={styles.name}>{recipe.name}</p>
        {awake && <p className={styles.awake}>{t('cook.awake')}</p>}
      </header>
      <progress className="visually-hidden" max={recipe.steps.length} value={at + 1} aria-labelledby="step" />
      <div className={styles.dots} aria-hidden="true">
        {recipe.steps.map((_, i) => (
          <span key={i} className={i <= at ? styles.past : undefined} />
        ))}
      </div>
      <div className={styles.body}>
        <section className={styles.step}>
          <h1 id="step" className={styles.count} tabIndex={-1} ref={heading}>
            {t('cook.step', { number: at + 1, total: recipe.steps.length })}
          </h1>
          {step.section && <p className={styles.section}>{step.section}</p>}
          <StepText
            text={step.text}
            onStart={(time, which) => asked.onTimer({ recipe, step: at + 1, servings, time, which })}
          />
        </section>
        <aside className={styles.needs}>
          {needed.length > 0 && (
            <>
              <h2>{t('cook.needs')}</h2>
              <ul>{needed.map(line)}</ul>
            </>
          )}
          <details>
            <summary>{t('cook.allIngredients')}</summary>
            <ul>{recipe.ingredients.map((_, position) => line(position))}</ul>
          </details>
        </aside>
      </div>
      <footer className={styles.bar}>
        <Button aria-disabled={at === 0 || undefined} onClick={() => go(at - 1)}>
          <Icon name="previous" />
          {t('cook.previous')}
        </Button>
        <Button look="primary" onClick={() => (last ? finish() : go(at + 1))}>
          {last ? t('cook.finish') : t('cook.next')}
          <Icon name={last ? 'check' : 'next'} />
        </Button>
      </footer>
    </div>
  )
}
