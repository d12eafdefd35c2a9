// How recipes in each language express times. A language is just words; findTimes.ts combines them.
// Spaces match any space or hyphen, ' matches either apostrophe; units are written as the ends of
// regular expressions.

export interface TimeWords {
  /** Numbers in words, by value. */
  numbers: [value: number, words: string[]][]
  /** Units in words, by seconds. */
  units: [seconds: number, words: string[]][]
  /** Times expressed without a number, such as half an hour; a preceding number multiplies them. */
  alone: [seconds: number, words: string[]][]
  /** Additions after a number or unit, in units: "and a half". */
  parts: [value: number, words: string[]][]
  /** "A to B", "A or B". */
  to: string[]
  /** "between A and B". */
  between: string[]
  and: string[]
  /** "5 more minutes". */
  between_number_and_unit: string[]
  /** Words before a number with a unit that make it a time of day. */
  clock?: string[]
  /** Letters attached to the front of a word. */
  prefixes?: string
}

/** Abbreviations, which most languages share; they follow digits, never words. */
export const abbreviations: [seconds: number, words: string[]][] = [
  [1, ['secs?', 'sek', 'seg', 's']],
  [60, ['mins?', 'mn']],
  [3600, ['hrs?', 'stdn?', 'tim', 'hs?']],
]

const en: TimeWords = {
  numbers: [
    [1, ['a', 'an', 'one', 'another']],
    [2, ['two', 'a couple of', 'a couple', 'couple of']],
    [3, ['three']],
    [4, ['four']],
    [5, ['five']],
    [6, ['six']],
    [7, ['seven']],
    [8, ['eight']],
    [9, ['nine']],
    [10, ['ten']],
    [12, ['twelve']],
    [15, ['fifteen']],
    [20, ['twenty']],
    [24, ['twenty four']],
    [25, ['twenty five']],
    [30, ['thirty']],
    [35, ['thirty five']],
    [40, ['forty']],
    [45, ['forty five']],
    [50, ['fifty']],
    [60, ['sixty']],
    [90, ['ninety']],
  ],
  units: [
    [1, ['seconds?']],
    [60, ['minutes?']],
    [3600, ['hours?']],
  ],
  alone: [
    [30, ['half an? minute', 'half minute']],
    [900, ['quarters? of an hour', 'quarter hour']],
    [1800, ['half an hour', 'half hour', 'half of an hour']],
  ],
  parts: [
    [0.5, ['and a half', 'and half']],
    [0.25, ['and a quarter']],
    [0.75, ['and three quarters']],
  ],
  to: ['to', 'or', 'up to', 'or up to', 'and up to'],
  between: ['between'],
  and: ['and', 'plus'],
  between_number_and_unit: [
    'more',
    'or so',
    'additional',
    'extra',
    'further',
    'full',
    'whole',
    'long',
    'short',
  ],
}

const de: TimeWords = {
  numbers: [
    [1, ['ein', 'eine', 'einer', 'einem', 'einen', 'eines']],
    [1.5, ['anderthalb', 'eineinhalb', 'einundeinhalb']],
    [2, ['zwei']],
    [2.5, ['zweieinhalb', 'zweiundeinhalb']],
    [3, ['drei']],
    [3.5, ['dreieinhalb']],
    [4, ['vier']],
    [4.5, ['viereinhalb']],
    [5, ['fünf', 'fuenf']],
    [6, ['sechs']],
    [7, ['sieben']],
    [8, ['acht']],
    [9, ['neun']],
    [10, ['zehn']],
    [12, ['zwölf', 'zwoelf']],
    [15, ['fünfzehn', 'fuenfzehn']],
    [20, ['zwanzig']],
    [24, ['vierundzwanzig']],
    [25, ['fünfundzwanzig']],
    [30, ['dreißig', 'dreissig']],
    [35, ['fünfunddreißig']],
    [40, ['vierzig']],
    [45, ['fünfundvierzig']],
    [50, ['fünfzig']],
    [60, ['sechzig']],
    [90, ['neunzig']],
  ],
  units: [
    [1, ['sekunden?']],
    [60, ['minuten?']],
    [3600, ['stunden?']],
  ],
  alone: [
    [30, ['halben? minute']],
    [900, ['viertelstunden?', 'viertel stunden?']],
    [1800, ['halben? stunde', 'halbstunde']],
    [2700, ['dreiviertelstunden?', 'dreiviertel stunden?', 'drei viertel stunden?']],
  ],
  parts: [
    [0.5, ['und eine halbe']],
    [0.25, ['und eine viertel']],
  ],
  to: ['bis', 'bis zu', 'oder'],
  between: ['zwischen'],
  and: ['und', 'plus'],
  between_number_and_unit: [
    'weitere',
    'weiteren',
    'volle',
    'vollen',
    'ganze',
    'ganzen',
    'gute',
    'guten',
    'knappe',
    'knappen',
  ],
}

const fr: TimeWords = {
  numbers: [
    [1, ['un', 'une']],
    [2, ['deux']],
    [3, ['trois']],
    [4, ['quatre']],
    [5, ['cinq']],
    [6, ['six']],
    [7, ['sept']],
    [8, ['huit']],
    [9, ['neuf']],
    [10, ['dix', 'une dizaine de']],
    [12, ['douze']],
    [15, ['quinze', 'une quinzaine de']],
    [20, ['vingt', 'une vingtaine de']],
    [25, ['vingt cinq']],
    [30, ['trente', 'une trentaine de']],
    [35, ['trente cinq']],
    [40, ['quarante', 'une quarantaine de']],
    [45, ['quarante cinq']],
    [50, ['cinquante']],
  ],
  units: [
    [1, ['secondes?']],
    [60, ['minutes?']],
    [3600, ['heures?', "d'heures?"]],
  ],
  alone: [
    [30, ['demie? minute']],
    [900, ["quarts? d'heure"]],
    [1800, ['demie? heure']],
  ],
  parts: [
    [0.5, ['et demie?']],
    [0.25, ['et quart', 'et un quart']],
    [0.75, ['et trois quarts']],
  ],
  to: ['à', 'ou'],
  between: ['entre'],
  and: ['et'],
  between_number_and_unit: ['bonnes?', 'petites?', 'grosses?'],
}

const it: TimeWords = {
  numbers: [
    [1, ["un'", 'un', 'una']],
    [2, ['due']],
    [3, ['tre']],
    [4, ['quattro']],
    [5, ['cinque']],
    [6, ['sei']],
    [8, ['otto']],
    [10, ['dieci', 'una decina di']],
    [12, ['dodici']],
    [15, ['quindici', 'una quindicina di']],
    [20, ['venti', 'una ventina di']],
    [25, ['venticinque']],
    [30, ['trenta', 'una trentina di']],
    [40, ['quaranta', 'una quarantina di']],
    [45, ['quarantacinque']],
  ],
  units: [
    [1, ['secondi']],
    [60, ['minut[oi]']],
    [3600, ['or[ae]', "d'ora"]],
  ],
  alone: [
    [30, ['mezzo minuto']],
    [900, ["quart[oi] d'ora"]],
    [1800, ["mezz'ora", 'mezza ora']],
  ],
  parts: [
    [0.5, ['e mezz[ao]', 'e un mezzo']],
    [0.25, ['e un quarto']],
  ],
  to: ['a', 'o'],
  between: ['tra', 'fra'],
  and: ['e'],
  between_number_and_unit: ['altri', 'altre'],
}

const es: TimeWords = {
  numbers: [
    [1, ['un', 'una']],
    [2, ['dos']],
    [3, ['tres']],
    [4, ['cuatro']],
    [5, ['cinco']],
    [6, ['seis']],
    [8, ['ocho']],
    [10, ['diez']],
    [12, ['doce']],
    [15, ['quince']],
    [20, ['veinte']],
    [25, ['veinticinco']],
    [30, ['treinta']],
    [40, ['cuarenta']],
    [45, ['cuarenta y cinco']],
  ],
  units: [
    [1, ['segundos']],
    [60, ['minutos?']],
    [3600, ['horas?', 'de hora']],
  ],
  alone: [
    [30, ['medio minuto']],
    [900, ['cuartos? de hora']],
    [1800, ['media hora']],
  ],
  parts: [
    [0.5, ['y medi[ao]']],
    [0.25, ['y cuarto', 'y un cuarto']],
  ],
  to: ['a', 'o', 'u'],
  between: ['entre'],
  and: ['y'],
  between_number_and_unit: ['más'],
  clock: ['las'],
}

const nl: TimeWords = {
  numbers: [
    [1, ['een', 'één']],
    [1.5, ['anderhalf', 'anderhalve']],
    [2, ['twee']],
    [2.5, ['tweeënhalf', 'tweeëneenhalf', 'tweeenhalf']],
    [3, ['drie']],
    [4, ['vier']],
    [5, ['vijf']],
    [6, ['zes']],
    [8, ['acht']],
    [10, ['tien']],
    [12, ['twaalf']],
    [15, ['vijftien']],
    [20, ['twintig']],
    [25, ['vijfentwintig']],
    [30, ['dertig']],
    [40, ['veertig']],
    [45, ['vijfenveertig']],
  ],
  units: [
    [1, ['seconden?']],
    [60, ['minuut', 'minuten', 'minuutjes']],
    [3600, ['uur', 'uren', 'uurtjes?']],
  ],
  alone: [
    [30, ['halve minuut']],
    [900, ['kwartier']],
    [1800, ['half uur', 'halfuur', 'half uurtje', 'halfuurtje']],
  ],
  parts: [[0.5, ['en een half', 'en een halve']]],
  to: ['tot', 'à', 'a', 'of'],
  between: ['tussen'],
  and: ['en'],
  between_number_and_unit: ['extra', 'volle', 'hele'],
  clock: ['om'],
}

const sv: TimeWords = {
  numbers: [
    [1, ['en', 'ett']],
    [2, ['två']],
    [3, ['tre']],
    [4, ['fyra']],
    [5, ['fem']],
    [6, ['sex']],
    [8, ['åtta']],
    [10, ['tio']],
    [12, ['tolv']],
    [15, ['femton']],
    [20, ['tjugo']],
    [25, ['tjugofem']],
    [30, ['trettio']],
    [40, ['fyrtio']],
    [45, ['fyrtiofem']],
  ],
  units: [
    [1, ['sekunde?r?']],
    [60, ['minut', 'minuter']],
    [3600, ['timm[ae]', 'timmar']],
  ],
  alone: [
    [30, ['halv minut']],
    [900, ['kvarts? timme', 'kvarts']],
    [1800, ['halvtimme', 'halv timme']],
  ],
  parts: [[0.5, ['och en halv', 'och en halvt?']]],
  to: ['till', 'eller'],
  between: ['mellan'],
  and: ['och'],
  between_number_and_unit: ['extra', 'hela'],
}

const ar: TimeWords = {
  numbers: [
    [1, ['لمدة', 'مدة', 'خلال']],
    [3, ['ثلاث', 'ثلاثة']],
    [4, ['أربع', 'أربعة', 'اربع', 'اربعة']],
    [5, ['خمس', 'خمسة']],
    [6, ['ست', 'ستة']],
    [7, ['سبع', 'سبعة']],
    [8, ['ثمان', 'ثماني', 'ثمانية']],
    [9, ['تسع', 'تسعة']],
    [10, ['عشر', 'عشرة']],
    [12, ['اثنتي عشرة', 'اثنتا عشرة']],
    [15, ['خمس عشرة', 'خمسة عشر']],
    [20, ['عشرين', 'عشرون']],
    [25, ['خمس وعشرين', 'خمس وعشرون']],
    [30, ['ثلاثين', 'ثلاثون']],
    [40, ['أربعين', 'أربعون', 'اربعين']],
    [45, ['خمس وأربعين', 'خمس وأربعون']],
    [50, ['خمسين', 'خمسون']],
  ],
  units: [
    [1, ['ثانية', 'ثوان', 'ثوانٍ', 'ثواني']],
    [60, ['دقيقة', 'دقائق']],
    [3600, ['ساعة', 'ساعات']],
  ],
  alone: [
    [30, ['نصف دقيقة']],
    [120, ['دقيقتين', 'دقيقتان']],
    [900, ['ربع ساعة']],
    [1200, ['ثلث ساعة']],
    [1800, ['نصف ساعة']],
    [2700, ['ثلاثة أرباع الساعة', 'ثلاثة أرباع ساعة']],
    [7200, ['ساعتين', 'ساعتان']],
  ],
  parts: [
    [0, ['واحدة']],
    [0.5, ['ونصف', 'و نصف']],
    [0.25, ['وربع', 'و ربع']],
    [1 / 3, ['وثلث', 'و ثلث']],
    [-0.25, ['إلا ربع', 'إلا ربعا', 'الا ربع']],
    [-1 / 3, ['إلا ثلث', 'إلا ثلثا']],
  ],
  to: ['إلى', 'الى', 'حتى', 'أو', 'او'],
  between: ['بين', 'ما بين'],
  and: ['و'],
  between_number_and_unit: [],
  prefixes: 'ولبفك',
}

export const timeWords: TimeWords[] = [en, de, fr, it, es, nl, sv, ar]
