import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import type { Recipe } from '@/lib/api'
import { useMark } from './useMark'

/** Favourite is a button that makes a recipe a favourite, or no longer one. */
export function Favourite({ recipe }: { recipe: Recipe }) {
  const { t } = useTranslation()
  const mark = useMark(recipe)
  return (
    <Button
      look="round"
      aria-label={t('mark.favourite')}
      aria-pressed={recipe.favourite}
      onClick={() => void mark({ favourite: !recipe.favourite })}
    >
      <Icon name="heart" filled={recipe.favourite} />
    </Button>
  )
}
