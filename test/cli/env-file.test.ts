import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/cli/process/env-file.ts';

const read = (text: string) => {
  const { values, problems } = parseEnvFile(text);
  expect(problems).toEqual([]);
  return Object.fromEntries(values);
};

describe('a file of variables', () => {
  test.each([
    ['a=b', 'b'],
    ['a=', ''],
    ['  export a = b c  ', 'b c'],
    ['a=b=c', 'b=c'],
    ['a=* * * * *', '* * * * *'],
    ['a=pass#word', 'pass#word'],
    ['a=#word', '#word'],
    ['a=b # said of it', 'b'],
    ['a= # said of it', ''],
    ['a="b # c" # said of it', 'b # c'],
    ['a=\'b "c"\'', 'b "c"'],
    ['a=`b`', 'b'],
    ['a=" b "', ' b '],
    ['a="one\\ntwo"', 'one\ntwo'],
    ["a='one\\ntwo'", 'one\\ntwo'],
    ['a="C:\\dir"', 'C:\\dir'],
    ['a=it"s', 'it"s'],
    ['a=$HOME', '$HOME'],
  ])('%s', (line, value) => {
    expect(read(`# before\n\n${line}\r\nz=after\n`)).toEqual({ a: value, z: 'after' });
  });

  test.each([
    ['SECRET', /^line 2 takes NAME=value/],
    ['SECRET line', /^line 2 takes NAME=value/],
    ['=SECRET', /^line 2 takes NAME=value/],
    ['1a=SECRET', /^line 2 takes NAME=value/],
    ['a: SECRET', /^line 2 takes NAME=value/],
    ['a=SEC\0RET', /^line 2 takes NAME=value/],
    ['a="SECRET', /^line 2, a: takes a value whose quotes end/],
    ["a='SEC'RET", /^line 2, a: takes a value whose quotes end/],
    ['a="SEC"RET"', /^line 2, a: takes a value whose quotes end/],
  ])('names line and form of %j, not what stands there, and swallows no other line', (line, problem) => {
    const { values, problems } = parseEnvFile(`z=before\n${line}\ny=after`);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toMatch(/SEC/);
    expect(Object.fromEntries(values)).toEqual({ z: 'before', y: 'after' });
  });

  test('names what is set twice', () => {
    expect(parseEnvFile('a=1\nb=2\na=3').problems).toEqual(['line 3: a is set in line 1 already']);
  });
});
