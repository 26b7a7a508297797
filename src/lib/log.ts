import { isatty } from 'node:tty';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactText, redactValue } from './redact.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * What a log line may carry besides its message: flat values under names chosen at the call. Objects do not type-check
 * on purpose: a header map, a request or a secret cannot slip in as a whole.
 */
export type LogValue = string | number | boolean | bigint | undefined | null | Error | readonly (string | number)[];
export type LogFields = { readonly [name: string]: LogValue };

interface LogCall {
  (message: string): void;
  (fields: LogFields, message: string): void;
}

export interface Logger {
  readonly trace: LogCall;
  readonly debug: LogCall;
  readonly info: LogCall;
  readonly warn: LogCall;
  readonly error: LogCall;
  readonly fatal: LogCall;
  /** A logger whose lines all carry these fields. */
  child(fields: LogFields): Logger;
  /** To skip work whose result would only be logged. */
  isEnabled(level: LogLevel): boolean;
}

export interface LoggerOptions {
  /** The component: `controller`, `processor`, `envoy`. */
  readonly name: string;
  /** Default: the environment variable `SLUICE_LOG_LEVEL`, else `info`. */
  readonly level?: LogLevel;
  /**
   * Where lines go. Default: standard error, because standard output belongs to what a command prints; readable when
   * that is a terminal, JSON otherwise. `SLUICE_LOG_FORMAT` (`json`, `text`) decides otherwise.
   */
  readonly destination?: { write(line: string): void };
}

/** A reader that stalls must not stop traffic: beyond this many waiting bytes lines are dropped. */
const waitingBytesLimit = 8 * 1024 * 1024;

export function createLogger(options: LoggerOptions): Logger {
  const level = options.level ?? levelFromEnvironment(process.env.SLUICE_LOG_LEVEL);
  const settings = {
    level,
    base: { name: options.name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Fields are safe before pino sees them, errors included; its own serializers would only cost time.
    serializers: {},
  };
  return wrap(pino(settings, options.destination ?? standardError()));
}

/** For tests and for library code that may be called without a logger. */
export const silentLogger: Logger = createLogger({ name: 'silent', level: 'silent', destination: { write() {} } });

/** An unknown level must not silence a component, so it counts as `info`. */
export function levelFromEnvironment(text: string | undefined): LogLevel {
  const wanted = text?.trim().toLowerCase();
  return logLevels.find((level) => level === wanted) ?? 'info';
}

/** What lines look like on standard error. Whoever passes on the lines of a child says it to the child. */
export function logFormat(env: NodeJS.ProcessEnv): 'text' | 'json' {
  const wanted = env.SLUICE_LOG_FORMAT;
  if (wanted === 'text' || wanted === 'json') return wanted;
  return isatty(2) ? 'text' : 'json';
}

let sharedDestination: DestinationStream | undefined;

function standardError(): DestinationStream {
  sharedDestination ??=
    logFormat(process.env) === 'text'
      ? pretty({
          destination: 2,
          sync: true,
          colorize: isatty(2) && process.env.NO_COLOR === undefined,
          translateTime: 'SYS:HH:MM:ss.l',
          ignore: 'pid',
        })
      : pino.destination({ fd: 2, sync: false, maxLength: waitingBytesLimit });
  return sharedDestination;
}

function wrap(target: PinoLogger): Logger {
  const call =
    (level: Exclude<LogLevel, 'silent'>): LogCall =>
    (fieldsOrMessage: LogFields | string, message?: string) => {
      if (!target.isLevelEnabled(level)) return;
      if (typeof fieldsOrMessage === 'string') target[level](redactText(fieldsOrMessage));
      else target[level](safeFields(fieldsOrMessage), redactText(message ?? ''));
    };
  return {
    trace: call('trace'),
    debug: call('debug'),
    info: call('info'),
    warn: call('warn'),
    error: call('error'),
    fatal: call('fatal'),
    child: (fields) => wrap(target.child(safeFields(fields))),
    isEnabled: (level) => level !== 'silent' && target.isLevelEnabled(level),
  };
}

function safeFields(fields: LogFields): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) safe[name] = redactValue(value, name);
  return safe;
}
