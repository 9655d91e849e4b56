import { defineConfig, type RolldownOptions } from 'rolldown';
import { digestOfSources, withoutCloudflare } from '../../rolldown.config.ts';

const COMMON: RolldownOptions = {
  platform: 'node',
  tsconfig: 'tsconfig.json',
  external: ['pg-native'],
  // What `npm run build` makes finds the databases that the run makes whole: so do these.
  transform: { define: { PROGRAM_DIGEST: JSON.stringify(digestOfSources()) } },
  plugins: [withoutCloudflare()],
};

/**
 * Programs of tests, made like the other one and beside it: one that keeps other times than those promised, as one file, whose
 * compiled code can be kept; and one that does nothing but hold an embedded server.
 */
export default defineConfig([
  {
    ...COMMON,
    input: 'test/helpers/brisk-program.ts',
    output: { file: '.brisk/brisk-program.cjs', format: 'cjs', codeSplitting: false },
  },
  {
    ...COMMON,
    input: 'test/postgres/holder.ts',
    output: { file: '.brisk/holder.js', codeSplitting: false },
  },
]);
