import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Button, buttonClass } from '@/components/Button'
import { Icon } from '@/components/Icon'
import { useDelete } from '@/features/delete/useDelete'
import { Files } from '@/features/files/Files'
import { useWaitingPicture } from '@/features/files/useFiles'
import { GroceryButton } from '@/features/grocery/GroceryButton'
import { Favourite } from '@/features/mark/Favourite'
import { Rating } from '@/features/mark/Rating'
import { RecipePage } from '@/features/recipe/RecipePage'
import { pictureOf } from '@/lib/files'
import styles from './Recipe.module.css'

/** Recipe is a recipe with all its actions. */
export function Recipe() {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/inside/larder/recipes/$id' })
  const { for: servings = null } = useSearch({ from: '/inside/larder/recipes/$id' })
  const navigate = useNavigate()
  const waitingPicture = useWaitingPicture(id)
  const remove = useDelete(() => void navigate({ to: '/', search: (before) => before }))
  return (
    <RecipePage
      key={id}
      id={id}
      servings={servings}
      onServings={(next) =>
        void navigate({
          to: '.',
          search: (before) => ({ ...before, for: next ?? undefined }),
          replace: true,
          resetScroll: false,
        })
      }
      picture={(recipe) => pictureOf(recipe, 1_000) ?? waitingPicture}
      rating={(recipe) => <Rating recipe={recipe} />}
      extra={(recipe) => <Files recipe={recipe} />}
      bar={(recipe, shown) => (
        <>
          <Link
            to="/recipes/$id/cook"
            params={{ id }}
            search={shown === null || shown === recipe.servings ? {} : { for: shown }}
            className={buttonClass('primary')}
          >
            <Icon name="pot" />
            {t('cook.action')}
          </Link>
          <GroceryButton recipe={recipe} servings={shown} />
        </>
      )}
      menu={(recipe) => (
        <div className={styles.menu}>
          <Favourite recipe={recipe} />
          <Link
            to="/recipes/$id/edit"
            params={{ id }}
            className={buttonClass('round')}
            aria-label={t('recipe.edit')}
          >
            <Icon name="pencil" />
          </Link>
          <Link
            to="/recipes/$id/history"
            params={{ id }}
            className={buttonClass('round')}
            aria-label={t('history.action')}
          >
            <Icon name="history" />
          </Link>
          <Button look="round" aria-label={t('recipe.print')} onClick={() => print()}>
            <Icon name="printer" />
          </Button>
          <Button look="round" aria-label={t('delete.action')} onClick={() => void remove(recipe)}>
            <Icon name="trash" />
          </Button>
        </div>
      )}
    />
  )
}
