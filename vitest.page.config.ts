import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** What needs a browser on the machine. */
export default defineConfig({ test: { ...config.test, include: ['test/**/*.browser.ts'] } });
