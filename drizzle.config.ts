import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/resources/*.ts', './src/db/tables.ts'],
  out: './migrations',
  schemaFilter: ['pylon', 'pylon_sync'],
});
