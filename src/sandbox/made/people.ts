import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { person, plain } from '../data/words.ts';

const ROLES = ['Admin', 'Agent', 'Light agent', 'Viewer'];
const TEAMS = ['Support', 'Escalations', 'Billing', 'Onboarding', 'Solutions'];

export function userRoles(seed: number): Fields[] {
  const id = ids(seed, 'user_roles');
  return ROLES.map((name, i) => ({ id: id.of(i), name, slug: plain(name).replace('-', '_') }));
}

/** Every seventh is deactivated, which only an observed field says. */
export function users(seed: number, count: number, roles: readonly Fields[]): Fields[] {
  const id = ids(seed, 'users');
  return Array.from({ length: count }, (_, i) => {
    const roll = new Dice(mix(seed, salt('users'), i));
    const name = person(roll);
    const email = `${plain(name)}.${i}@support.example`;
    const role = roll.pick(roles);
    return {
      id: id.of(i),
      name,
      email,
      emails: i % 3 === 0 ? [email, `${plain(name)}.${i}@old.support.example`] : [email],
      avatar_url: i % 2 === 0 ? `https://avatars.example/users/${i}.png` : '',
      role_id: role.id,
      role: { ...role },
      status: roll.pick(['active', 'away', 'out_of_office']),
      is_deactivated: i % 7 === 6,
    };
  });
}

export function teams(seed: number, members: readonly Fields[]): Fields[] {
  const id = ids(seed, 'teams');
  return TEAMS.map((name, i) => ({
    id: id.of(i),
    name,
    users:
      i === TEAMS.length - 1
        ? []
        : members
            .filter((_, j) => j % TEAMS.length === i)
            .map((user) => ({ id: user.id, email: user.email })),
  }));
}

/** An API token belongs to a user without an address. */
export function organization(seed: number): Fields {
  return {
    id: ids(seed, 'organizations').of(0),
    name: `Sandbox ${seed}`,
    user: { id: ids(seed, 'api_users').of(0) },
  };
}
