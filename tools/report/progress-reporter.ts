import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSpecification } from 'vitest/node';
import { formatFailure, formatLuck } from './failure.ts';
import { closingLine, type Totals } from './totals.ts';

/** So long without a line makes people believe that it hangs. */
const silenceMs = 15_000;

/** One line per finished file, failures in full at the end, and the closing line `N passed, N failed`. */
export default class ProgressReporter implements Reporter {
  #started = 0;
  #files = 0;
  #finished = 0;
  #running = new Map<TestModule, number>();
  #failures: string[] = [];
  #lucky: string[] = [];
  #totals = { passed: 0, failed: 0, skipped: 0 };
  #quiet: NodeJS.Timeout | undefined;
  readonly #print: (line: string) => void;
  readonly #now: () => number;

  constructor(
    print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
    now = () => performance.now(),
  ) {
    // Vitest passes an options object when it constructs reporters itself.
    this.#print = typeof print === 'function' ? print : (line) => process.stdout.write(`${line}\n`);
    this.#now = now;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#started = this.#now();
    this.#files = specifications.length;
    this.#print(`running ${this.#files} test files`);
    this.#watchSilence();
  }

  onTestModuleStart(module: TestModule): void {
    this.#running.set(module, this.#now());
  }

  onTestModuleEnd(module: TestModule): void {
    const began = this.#running.get(module) ?? this.#now();
    this.#running.delete(module);
    this.#finished += 1;
    const counts = this.#count(module);
    const mark = counts.failed > 0 ? '✗' : '✓';
    const place = `${String(this.#finished).padStart(String(this.#files).length)}/${this.#files}`;
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : '';
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const times = `${seconds(this.#now() - began)} (${seconds(this.#now() - this.#started)} so far)`;
    this.#print(`[${place}] ${mark} ${name(module)}  ${counts.passed} passed${failed}${skipped}, ${times}`);
    this.#watchSilence();
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], reason: string): void {
    clearTimeout(this.#quiet);
    for (const error of errors) this.#fail('unhandled error', [error]);
    if (modules.length === 0) this.#fail('no test file found', []);
    if (reason === 'interrupted') this.#fail('interrupted', []);
    if (this.#failures.length > 0) this.#print(`\n${this.#failures.join('\n\n')}\n`);
    for (const luck of this.#lucky) this.#print(luck);
    if (this.#totals.skipped > 0) this.#print(`${this.#totals.skipped} skipped`);
    this.#print(`${seconds(this.#now() - this.#started)} for ${this.#finished} files`);
    const totals: Totals = { passed: this.#totals.passed, failed: this.#totals.failed };
    if (totals.failed > 0) process.exitCode = 1;
    // Under `make test` the parent adds its own checks and prints the closing line.
    if (process.send) process.send(totals);
    else this.#print(closingLine(totals));
  }

  #count(module: TestModule): { passed: number; failed: number; skipped: number } {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') {
        counts.passed += 1;
        if (test.diagnostic()?.flaky)
          this.#lucky.push(formatLuck(`${name(module)} > ${test.fullName}`, failuresOf(test)));
      } else if (result.state === 'skipped') counts.skipped += 1;
      else {
        counts.failed += 1;
        this.#failures.push(formatFailure(`${name(module)} > ${test.fullName}`, failuresOf(test)));
      }
    }
    // A file that cannot be loaded, or a failing hook, fails no test of its own.
    const outside = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())];
    if (outside.length > 0) {
      counts.failed += 1;
      this.#failures.push(formatFailure(name(module), outside));
    }
    this.#totals.passed += counts.passed;
    this.#totals.failed += counts.failed;
    this.#totals.skipped += counts.skipped;
    return counts;
  }

  #fail(title: string, errors: readonly SerializedError[]): void {
    this.#totals.failed += 1;
    this.#failures.push(formatFailure(title, errors));
  }

  #watchSilence(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      const names = [...this.#running].map(([module, began]) => `${name(module)} ${seconds(this.#now() - began)}`);
      this.#print(`... still running: ${names.join(', ') || 'waiting for the first file'}`);
      this.#watchSilence();
    }, silenceMs).unref();
  }
}

function failuresOf(test: TestCase): readonly SerializedError[] {
  return test.result().errors ?? [];
}

function name(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
