// A department's worker: `node worker.js`, with the settings in the environment.
import { decide } from './decide.js';
import { Desk } from './desk.js';
import { Journal } from './journal.js';
import { Link } from './link.js';

function needed(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set; the operator gives its value`);
    process.exit(2);
  }
  return value;
}

const department = needed('ONEWINDOW_WORKER_DEPARTMENT');
const uri = needed('ONEWINDOW_WORKER_URI');
const journal = new Journal(process.env.ONEWINDOW_WORKER_JOURNAL || `${department}.jsonl`);
const desk = new Desk({ department, journal, decide, now: () => new Date() });
const link = new Link({ uri, department, desk });

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => link.stop());
await link.run();
journal.close();
