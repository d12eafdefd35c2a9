import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CookPage, type StepTimer } from '@/features/cook/CookPage'
import { prepareBell } from '@/features/timers/bell'
import { askToNotify } from '@/features/timers/notification'
import { startTimer } from '@/features/timers/timers'

export function Cook() {
  const { id } = useParams({ from: '/inside/recipes/$id/cook' })
  const { for: servings = null, step = null } = useSearch({ from: '/inside/recipes/$id/cook' })
  const navigate = useNavigate()
  return (
    <main>
      <CookPage
        id={id}
        servings={servings}
        step={step}
        onStep={(next) =>
          void navigate({ to: '.', search: (before) => ({ ...before, step: next }), replace: true })
        }
        onTimer={start}
        onLeave={(cooked) =>
          void navigate({
            to: '/recipes/$id',
            params: { id },
            search: cooked === null ? {} : { for: cooked },
          })
        }
      />
    </main>
  )
}

function start({ recipe, step, servings, time, which }: StepTimer) {
  prepareBell()
  askToNotify()
  startTimer({
    id: `${recipe.id}.${step}.${which}`,
    recipe_id: recipe.id,
    recipe_name: recipe.name,
    step,
    servings,
    seconds: time.seconds,
    longest: time.longest ?? null,
  })
}
