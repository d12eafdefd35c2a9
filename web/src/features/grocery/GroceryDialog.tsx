import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Dialog } from '@/components/Dialog'
import { IngredientLine } from '@/components/IngredientLine'
import { ServingsStepper } from '@/components/ServingsStepper'
import { Refused, type Grocery, type Recipe } from '@/lib/api'
import { send } from '@/lib/outbox'
import { addedBefore, rememberAdded } from './added'
import styles from './Grocery.module.css'

interface Props {
  recipe: Recipe
  servings: number | null
  onClose: () => void
}

type State =
  | { is: 'choosing' }
  | { is: 'sending' }
  | { is: 'done'; answer: Grocery | null }
  | { is: 'failed'; why: string }

/**
 * GroceryDialog asks which ingredients to add and for how many servings, and confirms what was
 * added.
 */
export function GroceryDialog({ recipe, servings: shown, onClose }: Props) {
  const { t } = useTranslation()
  const [servings, setServings] = useState(shown ?? recipe.servings)
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => new Set(recipe.ingredients.keys()))
  const [state, setState] = useState<State>({ is: 'choosing' })
  const factor = recipe.servings && servings ? servings / recipe.servings : 1
  const body = { ...(servings !== null && { servings }), ingredients: [...chosen].sort((a, b) => a - b) }
  const mark = JSON.stringify({ ...body, version: recipe.version })
  const before = useMemo(() => addedBefore(recipe.id, mark), [recipe.id, mark])

  function toggle(position: number) {
    const next = new Set(chosen)
    if (!next.delete(position)) next.add(position)
    setChosen(next)
  }

  async function add() {
    setState({ is: 'sending' })
    try {
      const outcome = await send<Grocery>({
        recipe_id: recipe.id,
        recipe_name: recipe.name,
        kind: 'grocery',
        body,
      })
      rememberAdded(recipe.id, mark)
      setState({ is: 'done', answer: outcome.state === 'done' ? outcome.answer : null })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setState({ is: 'failed', why: error.message })
    }
  }

  if (recipe.ingredients.length === 0) {
    return (
      <Dialog open onClose={onClose} title={t('grocery.title')}>
        <p>{t('grocery.nothing')}</p>
      </Dialog>
    )
  }
  if (state.is === 'done') {
    // This button takes the place of the one that added: the second click of a double click isn't meant for it.
    const close = (
      <Button look="primary" onClick={(event) => event.detail < 2 && onClose()}>
        {t('grocery.close')}
      </Button>
    )
    return (
      <Dialog open onClose={onClose} title={t('grocery.title')} actions={close}>
        <div role="status">
          <p className={styles.told}>
            {state.answer ? t('grocery.done', { count: state.answer.items.length }) : t('grocery.waiting')}
          </p>
          <ul className={styles.added}>
            {state.answer?.items.map((item, i) => (
              <li key={i}>
                <IngredientLine row={item} />
              </li>
            ))}
          </ul>
        </div>
      </Dialog>
    )
  }
  const submit = (
    <Button
      look="primary"
      busy={state.is === 'sending'}
      disabled={chosen.size === 0}
      onClick={() => void add()}
    >
      {state.is === 'sending'
        ? t('grocery.sending')
        : before
          ? t('grocery.addAgain')
          : t('grocery.submit', { count: chosen.size })}
    </Button>
  )
  return (
    <Dialog open onClose={onClose} title={t('grocery.title')} actions={submit}>
      <div className={styles.head}>
        {recipe.servings !== null && servings !== null && (
          <ServingsStepper value={servings} onChange={setServings} />
        )}
        <Button
          look="quiet"
          onClick={() => setChosen(new Set(chosen.size > 0 ? [] : recipe.ingredients.keys()))}
        >
          {chosen.size > 0 ? t('grocery.none') : t('grocery.all')}
        </Button>
      </div>
      <fieldset className={styles.list}>
        <legend className="visually-hidden">{t('grocery.choose')}</legend>
        {recipe.ingredients.map((line, position) => (
          <label key={position} className={styles.line}>
            <input type="checkbox" checked={chosen.has(position)} onChange={() => toggle(position)} />
            <IngredientLine row={line} factor={factor} />
          </label>
        ))}
      </fieldset>
      <p className={styles.failure} role="alert">
        {state.is === 'failed' && t('grocery.failed', { why: state.why })}
      </p>
      {before && <p role="status">{t('grocery.again')}</p>}
    </Dialog>
  )
}
