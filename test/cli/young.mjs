// Loaded into a process of ours: as that ends, writes with which flags and settings of malloc it was started.
import { writeFileSync } from 'node:fs';

// Before the program takes it away from what it starts.
const trim = process.env.MALLOC_TRIM_THRESHOLD_;

process.on('exit', () => {
  const inherited = process.env.MALLOC_TRIM_THRESHOLD_;
  writeFileSync(process.env.YOUNG_FILE, JSON.stringify({ flags: process.execArgv, trim, inherited }));
});
