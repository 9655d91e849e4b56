import { startSandbox, type World } from '../src/sandbox/start.ts';
import { freeze } from './frozen.ts';
import { serveMade } from './made.ts';
import { addMore } from './more.ts';
import { type FromSandbox, NOW, type SandboxPlan, type ToSandbox } from './sandbox.ts';

/** Issues after whose pattern others are made. */
const PATTERNS = 1_000;

/** A stand-in for Pylon in a process of its own; ends with the process that started it. */
async function run(plan: SandboxPlan): Promise<void> {
  const tell = (message: FromSandbox) => process.send?.(message);
  process.once('disconnect', () => process.exit());
  if (plan.kind === 'made') {
    const sandbox = await startSandbox({ issues: PATTERNS, limits: 'none', now: () => NOW });
    const { url } = await serveMade(sandbox, plan.issues, () => NOW);
    tell({ url, token: sandbox.token });
    return;
  }
  if (plan.kind !== 'frozen') {
    const { issues } = plan;
    const counting = plan.kind === 'limited' ? { minuteMs: plan.minuteMs } : { limits: 'none' as const };
    const sandbox = await startSandbox({ issues, traps: true, ...counting });
    if (plan.kind === 'limited' && plan.more) addMore(sandbox.world);
    tell({ url: sandbox.url, token: sandbox.token });
    return;
  }
  const now = () => NOW;
  const sandbox = await startSandbox({ issues: plan.issues, traps: true, limits: 'none', now });
  const frozen = await freeze(sandbox, now);
  process.on('message', ({ retitle }: ToSandbox) => {
    const retitled = retitle > 0 ? giveTitles(sandbox.world, Math.round(1 / retitle)) : 0;
    frozen.renew();
    tell({ retitled });
  });
  tell({ url: frozen.url, token: sandbox.token });
}

/** Gives every `step`th issue another title; how many. */
function giveTitles(world: World, step: number): number {
  const titles = new Map<string, string>();
  let index = 0;
  for (const { object } of world.all('issues')) {
    if (index % step === 0) titles.set(`${object.id}`, `${object.title} (again)`);
    index += 1;
  }
  for (const [id, title] of titles) world.patch('issues', id, { title });
  return titles.size;
}

await run(JSON.parse(process.argv[2] ?? '') as SandboxPlan);
