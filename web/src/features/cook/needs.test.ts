import { describe, expect, it } from 'vitest'
import { needsOf } from './needs'

const line = (name: string, text = name) => ({ text, name })

/** The foods that the step needs, by name. */
function needed(step: string, ...foods: string[]): string[] {
  return needsOf(
    step,
    foods.map((food) => line(food)),
  ).map((position) => foods[position] ?? '')
}

describe('a food is found', () => {
  it.each<[step: string, food: string]>([
    ['Peel the potato.', 'waxy potatoes'],
    ['Chop the onion.', 'onions'],
    ['Chop the onions.', 'onion'],
    ['Melt half of the butter.', 'clarified butter'],
    ['Mix with SALT.', 'salt'],
    ['Add the berries', 'berry'],
    ['Tear the leaves', 'basil leaf'],
    ['Brown the chicken', 'chicken thighs'],
    ['Pour on the stock', 'chicken stock'],
    ['Heat the oil', 'olive oil'],
    ['Crush the garlic', 'cloves of garlic'],
    ['Stir in the cream of tartar', 'cream of tartar'],
    ['Die Brühe angießen', 'Rinderbrühe'],
    ['Das Öl erhitzen', 'Olivenöl'],
    ['Die Zwiebel schneiden', 'Zwiebeln'],
    ['Zwiebeln schneiden', 'rote Zwiebel'],
    ['Die Tomaten halbieren', 'Kirschtomaten'],
    ['Das Mehl sieben', 'Weizenmehl'],
    ['Die Eier verquirlen', 'Ei'],
    ['Das Ei verquirlen', 'Eier'],
    ['Die Äpfel schälen', 'Apfel'],
    ['Nüsse hacken', 'Nuss'],
    ['Den Reis kochen', 'Basmatireis'],
    ['Peler les pommes de terre', 'pommes de terre'],
    ["Chauffer l'huile", "huile d'olive"],
    ['Tagliare le cipolle', 'cipolla'],
    ['Tritare il pomodoro', 'pomodori'],
    ['Picar los tomates', 'tomate'],
    ['Snijd de uien', 'ui'],
    ['قطّع البصل', 'بصل'],
  ])('%s: %s', (step, food) => expect(needed(step, food)).toEqual([food]))
})

describe('no other food is', () => {
  it.each<[step: string, food: string]>([
    ['Den Reis bei kleiner Hitze kochen', 'Ei'],
    ['Ein Ende ist ein Ende', 'Ei'],
    ['Bring to the boil', 'oil'],
    ['Crush the graham crackers', 'ham'],
    ['Bake for 2 hours at 180', '2 % milk'],
    ['Divide into 12', '12 eggs'],
    ['Fry until brown', 'brown sugar'],
    ['Spread on a baking sheet', 'baking powder'],
    ['Chop the olives', 'olive oil'],
    ['Brown the chicken', 'chicken stock'],
    ['Peel the oranges', 'lemon peel'],
    ['Cut in half', 'half a cucumber'],
    ['Den Lauch putzen', 'Knoblauch'],
    ['Add the pasta', 'tomato paste'],
    ['Grate the apple', 'pineapple'],
    ['Das Eis schmelzen', 'Basmatireis'],
    ['Brühe', 'Brühwürfel'],
    ['Mit dem Rind', 'Rinderbrühe'],
    ['Add the peas', 'pears'],
    ['Wait for a medium while.', 'onions (medium size)'],
    ['Cook the rice', 'price'],
    ['Sprinkle with corn', 'corner of bread'],
  ])('%s: not %s', (step, food) => expect(needed(step, food)).toEqual([]))
})

describe('of several foods the one that is said is taken', () => {
  it.each<[step: string, foods: string[], expected: string[]]>([
    ['Drizzle with sesame oil', ['olive oil', 'sesame oil'], ['sesame oil']],
    ['Pour on the chicken stock', ['chicken thighs', 'chicken stock'], ['chicken stock']],
    ['Den Zucker einrühren', ['Puderzucker', 'Zucker'], ['Zucker']],
    ['Add the milk', ['buttermilk', 'milk'], ['milk']],
    [
      'Peel the potato and chop the onion.',
      ['waxy potatoes', 'butter', 'onions'],
      ['waxy potatoes', 'onions'],
    ],
    ['Season with salt and pepper', ['salt and pepper', 'bell pepper'], ['salt and pepper', 'bell pepper']],
    ['Add the lime juice', ['salt, lime juice and sugar', 'limes'], ['salt, lime juice and sugar']],
    ['Reis und Ei', ['Reis', 'Ei'], ['Reis', 'Ei']],
  ])('%s', (step, foods, expected) => expect(needed(step, ...foods)).toEqual(expected))
})

it('reads a line whose parts are not known', () => {
  const lines = [line('', '3 onions (medium size), 2 whole'), line('', '2 tbsp clarified butter')]
  expect(needsOf('Chop the onion in 3 parts.', lines)).toEqual([0])
  expect(needsOf('Melt the butter, 2 minutes.', lines)).toEqual([1])
  expect(needsOf('Wait 2 minutes.', lines)).toEqual([])
})
