import { start } from './start.ts';

/** A process that uses the server of the folder it is given until its input ends. */
const [dataDir = ''] = process.argv.slice(2);
const embedded = await start(dataDir);
process.stdout.write(`${JSON.stringify(embedded)}\n`);
process.on('SIGINT', () => {});
process.stdin.resume();
process.stdin.on('end', () => embedded.stop());
