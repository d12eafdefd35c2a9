// The page's texts, in the person's language.

const words = {
  en: {
    title: 'Groceries', add: 'Add to the list', addHint: 'e.g. 2 l milk', done: 'In the basket', clear: 'Clear',
    empty: 'Nothing to buy', emptyHint: 'Write something above, or put a recipe on the list from Larder.',
    offline: 'Offline. What you do is kept and sent later.', undo: 'Undo', close: 'Close', remove: 'Remove',
    save: 'Save', aisle: 'Aisle', newAisle: 'Another aisle …', newAisleName: 'Name of the aisle', up: 'Up', down: 'Down',
    byHand: 'added by hand', withdraw: (recipe) => `Take “${recipe}” off the list`, details: (name) => `Details of ${name}`,
    ticked: (name) => `${name}: in the basket`, removed: (name) => `${name} removed`, cleared: (n) => `${n} cleared`,
    undone: 'Undone', left: (n) => (n === 1 ? '1 to buy' : `${n} to buy`), refused: 'The server refused a change.',
    login: 'Log in', name: 'Name', password: 'Password', wrong: 'That is not right.', noAccess: 'You have no access to the grocery list.',
    askAccess: 'Who runs this Larder can grant it: larder user grant NAME grocery', elsewhere: 'Log in to Larder on this host, then come back.',
    places: 'Places', recipes: 'Recipes', groceries: 'Groceries', write: 'Add', account: 'Account',
    trying: 'Can’t reach the server.', earlier: 'Aisle earlier', later: 'Aisle later',
    aisles: { produce: 'Fruit & vegetables', bakery: 'Bread', meat: 'Meat', fish: 'Fish', dairy: 'Dairy & eggs', frozen: 'Frozen',
      pantry: 'Pantry', baking: 'Baking', spices: 'Spices', snacks: 'Snacks', drinks: 'Drinks', household: 'Household', other: 'Everything else' },
  },
  de: {
    title: 'Einkaufsliste', add: 'Auf die Liste', addHint: 'z. B. 2 l Milch', done: 'Im Korb', clear: 'Leeren',
    empty: 'Nichts einzukaufen', emptyHint: 'Schreib oben etwas, oder setz in Larder ein Rezept auf die Liste.',
    offline: 'Ohne Netz. Was du tust, wird behalten und später gesendet.', undo: 'Rückgängig', close: 'Schließen', remove: 'Entfernen',
    save: 'Sichern', aisle: 'Regal', newAisle: 'Anderes Regal …', newAisleName: 'Name des Regals', up: 'Nach oben', down: 'Nach unten',
    byHand: 'von Hand', withdraw: (recipe) => `„${recipe}“ von der Liste nehmen`, details: (name) => `Mehr zu ${name}`,
    ticked: (name) => `${name}: im Korb`, removed: (name) => `${name} entfernt`, cleared: (n) => `${n} geleert`,
    undone: 'Rückgängig gemacht', left: (n) => `${n} einzukaufen`, refused: 'Der Server hat eine Änderung abgelehnt.',
    login: 'Anmelden', name: 'Name', password: 'Passwort', wrong: 'Das stimmt nicht.', noAccess: 'Du hast keinen Zugang zur Einkaufsliste.',
    askAccess: 'Wer dieses Larder betreibt, kann ihn geben: larder user grant NAME grocery', elsewhere: 'Melde dich auf diesem Rechner bei Larder an und komm zurück.',
    places: 'Orte', recipes: 'Rezepte', groceries: 'Einkauf', write: 'Neu', account: 'Konto',
    trying: 'Der Server ist nicht erreichbar.', earlier: 'Regal früher', later: 'Regal später',
    aisles: { produce: 'Obst & Gemüse', bakery: 'Brot', meat: 'Fleisch', fish: 'Fisch', dairy: 'Milch & Eier', frozen: 'Tiefkühl',
      pantry: 'Vorrat', baking: 'Backen', spices: 'Gewürze', snacks: 'Knabbern', drinks: 'Getränke', household: 'Haushalt', other: 'Alles andere' },
  },
};

export const language = (navigator.language || 'en').startsWith('de') ? 'de' : 'en';
export const say = words[language];
export const aisleName = (aisle) => say.aisles[aisle] || aisle;
