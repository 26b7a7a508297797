import { startPractice } from '../../src/practice/start.ts';
import { readCommandLine } from './command-line.ts';

const line = readCommandLine(process.argv.slice(2));
if (line.kind === 'answer') {
  (line.exitCode === 0 ? process.stdout : process.stderr).write(line.text);
  process.exitCode = line.exitCode;
} else {
  try {
    const practice = await startPractice({ port: line.port, host: line.host });
    process.stdout.write(`The practice provider answers at ${practice.url}; ${practice.url}/practice explains it.\n`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void practice.close());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
