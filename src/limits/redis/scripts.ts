import { createHash } from 'node:crypto';
import { luaCounter, luaRetry } from './lua-counter.ts';

/**
 * One script per operation. KEYS[1] is the reservation, the others are the counters, all in one slot. ARGV: the time or
 * nothing, the id, and everything else packed (`packItems`). All answer packed doubles (`reply.ts`): the first says how
 * it went, 3 that counters cannot be read, whose indexes follow.
 */
export interface Script {
  readonly text: string;
  /** Redis knows scripts by SHA-1. */
  readonly sha: string;
}

const script = (body: string): Script =>
  counting(`if unreadable ~= '' then return pack('<d', 3) .. unreadable end\n${body}`);

function counting(body: string): Script {
  const text = luaCounter + body;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Writes, so that no script may return between this and its own writing. */
const reapAll = (options: { readonly isReadOnly: boolean }): string => `
for i = 1, size do
  local c = counters[i]
  if c and c.n > 0 and now >= c.n then reap(keys[i + 1], c, ${options.isReadOnly}) end
end`;

/**
 * Answers 1 and per item what is granted; or 0, index (from 0), retry and all items; or 2: it has been settled before. The
 * record is `L` or `S` (living, settled) and the answer.
 */
export const reserveScript = script(`
local record = call('GET', keys[1])
if record then
  if #record == 1 then return pack('<d', 2) end
  return sub(record, 2)
end
${reapAll({ isReadOnly: false })}
local refused, need = 0, 0
for i = 1, size do
  local c = counters[i]
  if c.flags % 2 == 1 then
    if c.flags % 8 >= 4 then c.amount = min(c.amount, ceil(remaining(c) / 2)) end
  else
    local room, least = remaining(c), max(1, c.least)
    if room >= least then
      if c.flags % 8 >= 4 then room = ceil(room / 2) end
      c.amount = min(c.amount, room)
    elseif refused == 0 then refused, need = i, least end
  end
end
if refused > 0 then
  ${luaRetry}
  local c = counters[refused]
  local reply = pack('<ddd', 0, refused - 1, need > c.limit and -1 or retry_in(c, need))
  for i = 1, size do
    c = counters[i]
    reply = reply .. answer(0, c)
    if c.changed or c.flags >= 8 and c.u > 0 then save(keys[i + 1], c, ttl) end
  end
  return reply
end
local reply, ends = pack('<d', 1), now + ttl
for i = 1, size do
  local c = counters[i]
  local amount = c.amount
  if c.flags % 4 >= 2 then
    count(c, amount)
    save(keys[i + 1], c, ttl)
  else
    hold(c, amount)
    if c.n == 0 or ends < c.n then c.n = ends end
    save(keys[i + 1], c, ttl, pack('<dddd', ends, amount, 0, 1))
  end
  reply = reply .. answer(amount, c)
end
call('SET', keys[1], 'L' .. reply, 'PX', ttl + retention)
return reply
`);

/** Answers 1 and per item whether there was room (0, 1), or 0 when it is settled. */
export const chargeScript = script(`
local record = call('GET', keys[1])
if record and sub(record, 1, 1) == 'S' then return pack('<d', 0) end
${reapAll({ isReadOnly: false })}
local reply = pack('<d', 1)
for i = 1, size do
  local c = counters[i]
  local room, amount = 1, c.amount
  if c.kind ~= 'c' then
    local ends, held, spent, lives = now + retention, 0, 0, 0
    if c.mine then ends, held, spent, lives = unpack_struct('<dddd', c.mine) end
    local extra = max(0, amount - held)
    if extra > remaining(c) then room = 0 end
    if lives == 1 then hold(c, extra) else count(c, extra) end
    if c.n == 0 or ends < c.n then c.n = ends end
    save(keys[i + 1], c, 0, pack('<dddd', ends, held + extra, max(spent, amount), lives))
  elseif c.changed then save(keys[i + 1], c, 0) end
  reply = reply .. answer(room, c)
end
return reply
`);

/** Answers 1, or 2 when late, and the items; or 0 when it was settled before. */
export const settleScript = script(`
local record = call('GET', keys[1])
if record and sub(record, 1, 1) == 'S' then return pack('<d', 0) end
${reapAll({ isReadOnly: false })}
local state, items = 1, ''
for i = 1, size do
  local c = counters[i]
  local used = c.kind == 'c' and 0 or c.amount
  if c.mine then
    local _, held, _, lives = unpack_struct('<dddd', c.mine)
    if lives == 1 then release(c, held, used)
    else
      state = 2
      count(c, used - held)
    end
    save(keys[i + 1], c, 0, false)
  else
    state = 2
    count(c, used)
    save(keys[i + 1], c, 0)
  end
  items = items .. answer(0, c)
end
call('SET', keys[1], 'S' .. (record and sub(record, 2) or ''), 'PX', retention)
return pack('<d', state) .. items
`);

/** Answers 1 while the reservation lives in all of its counters, else 0. One that cannot be read does not stop the others. */
export const renewScript = counting(`
local record = call('GET', keys[1])
local lives = 0
if record and sub(record, 1, 1) == 'L' and unreadable == '' then lives = 1 end
${reapAll({ isReadOnly: false })}
for i = 1, size do
  local c = counters[i]
  if c then
    local kept
    if c.mine then
      local _, held, spent, living = unpack_struct('<dddd', c.mine)
      if living == 1 then kept = pack('<dddd', now + ttl, held, spent, 1) end
    end
    if not kept then lives = 0 end
    if kept or c.changed then save(keys[i + 1], c, ttl, kept) end
  end
end
if lives == 1 then call('PEXPIRE', keys[1], ttl + retention) end
return pack('<d', lives)
`);

/** Answers 1 and the items. Writes nothing. */
export const peekScript = script(`
${reapAll({ isReadOnly: true })}
local reply = pack('<d', 1)
for i = 1, size do reply = reply .. answer(0, counters[i]) end
return reply
`);

export const allScripts: readonly Script[] = [reserveScript, chargeScript, settleScript, renewScript, peekScript];
