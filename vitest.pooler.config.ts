import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What needs a program that is not this project's to install: see CONTRIBUTING.md. */
const { test, ...rest } = base;
export default mergeConfig(rest, defineConfig({ test: { ...test, include: ['test/**/*.pooler.ts'] } }));
