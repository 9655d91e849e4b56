// Runs the program of `brisk-program.ts` by the code that V8 has compiled it to before, where that is of the same Node: each of
// its hundreds of processes would spend a third of its start on compiling. `TEST_CODE=keep` keeps what this process compiles: V8
// knows a program that has changed by its length alone, so the run's set-up has it kept whenever it makes the program.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const { TEST_CODE } = process.env;
delete process.env.TEST_CODE;
const file = join(__dirname, '../../.brisk/brisk-program.cjs');
const kept = `${file}.code`;
const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
  { filename: file, cachedData: TEST_CODE === 'keep' ? undefined : readFileSync(kept) },
);
if (TEST_CODE === 'keep')
  process.once('exit', () => {
    writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
    // Whoever reads it finds all of it.
    renameSync(`${kept}.${process.pid}`, kept);
  });
if (TEST_CODE === 'tell') process.stderr.write(`compiled anew: ${script.cachedDataRejected}\n`);
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, createRequire(file), module_, file, dirname(file));
