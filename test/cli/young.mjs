// Loaded into a process of ours: as that ends, writes with which flags it was started.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.YOUNG_FILE, JSON.stringify(process.execArgv));
});
