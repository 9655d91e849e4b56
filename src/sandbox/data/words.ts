import { Dice } from './random.ts';

const SUBJECTS = [
  'The export',
  'Our integration',
  'The dashboard',
  'Single sign-on',
  'The weekly report',
  'An invoice',
  'The mobile app',
  'A webhook',
  'The search page',
  'The nightly import',
];
const TROUBLES = [
  'fails with an error',
  'takes several minutes',
  'shows the wrong day in its numbers',
  'asks for a password again',
  'sends everything twice',
  'is missing two columns',
  'stopped after the last release',
  'rounds amounts the wrong way',
];
const ENDINGS = [
  'since Monday',
  'for some of our users',
  'in the Frankfurt region',
  'only in Safari',
  'when the file is large',
  'after the upgrade',
  'on the staging account',
  'whenever we retry',
];
const NAMES = [
  'Ada',
  'Bo',
  'Chidi',
  'Dewi',
  'Elif',
  'Farah',
  'Goran',
  'Hana',
  'Inés',
  'Jun',
  'Kofi',
  'Lena',
  'Mateo',
  'Noor',
  'Ólafur',
  'Priya',
];
const FAMILIES = [
  'Adeyemi',
  'Berg',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fontaine',
  'Gupta',
  'Haddad',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lindqvist',
  'Moreau',
  'Nakamura',
  "O'Neil",
  'Petrov',
];
const FIRMS = [
  'Northwind',
  'Bluebird',
  'Copper',
  'Driftwood',
  'Evergreen',
  'Foxglove',
  'Granite',
  'Harbor',
  'Ironbark',
  'Juniper',
  'Keystone',
  'Lantern',
];
const TRADES = [
  'Analytics',
  'Foods',
  'Freight',
  'Health',
  'Insurance',
  'Labs',
  'Logistics',
  'Robotics',
  'Software',
  'Travel',
];

export const sentence = (dice: Dice) => `${dice.pick(SUBJECTS)} ${dice.pick(TROUBLES)} ${dice.pick(ENDINGS)}`;
export const person = (dice: Dice) => `${dice.pick(NAMES)} ${dice.pick(FAMILIES)}`;
export const firm = (dice: Dice, index: number) => `${dice.pick(FIRMS)} ${dice.pick(TRADES)} ${index + 1}`;

/** A text as a part of an address before the @, or of a link: plain letters and digits. */
export const plain = (text: string) =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Generated once: bodies are composed of whole paragraphs. */
const PARAGRAPHS = Array.from({ length: 512 }, (_, i) => {
  const dice = new Dice(i);
  return `<p>${sentence(dice)}. ${sentence(dice)}; <strong>${sentence(dice)}</strong>.</p>`;
});

export function html(dice: Dice, paragraphs: number): string {
  let text = '';
  for (let i = 0; i < paragraphs; i += 1) text += dice.pick(PARAGRAPHS);
  return text;
}

/** All subsets of a list, so that one random number chooses one. */
export function subsets<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: 64 }, (_, i) => {
    const dice = new Dice(i + 1);
    return items.filter(() => dice.chance(0.2));
  });
}

/** Text that breaks careless readers: NUL, half a surrogate pair, quotes, right-to-left, long. */
export const NASTY: readonly string[] = [
  'before\u0000after',
  'half a pair \ud83d and more',
  'the other half \udc4b',
  'family 👩‍👩‍👧 flag 🇮🇸 zalgo z̷a̶l̵g̴o̷',
  'مرحبا بالعالم ‮ and back ‬ שלום',
  `quotes ' " \\ \` $1 %s \${x} '); DROP TABLE issues; --`,
  '{"json": ["inside", "text"]} and \r\n\t control \u0001\u001f \u2028 \u2029',
  '   spaces around   ',
  '',
];
