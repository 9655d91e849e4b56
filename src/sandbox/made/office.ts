import { DAY, instant } from '../data/instants.ts';
import { Dice, ids, mix, salt } from '../data/random.ts';
import type { Fields } from '../data/rows.ts';
import { html, sentence } from '../data/words.ts';

export interface OfficeWorld {
  readonly seed: number;
  readonly users: readonly Fields[];
  readonly accounts: readonly Fields[];
  readonly contacts: readonly Fields[];
}

export function macroGroups(seed: number, start: number): Fields[] {
  const id = ids(seed, 'macro_groups');
  return ['General', 'Billing', 'Bugs'].map((title, i) => ({
    id: id.of(i),
    title,
    created_at: instant(start + i * DAY),
    updated_at: instant(start + 2 * i * DAY),
  }));
}

export function macro(world: OfficeWorld, index: number, created: number, groups: readonly Fields[]): Fields {
  const roll = new Dice(mix(world.seed, salt('macros'), index));
  return {
    id: ids(world.seed, 'macros').of(index),
    name: sentence(roll),
    macro_group_id: groups[index % groups.length]?.id,
    text_html: html(roll, 1),
    text_type: ['reply', 'note', 'email'][index % 3],
    has_actions: index % 2 === 0,
    actions: index % 2 === 0 ? [{ type: 'set_issue_state' }, { type: 'set_issue_tags' }] : [],
    visibility:
      index % 4 === 0
        ? { type: 'user', user_ids: [roll.pick(world.users).id], team_ids: [] }
        : { type: 'org', user_ids: null, team_ids: null },
    created_at: instant(created),
    updated_at: instant(created + DAY),
  };
}

export function surveys(seed: number, start: number): Fields[] {
  const id = ids(seed, 'surveys');
  return ['nps', 'csat', 'custom'].map((type, i) => ({
    id: id.of(i),
    name: `${type.toUpperCase()} survey`,
    type,
    updated_at: instant(start + i * DAY),
  }));
}

export function surveyResponse(world: OfficeWorld, index: number, submitted: number): Fields {
  const roll = new Dice(mix(world.seed, salt('survey_responses'), index));
  return {
    id: ids(world.seed, 'survey_responses').of(index),
    account_id: index % 7 === 6 ? null : roll.pick(world.accounts).id,
    contact_id: roll.pick(world.contacts).id,
    submitted_at: instant(submitted),
    answers: [
      { prompt: 'How likely are you to recommend us?', question_type: 'score', value: `${roll.below(11)}` },
      ...(index % 2 === 0 ? [{ prompt: 'Why?', question_type: 'comment', value: sentence(roll) }] : []),
    ],
  };
}

export function auditLog(world: OfficeWorld, index: number, happened: number): Fields {
  const roll = new Dice(mix(world.seed, salt('audit_logs'), index));
  const account = roll.pick(world.accounts);
  return {
    id: ids(world.seed, 'audit_logs').of(index),
    action: roll.pick(['account.updated', 'issue.deleted', 'user.login', 'api_token.created']),
    action_happened_at: instant(happened),
    created_at: instant(happened + 1_000),
    actor_user_id: index % 4 === 3 ? null : roll.pick(world.users).id,
    actor_contact_id: index % 4 === 3 ? roll.pick(world.contacts).id : null,
    object_type: 'account',
    object_id: account.id,
    source: index % 2 === 0 ? 'api' : 'app',
    link: index % 3 === 0 ? null : 'https://app.pylon.example/settings',
    attributes: { ip: `192.0.2.${index % 255}` },
    metadata: index % 2 === 0 ? { before: { name: 'old' }, after: { name: account.name } } : null,
  };
}
