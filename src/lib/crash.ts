import type { Logger } from './log.ts';

/**
 * Ends the process on whatever nobody foresaw: a state that nobody knows decides about nothing any more. Node's own report
 * would show all fields of the error, and with them requests and their credentials; the log shows what is safe.
 */
export function endOnCrash(log: Logger, sentence: string): (error: unknown) => void {
  const crash = (error: unknown): void => {
    log.fatal({ error: error instanceof Error ? error : undefined }, sentence);
    process.exitCode = 1;
    // The line above is written asynchronously.
    setTimeout(() => process.exit(1), 100);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  return crash;
}
