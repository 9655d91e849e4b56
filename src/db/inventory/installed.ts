import type { Part } from './part.ts';

const TRIGGER = /^CREATE OR REPLACE TRIGGER "(\w+)"[\s\S]*? ON (\w+)\."(\w+)"/;
const POLICY = /^CREATE POLICY "(\w+)" ON (\w+)\."(\w+)"/;
const VIEW = /^CREATE (?:OR REPLACE )?VIEW (\w+)\."?(\w+)"?/;
const FUNCTION = /^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) (\w+)\."?(\w+)"?\s*\(/;

/**
 * The triggers, policies, views and functions that statements create. These are not in migrations: `migrate` installs
 * them afterwards. The second function of a name has ` (2)` after it, as in the catalogue.
 */
export function installedBy(statements: readonly string[]): readonly Part[] {
  const created = new Map<string, number>();
  return statements.flatMap((statement): readonly Part[] => {
    const text = statement.trim();
    const [, trigger, ofSchema = '', table = ''] = TRIGGER.exec(text) ?? [];
    if (trigger !== undefined) return [{ kind: 'trigger', schema: ofSchema, table, name: trigger }];
    const [, policy, guarded = '', of = ''] = POLICY.exec(text) ?? [];
    if (policy !== undefined) return [{ kind: 'policy', schema: guarded, table: of, name: policy }];
    const [, viewed = '', view] = VIEW.exec(text) ?? [];
    if (view !== undefined) return [{ kind: 'view', schema: viewed, table: '', name: view }];
    const [, schema = '', name] = FUNCTION.exec(text) ?? [];
    if (name === undefined) return [];
    const count = (created.get(`${schema}.${name}`) ?? 0) + 1;
    created.set(`${schema}.${name}`, count);
    return [{ kind: 'function', schema, table: '', name: count === 1 ? name : `${name} (${count})` }];
  });
}
