/** A sample's value by its name and labels, the labels in order: `up{a="1",b="2"}`. */
export type Samples = ReadonlyMap<string, number>;

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** Reads Prometheus's text format, version 0.0.4. Throws naming the line that is no part of it. */
export function parseExposition(text: string): Samples {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const typed = new RegExp(`^# TYPE (${NAME}) (\\w+)$`).exec(line);
    if (typed !== null) {
      const [, name = '', type = ''] = typed;
      if (types.has(name) || !TYPES.includes(type)) throw new Error(`a second or strange type: ${line}`);
      types.set(name, type);
      continue;
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || !/^(NaN|[+-]?Inf|[+-]?[\d.]+(e[+-]?\d+)?)$/i.test(value ?? ''))
      throw new Error(`no sample: ${line}`);
    if (!types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, '')))
      throw new Error(`a sample without a type: ${line}`);
    const key = `${name}${labelsOf(labels, line)}`;
    if (samples.has(key)) throw new Error(`a sample twice: ${line}`);
    samples.set(key, Number(value?.replace('Inf', 'Infinity')));
  }
  return samples;
}

function labelsOf(text: string, line: string): string {
  const labels: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const label = LABEL.exec(rest);
    if (label === null) throw new Error(`no labels: ${line}`);
    labels.push(label[0].replace(/,$/, ''));
    rest = rest.slice(label[0].length);
  }
  return labels.length === 0 ? '' : `{${labels.sort().join(',')}}`;
}
