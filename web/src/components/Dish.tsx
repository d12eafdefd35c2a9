import type { ReactNode } from 'react'
import { fold } from '@/lib/words'

// Drawn on 48 × 48. Placeholders for a photo.
const drawings = {
  bowl: (
    <path d="M6 24h36c0 9-6 16-13 17v2H19v-2C12 40 6 33 6 24Zm9-7c0-3 3-3 3-6m6 6c0-3 3-3 3-6m6 6c0-3 3-3 3-6" />
  ),
  pot: (
    <path d="M9 20h30v16a5 5 0 0 1-5 5H14a5 5 0 0 1-5-5V20Zm-5 5h5m30 0h5M6 20h36M22 15a2 2 0 1 1 4 0v5h-4v-5Z" />
  ),
  bread: <path d="M7 22c0-7 7-11 17-11s17 4 17 11c0 3-2 4-3 5v11H10V27c-1-1-3-2-3-5Zm11-6 3 6m5-7 3 6" />,
  cake: (
    <path d="M8 27c0-3 2-5 5-5h22c3 0 5 2 5 5v13H8V27Zm0 4c4 4 7 0 10.7 0s6.6 4 10.6 0 6.7 4 10.7 0M24 22v-7m0-6c2 2 2 4 0 6-2-2-2-4 0-6ZM5 40h38" />
  ),
  fish: (
    <path d="M5 24c5-8 12-11 19-11s12 5 14 8l6-6v18l-6-6c-2 3-7 8-14 8S10 32 5 24Zm9-1v.1M22 18c3 4 3 8 0 12" />
  ),
  leaf: (
    <path d="M9 39C7 20 18 9 40 8c1 22-10 33-29 31Zm-3 4c6-12 14-19 24-25M19 28l-1-9m8 3 9 1m-13 7 9 2" />
  ),
  noodles: (
    <path d="M6 26h36c0 8-5 14-12 15v2H18v-2C11 40 6 34 6 26Zm6 0c0-7 5-11 9-11s6 3 6 6-2 5-4 5m13 0c1-6-2-10-6-10M31 5l-5 15M37 6l-7 15" />
  ),
  meat: (
    <path d="M14 20c4-8 14-13 21-9s8 14 1 20-15 5-20 9c-4 3-9 0-9-5 0-6 4-9 7-15Zm17 2a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM13 33c3-1 5-4 7-6" />
  ),
  egg: (
    <path d="M24 7c7 0 13 11 13 19a13 13 0 0 1-26 0C11 18 17 7 24 7Zm0 13a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z" />
  ),
  cup: (
    <path d="M9 18h26v13a9 9 0 0 1-9 9h-8a9 9 0 0 1-9-9V18Zm26 3h3a5 5 0 0 1 0 11h-3M17 12c0-3 2-3 2-6m6 6c0-3 2-3 2-6M6 43h32" />
  ),
  carrot: (
    <path d="M30 18c4 4 2 8-3 12S11 42 7 41s4-14 8-19 11-8 15-4Zm0 0c-2-6 1-10 4-12 1 4 0 7-2 9 3-2 6-3 10-1-2 4-6 6-12 4ZM17 24l3 3m-6 4 3 3m6-13 3 3" />
  ),
  apple: (
    <path d="M24 16c4-4 16-3 16 9 0 9-6 17-11 17-2 0-3-1-5-1s-3 1-5 1C14 42 8 34 8 25c0-12 12-13 16-9Zm0 0c0-5 2-9 7-10" />
  ),
} satisfies Record<string, ReactNode>

export type DishName = keyof typeof drawings

// Words of a name or tag, folded, that suggest what is on the plate. The first match is drawn.
const signs: [DishName, RegExp][] = [
  ['fish', /\b(fish|fisch|salmon|tuna|trout|cod|shrimp|prawn|seafood|lachs)/],
  ['noodles', /\b(pasta|noodle|spaghetti|ramen|macaroni|lasagn|carbonara|nudel|penne|gnocchi|magronen)/],
  [
    'cake',
    /\b(cake|cookie|dessert|brownie|muffin|sweet|chocolate|kuchen|torte|tiramisu|pudding|pancake|cream)/,
  ],
  ['bread', /\b(bread|bun|roll|dough|brot|pizza|focaccia|toast|sandwich|baguette|naan|tortilla|flour|pie)/],
  ['cup', /\b(tea|coffee|drink|cocktail|smoothie|lemonade|juice|chai|punch)/],
  ['egg', /\b(egg|omelet|frittata|shakshuka|ei|eier)/],
  ['pot', /\b(soup|stew|chili|curry|suppe|eintopf|broth|goulash|gulasch|dal|ragu|sauce)/],
  ['meat', /\b(chicken|beef|pork|veal|steak|lamb|bacon|ham|sausage|meat|poulet|fleisch|turkey|rib)/],
  ['apple', /\b(apple|fruit|jam|berry|strawberry|banana|lemon|orange|apfel)/],
  ['leaf', /\b(salad|salat|vegan|herb|spinach|pesto|vegetarian)/],
  ['carrot', /\b(carrot|vegetable|potato|zucchini|pumpkin|squash|kartoffel|root)/],
]

/** dishOf chooses a recipe's drawing by its name, then by its tags. */
export function dishOf(name: string, tags: string[]): DishName {
  for (const text of [fold(name), fold(tags.join(' '))]) {
    for (const [dish, sign] of signs) if (sign.test(text)) return dish
  }
  return 'bowl'
}

export function Dish({ name }: { name: DishName }) {
  return (
    <svg
      viewBox="0 0 48 48"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {drawings[name]}
    </svg>
  )
}
