import { describe, expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { expectMirror } from '../helpers/equal.ts';
import { keepFew } from '../helpers/few.ts';
import { test } from '../helpers/session.ts';

const FEW = { issues: 6, historyDays: 50 };

/** Something that happens once, while an answer is on its way: Pylon has said what it says, nobody has heard it. */
interface Meanwhile {
  /** What the path and method of the request must match. */
  on?: RegExp;
  run?: () => Promise<void>;
  readonly fetch: typeof fetch;
}

function meanwhile(): Meanwhile {
  const event: Meanwhile = {
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      const { run } = event;
      if (run === undefined || !event.on?.test(`${init?.method} ${new URL(String(input)).pathname}`))
        return answer;
      delete event.run;
      const body = await answer.text();
      await run();
      return new Response(body, answer);
    },
  };
  return event;
}

const idsOf = ({ world }: Sandbox, resource: string) =>
  [...world.all(resource)].map(({ object }) => String(object.id)).filter((id) => id !== 'undefined');

describe('what is on its way', () => {
  test('when its parent is marked as gone does not stand under it afterwards', async ({
    mirror,
    database,
  }) => {
    const event = meanwhile();
    const { session, sandbox, pass } = await mirror(FEW, { prepare: keepFew, client: event });
    await session.pull();
    pass(60);
    const [issue = ''] = idsOf(sandbox, 'issues');
    sandbox.world.addMessage(issue);
    event.on = /GET .*\/messages/;
    event.run = async () => {
      sandbox.world.remove('issues', issue);
      await session.reconcile(['issues']);
    };
    await session.pull();
    expect(event.run).toBeUndefined();
    await expectMirror(database.pool, sandbox, ['issues', 'issue_messages'], { ticking: true });
  });
});
