// Übersetzungen für die Oberfläche
const messages = {
  de: {
    greeting: 'Grüß Gott, {name}!',
    logout: 'Abmelden',
    empty: 'Keine Einträge gefunden',
    confirm: 'Möchten Sie „{title}“ wirklich löschen?',
    saved: 'Änderungen gespeichert',
    price: 'Preis: {amount} €',
  },
  fr: {
    greeting: 'Bonjour, {name} !',
    logout: 'Se déconnecter',
    empty: 'Aucune entrée trouvée',
    confirm: 'Voulez-vous vraiment supprimer “{title}” ?',
    saved: 'Modifications enregistrées',
    price: 'Prix : {amount} €',
  },
  en: {
    greeting: 'Hello, {name}!',
    logout: 'Log out',
    empty: 'No entries found',
    confirm: 'Do you really want to delete “{title}”?',
    saved: 'Changes saved — you’re all set',
    price: 'Price: €{amount}',
  },
};

const plurals = {
  de: (n) => (n === 1 ? 'Eintrag' : 'Einträge'),
  fr: (n) => (n < 2 ? 'entrée' : 'entrées'),
  en: (n) => (n === 1 ? 'entry' : 'entries'),
};

let current = 'de';

export function setLocale(locale) {
  if (!messages[locale]) {
    throw new Error(`Sprache nicht verfügbar: ${locale}`);
  }
  current = locale;
}

export function translate(key, values = {}) {
  const template = messages[current][key];
  if (template === undefined) {
    return key;
  }
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    return name in values ? String(values[name]) : whole;
  });
}

export function count(n) {
  return `${n} ${plurals[current](n)}`;
}

export function formatDate(date) {
  const formatter = new Intl.DateTimeFormat(current, {
    year: 'numeric',
    month: 'long',
    day: '2-digit',
  });
  return formatter.format(date);
}

export function available() {
  return Object.keys(messages).sort();
}
