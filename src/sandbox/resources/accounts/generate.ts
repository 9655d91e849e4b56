import type { Generator } from '../../data/generator.ts';
import { instant } from '../../data/instants.ts';
import { firmNamed } from '../../data/plausible/names.ts';
import { Dice, ids, mix, salt } from '../../data/random.ts';
import type { Fields } from '../../data/rows.ts';
import { firm, NASTY, plain } from '../../data/words.ts';
import { ACCOUNT_TAGS } from '../tags.ts';

/** One account; index 0 is the oldest. `created` in epoch milliseconds. */
export function account({ seed, traps, start, objects }: Generator, index: number, created: number): Fields {
  const roll = new Dice(mix(seed, salt('accounts'), index));
  const { name, domain } = traps ? trapped(roll, index) : plausible(seed, index);
  const owner = roll.pick(objects('users'));
  const updated = Math.min(created + roll.below(90 * 86_400) * 1_000, start - 60_000);
  const sparse = traps && index % 4 === 1;
  return {
    id: ids(seed, 'accounts').of(index),
    name,
    type: roll.pick(['customer', 'customer', 'customer', 'partner', 'internal', 'community']),
    is_disabled: index % 31 === 30,
    owner: index % 5 === 0 ? null : { id: owner.id, email: owner.email },
    domain,
    primary_domain: domain,
    domains: index % 3 === 0 ? [domain, `mail.${domain}`] : [domain],
    tags: sparse ? null : ACCOUNT_TAGS.filter(() => roll.chance(0.25)),
    external_ids: sparse ? null : [{ external_id: `crm-${seed}-${index}`, label: 'salesforce' }],
    ...(sparse ? {} : { crm_settings: { details: [{ id: `001${index}`, source: 'salesforce' }] } }),
    channels: index % 4 === 0 ? [channel(index)] : [],
    custom_fields: {
      ...booked(roll, traps),
      ...(index % 2 === 0 ? { regions: { slug: 'regions', values: ['emea', 'apac'] } } : {}),
      ...(index % 3 === 0 ? { csm: { slug: 'csm', value: owner.id } } : {}),
      crm_stage: { slug: 'crm_stage', value: 'Won', ...(traps ? { interpreted_value: 'Won' } : {}) },
    },
    latest_customer_activity_time: activity(traps, index, updated),
    created_at: instant(created),
    updated_at: instant(Math.max(created, updated)),
    ...(traps ? { health: { score: index % 100, trend: 'flat' } } : {}),
  };
}

function trapped(roll: Dice, index: number): { name: string; domain: string } {
  const name = index < NASTY.length ? `${NASTY[index]}` : firm(roll, index);
  return { name, domain: `${plain(firm(roll, index))}.example` };
}

function plausible(seed: number, index: number): { name: string; domain: string } {
  const name = firmNamed(seed, index);
  return { name, domain: `${plain(name)}.example` };
}

/** The least yearly revenue of each plan. */
const REVENUE: Readonly<Record<string, number>> = { free: 0, team: 2_400, enterprise: 36_000 };

function booked(roll: Dice, traps: boolean): Fields {
  const plan = roll.pick(['free', 'team', 'enterprise']);
  const least = REVENUE[plan] ?? 0;
  const arr = traps ? `${roll.below(90_000)}.50` : `${least + roll.below(1 + least * 2)}.00`;
  return { plan: { slug: 'plan', value: plan }, arr: { slug: 'arr', value: arr } };
}

const channel = (index: number) => ({
  channel_id: `C${100_000 + index}`,
  channel_name: `ext-${index}`,
  channel_url: `https://chat.example/archives/C${100_000 + index}`,
  source: 'slack',
  is_primary: true,
  is_internal: false,
  mirror_to: null,
});

/** Pylon once sent another text than a timestamp here; it is Go's zero time if nobody ever wrote. */
function activity(traps: boolean, index: number, updated: number): string | null {
  if (traps && index === 3) return 'an hour ago';
  if (traps && index === 4) return '0001-01-01T00:00:00Z';
  return index % 6 === 5 ? null : instant(updated);
}
