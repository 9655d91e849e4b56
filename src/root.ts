/**
 * The folder of the package, which holds `migrations` and `package.json`: above `src`, and above `dist`, whose files
 * stand side by side.
 */
export const PACKAGE = new URL('../', import.meta.url);
