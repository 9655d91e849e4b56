import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The README and the pages of docs; the tables and comments of the data dictionary hold no examples. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('decisions') && name !== 'data-dictionary.md')
    .map((name) => join('docs', name))
    .sort(),
];

/** A fenced block of a document. */
export interface Example {
  /** `docs/bi.md:99` */
  readonly at: string;
  readonly language: string;
  /** As it is written, without the indentation of the fence. */
  readonly text: string;
  /** Why it cannot run in the demo, or why it may find nothing there: a comment before the block says so. */
  readonly leftOut: string | undefined;
  readonly mayBeEmpty: string | undefined;
}

/** Whether a block of the shell is commands of this program alone: nothing else runs on the machine of a test. */
export const isOurs = ({ text }: Example): boolean =>
  text.split('\n').every((line) => line.startsWith('npm run -s pylon-sync -- '));

/** `<!-- not in the demo: it needs a second server -->` or `<!-- may be empty in the demo: … -->` */
const MARK = /^ *<!-- (not|may be empty) in the demo: (.+) -->$/;

export function examplesOf(path: string): readonly Example[] {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const examples: Example[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', language] = /^( *)```(\S+)$/.exec(lines[at] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, at);
    const text = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    const before = lines.slice(0, at).filter((line) => line !== '');
    const [, mark, reason] = MARK.exec(before.at(-1) ?? '') ?? [];
    examples.push({
      at: `${path}:${at + 1}`,
      language,
      text: text.join('\n'),
      leftOut: mark === 'not' ? reason : undefined,
      mayBeEmpty: mark === 'may be empty' ? reason : undefined,
    });
    at = end;
  }
  return examples;
}

/** The code within the lines of a document, fenced blocks left out. */
export function inlineCodeOf(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
    code.replaceAll(/\s+/g, ' ').replaceAll('\\|', '|'),
  );
}
