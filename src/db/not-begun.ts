/** The name, among cursors, of a pass that is to begin: what was read before is lost. */
export const NOT_BEGUN = '';
