/**
 * Attributes of functions that views call, with the rights and settings of the view's reader. Their bodies are
 * expressions, which are parsed when the function is created. So no setting of the reader decides what a name or a
 * backslash in them means; a `SET` clause would do that too, but would cost more with every call.
 */
export const PURE = 'LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE';
