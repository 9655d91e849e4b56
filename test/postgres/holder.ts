import { start } from './start.ts';

/** A process that uses the server of the folder it is given until its input ends, whatever its terminal says. */
process.on('SIGINT', () => {});
const [dataDir = ''] = process.argv.slice(2);
const embedded = await start(dataDir);
process.stdin.on('end', () => embedded.stop());
process.stdin.resume();
process.stdout.write(`${JSON.stringify(embedded)}\n`);
