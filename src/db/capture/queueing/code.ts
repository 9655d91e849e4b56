/** SQL one step further in, as in a condition or a loop. Names and messages of descriptors have no line breaks. */
export const inside = (code: string): string => code.replaceAll(/^(?=.)/gm, '  ');

/** Statements, with an empty line between them. */
export const statements = (codes: readonly string[]): string =>
  codes.filter((code) => code !== '').join('\n\n');

/**
 * A statement that raises an error. The message, its arguments and the values of `using` are SQL expressions; `before` is
 * a statement that runs before it.
 */
export const raise = (
  message: readonly [text: string, ...argument: readonly string[]],
  using: Readonly<Record<string, string>>,
  before = '',
): string => `${before === '' ? '' : `${before}\n`}RAISE EXCEPTION ${message.join(', ')}
  USING
${inside(
  inside(
    Object.entries(using)
      .map(([option, value]) => `${option} = ${value}`)
      .join(',\n'),
  ),
)};`;

/** A condition with what it leads to. */
export const when = (condition: string, code: string): string => `IF ${condition} THEN
${inside(code)}
END IF;`;
