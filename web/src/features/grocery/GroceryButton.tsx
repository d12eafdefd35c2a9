import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/components/Button'
import { Icon } from '@/components/Icon'
import type { Recipe } from '@/lib/api'
import { useUser } from '@/lib/session'
import { GroceryDialog } from './GroceryDialog'
import styles from './Grocery.module.css'

/** GroceryButton opens the grocery dialog; without access, it says whom to ask. */
export function GroceryButton({ recipe, servings }: { recipe: Recipe; servings: number | null }) {
  const { t } = useTranslation()
  const id = useId()
  const user = useUser()
  const [open, setOpen] = useState(false)
  const [told, setTold] = useState(false)
  const allowed = user?.grocery ?? false
  return (
    <>
      <Button
        aria-describedby={allowed ? undefined : id}
        onClick={() => (allowed ? setOpen(true) : setTold(!told))}
      >
        <Icon name="basket" />
        {t('grocery.action')}
      </Button>
      {!allowed && (
        <span
          id={id}
          className={told ? styles.noAccess : 'visually-hidden'}
          role={told ? 'status' : undefined}
        >
          {t('grocery.noAccess')}
        </span>
      )}
      {open && <GroceryDialog recipe={recipe} servings={servings} onClose={() => setOpen(false)} />}
    </>
  )
}
