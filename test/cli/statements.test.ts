import { describe, expect, test } from 'vitest';
import { takeStatements } from '../../src/cli/args/statements.ts';

describe('what was typed is complete up to the last semicolon that ends a statement', () => {
  test.each<[typed: string, complete: string, rest: string]>([
    ['SELECT 1;', 'SELECT 1;', ''],
    ['SELECT 1', '', 'SELECT 1'],
    ['SELECT 1; SELECT 2', 'SELECT 1;', 'SELECT 2'],
    ["SELECT 'a;b", '', "SELECT 'a;b"],
    ["SELECT 'a;b';", "SELECT 'a;b';", ''],
    ["SELECT 'it''s;';", "SELECT 'it''s;';", ''],
    ["SELECT E'\\';';", "SELECT E'\\';';", ''],
    ['SELECT 1 AS "a;b', '', 'SELECT 1 AS "a;b'],
    ['SELECT $$a;b$$;', 'SELECT $$a;b$$;', ''],
    ['DO $x$ BEGIN NULL; END $y$;', '', 'DO $x$ BEGIN NULL; END $y$;'],
    ['SELECT 1 -- not; yet\n', '', 'SELECT 1 -- not; yet\n'],
    ['SELECT 1 /* not; yet', '', 'SELECT 1 /* not; yet'],
    ['SELECT 1 /* a; */ ;', 'SELECT 1 /* a; */ ;', ''],
    ['SELECT a$1 FROM t; x', 'SELECT a$1 FROM t;', 'x'],
    [';', ';', ''],
  ])('%j', (typed, complete, rest) => {
    expect(takeStatements(typed)).toEqual({ complete, rest });
  });
});
