import { describe, expect, it } from 'vitest'
import { findTimes } from './findTimes'

const minute = 60
const hour = 3600

/** [shorter end, longer end] for a range. */
type Expected = (number | [number, number])[]

function timesOf(text: string): Expected {
  return findTimes(text).map(({ seconds, longest }) => (longest === undefined ? seconds : [seconds, longest]))
}

describe('a time is found as it is said', () => {
  it.each<[string, Expected]>([
    // English
    ['Leave it alone for 12 minutes, until brown.', [12 * minute]],
    ['Simmer for 20–25 min.', [[20 * minute, 25 * minute]]],
    ['Simmer for 2-3 min', [[2 * minute, 3 * minute]]],
    ['Roast 10 to 12 minutes', [[10 * minute, 12 * minute]]],
    ['Roast between 10 and 15 minutes', [[10 * minute, 15 * minute]]],
    ['Roast 10 or 12 more minutes', [[10 * minute, 12 * minute]]],
    ['Bake 45 minutes to 1 hour', [[45 * minute, hour]]],
    ['Bake 30 minutes or up to 1 hour', [[30 * minute, hour]]],
    ['Bake 1 to 1 1/2 hours', [[hour, 1.5 * hour]]],
    ['Bake 1½–2 hours', [[1.5 * hour, 2 * hour]]],
    ['Bake 1-1/2 to 2 hours', [[1.5 * hour, 2 * hour]]],
    ['Bake 1 hour 30 minutes, then rest 5 minutes.', [1.5 * hour, 5 * minute]],
    ['Bake 1 hour and 15 minutes', [75 * minute]],
    ['Bake 1 hour, 15 minutes', [75 * minute]],
    ['Bake 1 hr. 15 min.', [75 * minute]],
    ['Bake 1 h 30 min', [1.5 * hour]],
    ['Bake 1 h 30–40 min', [[1.5 * hour, 100 * minute]]],
    ['Bake 1h30', [1.5 * hour]],
    ['Bake 1h30m.', [1.5 * hour]],
    ['Bake 1h 30m.', [1.5 * hour]],
    ['Bake 1h30min', [1.5 * hour]],
    ['Bake 1 h 05.', [65 * minute]],
    ['Bake 1:30 h', [1.5 * hour]],
    ['Bake for 1:30 hours', [1.5 * hour]],
    ['Boil for 1:30 minutes', [90]],
    ['Boil 1 minute 30 seconds', [90]],
    ['Boil 1 hour 2 minutes 30 seconds', [hour + 2 * minute + 30]],
    ['Cook for 1 1/2 hours', [1.5 * hour]],
    ['Cook for 1 ½ hours', [1.5 * hour]],
    ['Cook for 1½ hours', [1.5 * hour]],
    ['Cook for 1-1/2 hours', [1.5 * hour]],
    ['Cook for 1.5 hours', [1.5 * hour]],
    ['Cook for 2.25 hours', [2.25 * hour]],
    ['Cook for 1 and 1/2 hours', [1.5 * hour]],
    ['Cook for ¾ hour', [45 * minute]],
    ['Cook for 3/4 hour', [45 * minute]],
    ['Cook for one hour', [hour]],
    ['Cook for an hour and a half', [1.5 * hour]],
    ['Cook for one and a half hours', [1.5 * hour]],
    ['Cook for one-and-a-half hours', [1.5 * hour]],
    ['Cook for two and a half hours', [2.5 * hour]],
    ['Cook for an hour and a quarter', [1.25 * hour]],
    ['Rest for half an hour.', [30 * minute]],
    ['Rest for a half hour.', [30 * minute]],
    ['Rest half-an-hour.', [30 * minute]],
    ['Rest a quarter of an hour.', [15 * minute]],
    ['Rest three quarters of an hour.', [45 * minute]],
    ['Whisk half a minute', [30]],
    ['Whisk for a minute', [minute]],
    ['Whisk for a couple of minutes', [2 * minute]],
    ['Whisk for twenty-five minutes', [25 * minute]],
    ['After a two-minute rest', [2 * minute]],
    ['After a 45-minute rest', [45 * minute]],
    ['Fry 30 seconds', [30]],
    ['Fry 90 seconds', [90]],
    ['Fry 90 secs, 30 s', [90, 30]],
    ['Add 2 min. later', [2 * minute]],
    ['Two 10-minute rests', [10 * minute]],
    ['5 more minutes', [5 * minute]],
    ['another minute, another 5 minutes', [minute, 5 * minute]],
    ['Smoke two to two and a half hours', [[2 * hour, 2.5 * hour]]],
    ['Rest 2 minutes and a half', [150]],
    ['Bake at 350 20 minutes', [20 * minute]],
    ['Bake at 350 - 20 minutes', [20 * minute]],
    ['Bake at 180/160 fan, 20 mins', [20 * minute]],
    // German
    ['45–60 Minuten backen', [[45 * minute, hour]]],
    ['45 – 60 Min. backen', [[45 * minute, hour]]],
    ['Dann 10 bis 15 Minuten backen.', [[10 * minute, 15 * minute]]],
    ['10 bis 12 Min.', [[10 * minute, 12 * minute]]],
    ['Zwischen 10 und 15 Minuten', [[10 * minute, 15 * minute]]],
    ['45 Minuten bis 1 Stunde', [[45 * minute, hour]]],
    ['Zwei Stunden ziehen lassen', [2 * hour]],
    ['Zwei bis drei Stunden ziehen lassen', [[2 * hour, 3 * hour]]],
    ['Eine halbe Stunde ruhen', [30 * minute]],
    ['Nach einer halben Stunde', [30 * minute]],
    ['Anderthalb Stunden gehen lassen', [1.5 * hour]],
    ['Eineinhalb Stunden gehen lassen', [1.5 * hour]],
    ['Zweieinhalb Stunden gehen lassen', [2.5 * hour]],
    ['Eine Viertelstunde', [15 * minute]],
    ['Eine Dreiviertelstunde', [45 * minute]],
    ['1 1/2 Std. schmoren', [1.5 * hour]],
    ['1 ½ Std. schmoren', [1.5 * hour]],
    ['1,5 Stunden', [1.5 * hour]],
    ['1 Std. 30 Min.', [1.5 * hour]],
    ['1 Stunde und 30 Minuten', [1.5 * hour]],
    ['weitere 5 Minuten, 30 Sek.', [5 * minute + 30]],
    ['Eine Minute', [minute]],
    // French
    ['Cuire une demi-heure', [30 * minute]],
    ['Cuire 1 heure et demie', [1.5 * hour]],
    ['Cuire une heure et demie', [1.5 * hour]],
    ['Cuire 1 heure 30 à 180 °C', [1.5 * hour]],
    ['Cuire 1 h 30 à 180 °C', [1.5 * hour]],
    ['Cuire 1 h 30 environ', [1.5 * hour]],
    ['Cuire 10 à 12 minutes', [[10 * minute, 12 * minute]]],
    ['Cuire 10 mn', [10 * minute]],
    ['Cuire un quart d’heure', [15 * minute]],
    ["Cuire trois quarts d'heure", [45 * minute]],
    ['Cuire une dizaine de minutes', [10 * minute]],
    ['Cuire une heure et quart', [75 * minute]],
    ["Cuire 1/2 d'heure", [30 * minute]],
    // Italian
    ['Cuocere per mezz’ora', [30 * minute]],
    ["Cuocere per un'ora e mezza", [1.5 * hour]],
    ['Cuocere 2 ore e mezza', [2.5 * hour]],
    ['Cuocere 10/15 minuti', [[10 * minute, 15 * minute]]],
    ['Cuocere da 10 a 12 minuti', [[10 * minute, 12 * minute]]],
    ["Cuocere un quarto d'ora", [15 * minute]],
    // Spanish
    ['Hornear media hora', [30 * minute]],
    ['Hornear hora y media', [1.5 * hour]],
    ['Hornear una hora y media', [1.5 * hour]],
    ['Hornear 1 hora y 30 minutos', [1.5 * hour]],
    ['Hornear tres cuartos de hora', [45 * minute]],
    ['Hornear entre 10 y 15 minutos', [[10 * minute, 15 * minute]]],
    // Dutch
    ['Een half uur laten rusten', [30 * minute]],
    ['Anderhalf uur laten rusten', [1.5 * hour]],
    ['Een kwartier laten rusten', [15 * minute]],
    ['Drie kwartier laten rusten', [45 * minute]],
    ['5 tot 10 minuten bakken', [[5 * minute, 10 * minute]]],
    // Swedish
    ['Låt vila en halvtimme', [30 * minute]],
    ['Låt vila i en och en halv timme', [1.5 * hour]],
    ['Grädda 10–12 minuter', [[10 * minute, 12 * minute]]],
    ['Grädda 2 timmar', [2 * hour]],
    // Arabic
    ['اتركه ١٠ دقائق', [10 * minute]],
    ['اتركه ٣٠ دقيقة', [30 * minute]],
    ['لمدة ١٠-١٥ دقيقة', [[10 * minute, 15 * minute]]],
    ['من ١٠ إلى ١٥ دقيقة', [[10 * minute, 15 * minute]]],
    ['بين ١٠ و١٥ دقيقة', [[10 * minute, 15 * minute]]],
    ['نصف ساعة', [30 * minute]],
    ['لنصف ساعة', [30 * minute]],
    ['ربع ساعة', [15 * minute]],
    ['لمدة ساعة', [hour]],
    ['لمدة ساعة ونصف', [1.5 * hour]],
    ['ساعة ونصف', [1.5 * hour]],
    ['ساعتين', [2 * hour]],
    ['ساعتين ونصف', [2.5 * hour]],
    ['لمدة ساعة إلا ربع', [45 * minute]],
    ['لمدة ساعة و٣٠ دقيقة', [1.5 * hour]],
    ['عشر دقائق', [10 * minute]],
    ['دقيقتين', [2 * minute]],
    ['٣٠ ثانية', [30]],
  ])('%s', (text, expected) => expect(timesOf(text)).toEqual(expected))
})

describe('what is no time, or may be another, is none', () => {
  it.each([
    '350 degrees for 20',
    'Add 2 cups',
    '5 M wide, 5 m',
    'Use 3 onions and 400 g of minced meat',
    'Add 20 mints',
    'Keeps for 90 hours',
    'Keeps for 3 days',
    'A few minutes',
    'Ein paar Minuten',
    'بضع دقائق',
    'For some minutes, the last minutes',
    'Wait a second',
    'Cook 1.30 h',
    'Cook 3/4 minuti',
    'Cook 350/20 minutes',
    'Tiempo en min.',
    'min. 20 g',
    '1,000 minutes',
    'Bake at 180 °C',
    '12 inches, 10 per side',
    'Serve at 12 Uhr',
    'Om 2 uur klaar',
    'A las 2 horas',
    'كل ساعة',
  ])('%s', (text) => expect(timesOf(text)).toEqual([]))

  it('does not take the food after a time for its minutes', () => {
    expect(timesOf('Bake 1 hour 30 cookies')).toEqual([hour])
    expect(timesOf('Cook 1 h 20 g butter')).toEqual([hour])
    expect(timesOf('Wait an hour and a half cup of water is gone')).toEqual([hour])
    expect(timesOf('Rest 1 hour. 30 minutes later, bake')).toEqual([hour, 30 * minute])
  })
})

describe('where the time stands', () => {
  it.each([
    ['Bake for 12 minutes.', '12 minutes'],
    ['Bake for an hour and a half.', 'an hour and a half'],
    ['Bake at 350 - 20 minutes.', '20 minutes'],
    ['Etwa 45–60 Minuten backen', '45–60 Minuten'],
    ['Cuire 1h30 au four', '1h30'],
    ['اتركه ونصف ساعة', 'نصف ساعة'],
  ])('%s', (text, said) => {
    const [time] = findTimes(text)
    expect(text.slice(time?.start, time?.end)).toBe(said)
  })
})
