import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { NASTY, person, plain } from '../data/words.ts';

/** One contact; Pylon gives it no time of creation or change. Every 40th account it names is gone. */
export function contact(seed: number, traps: boolean, accounts: readonly Fields[], index: number): Fields {
  const roll = new Dice(mix(seed, salt('contacts'), index));
  const name = traps && index < NASTY.length ? `${NASTY[index]}` : person(roll);
  const email = `contact.${index}@${plain(person(roll))}.example`;
  const account = roll.pick(accounts);
  const phone = `49${1_500_000_000 + index}`;
  const id = ids(seed, 'contacts').of(index);
  return {
    id,
    name,
    email,
    emails: index % 4 === 0 ? [email, `alias.${email}`] : [email],
    account: index % 9 === 8 ? null : { id: account.id, external_ids: account.external_ids },
    ...(traps && index % 40 === 39
      ? { account: { id: ids(seed, 'gone').of(index), external_ids: null } }
      : {}),
    avatar_url: index % 3 === 0 ? `https://avatars.example/contacts/${index}.png` : '',
    portal_role: roll.pick(['no_access', 'member', 'admin']),
    portal_role_id: ids(seed, 'portal_roles').of(index % 3),
    primary_phone_number: index % 2 === 0 ? phone : null,
    phone_numbers: index % 2 === 0 ? [phone] : traps ? null : [],
    external_ids: index % 5 === 0 ? [{ external_id: `hs-${seed}-${index}`, label: 'hubspot' }] : null,
    integration_user_ids: index % 6 === 0 ? [{ id: `U${index}`, source: 'slack' }] : [],
    custom_fields: {
      ...(index % 2 === 0 ? { job_title: { slug: 'job_title', value: 'Head of things' } } : {}),
      newsletter: { slug: 'newsletter', value: `${index % 3 === 0}` },
    },
  };
}
