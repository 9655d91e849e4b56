import { mix, salt } from '../random.ts';

/** Invented people: no pair of these names refers to a real person. */
const GIVEN = [
  'Amara',
  'Bastian',
  'Carmen',
  'Daniel',
  'Elena',
  'Farid',
  'Grace',
  'Henrik',
  'Imani',
  'Jonas',
  'Keiko',
  'Leila',
  'Marco',
  'Nadia',
  'Oscar',
  'Paula',
  'Quentin',
  'Rosa',
  'Samir',
  'Tessa',
  'Ulrike',
  'Victor',
  'Wanda',
  'Yusuf',
];
const FAMILY = [
  'Abernethe',
  'Bellwinter',
  'Carrowen',
  'Dahlmark',
  'Estervane',
  'Fairleigh',
  'Grünfeldt',
  'Hollerby',
  'Iversand',
  'Jurgensson',
  'Kestwick',
  'Lindhagen',
  'Moravec-Hale',
  'Nørholt',
  'Okandu',
  'Pellegrane',
  'Quillen',
  'Rasmuth',
  'Santoriel',
  'Tamberlin',
  'Uddenby',
  'Valtieri',
  'Westergrove',
  'Yamagata',
];

/** Invented firms: the first half of the name, and the trade. */
const FIRMS = [
  'Aldermoor',
  'Brindlewick',
  'Coppermere',
  'Dunfalke',
  'Elmsworthy',
  'Fernholt',
  'Gravenhill',
  'Hollowmere',
  'Ivorsund',
  'Juniperra',
  'Kestrelby',
  'Larkfold',
  'Mossgate',
  'Nordhavel',
  'Oakenvar',
  'Pinebarrow',
  'Quillbrook',
  'Ravensund',
  'Silverfenn',
  'Thistlecombe',
  'Umberfield',
  'Vellamar',
  'Wrenhollow',
  'Yarrowby',
];
const TRADES = [
  'Logistics',
  'Foods',
  'Analytics',
  'Health',
  'Insurance',
  'Energy',
  'Travel',
  'Robotics',
  'Retail',
  'Learning',
  'Freight',
];

export const JOBS = [
  'Head of Operations',
  'IT Manager',
  'Finance Lead',
  'Product Manager',
  'Support Engineer',
  'Chief of Staff',
  'Data Analyst',
  'Office Manager',
];

/** A given and a family name, a different pair for each index; with a number once all pairs are used. */
export function personNamed(seed: number, kind: string, index: number): string {
  const [given, family] = [GIVEN.length, FAMILY.length];
  const shift = mix(seed, salt(kind));
  const first = GIVEN[(index + shift) % given];
  const last = FAMILY[(index * 7 + Math.floor(index / given) + (shift >>> 8)) % family];
  return `${first} ${last}${counted(index, given * family)}`;
}

export function firmNamed(seed: number, index: number): string {
  const shift = mix(seed, salt('firms'));
  const first = FIRMS[(index + shift) % FIRMS.length];
  const trade = TRADES[(index * 3 + Math.floor(index / FIRMS.length) + (shift >>> 8)) % TRADES.length];
  return `${first} ${trade}${counted(index, FIRMS.length * TRADES.length)}`;
}

const counted = (index: number, distinct: number) =>
  index < distinct ? '' : ` ${Math.floor(index / distinct) + 1}`;

/** The address of somebody at a domain. */
export const addressOf = (name: string, domain: string) =>
  `${asciiOf(name).replace(/[^a-z0-9]+/g, '.')}@${domain}`;

/** `Nørholt` → `norholt` */
const asciiOf = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ø', 'o');
