/**
 * The package's folder, which contains `migrations` and `package.json`: the parent of `src`, and of `dist`, which has
 * no subfolders.
 */
export const PACKAGE = new URL('../', import.meta.url);
