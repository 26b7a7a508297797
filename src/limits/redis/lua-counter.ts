import { concurrencyRetryMs } from '../memory/counter-state.ts';

/**
 * The arithmetic of memory/counter-state.ts in Lua, for scripts of Redis 6.2 and newer: put before every script.
 *
 * A counter is one hash: `a` six packed numbers (used, reserved, since, next end of a reservation or 0, when the key
 * expires, scale of a bucket), the letter of its kind and what it is (`formatSpec`, ended by a zero), `w` the slices of a
 * rolling counter, `t` what has been told to who watches (memory/told.ts: limit and spent, twice), and per reservation `@<id>` four packed numbers (ends at, amount, spent, 1 while it lives). Packed doubles are exact up to 2^53, and cost a
 * third of writing and reading text.
 *
 * Counters are read before anything is written, because a script that fails half way keeps what it has written by then.
 * Where somebody has put something else, `unreadable` is 3 and the indexes (from 0) of such counters.
 *
 * It is Lua that is dear here, not Redis: a table has no more than 16 members, beyond which it takes twice the memory,
 * and a function is made anew at every call of a script.
 */
export const luaCounter = `
local call, pack, unpack_struct, max, min, floor, ceil, sub =
  redis.call, struct.pack, struct.unpack, math.max, math.min, math.floor, math.ceil, string.sub
local huge = 9007199254740991
local now = tonumber(ARGV[1])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local mine, packed = '@' .. ARGV[2], ARGV[3]
local retention, ttl, at = unpack_struct('>dd', packed)

local hashes, unreadable = {}, {3}
for i = 2, #KEYS do
  local h = redis.pcall('HMGET', KEYS[i], 'a', mine, 't')
  if h.err and not string.find(h.err, 'WRONGTYPE', 1, true) then return h end
  local a = h[1]
  if h.err or a and (#a < 50 or not string.find('bfkrc', sub(a, 49, 49), 1, true))
    or h[2] and #h[2] ~= 32 or h[3] and #h[3] ~= 32 then
    h = false
    unreadable[#unreadable + 1] = i - 2
  end
  hashes[i] = h
end

local function count(c, amount)
  local kind = c.kind
  if kind == 'c' then return end
  if kind == 'b' then c.u = min(huge, max(0, c.u + amount * c.p2))
  elseif kind ~= 'r' then c.u = min(huge, max(0, c.u + amount))
  else
    local newest = c.slices[#c.slices]
    if newest and newest[1] == c.s then
      local before = newest[2]
      newest[2] = min(huge, max(0, before + amount))
      c.u = c.u + newest[2] - before
    elseif amount > 0 then
      c.slices[#c.slices + 1] = {c.s, amount}
      c.u = c.u + amount
    end
  end
end

local function hold(c, amount)
  c.r = c.r + amount
  if c.kind == 'b' then count(c, amount) end
end

local function release(c, amount, used)
  c.r = c.r - amount
  if c.kind == 'b' then count(c, used - amount) else count(c, used) end
end

-- What was told, brought up to the present period and limit, before anything is counted; w: the answer is for who watches.
-- left: so much is over that u is what is left.
local function told_of(limit, u, left, text, means, w)
  local l, spent, other, other_spent = limit, 0, limit, 0
  if text and means then l, spent, other, other_spent = unpack_struct('>dddd', text) end
  if left then spent, other_spent = min(spent, u), min(other_spent, u) end
  if w and l ~= limit then
    local here = other_spent
    if other ~= limit then here = min(spent, ceil(spent * limit / max(1, l))) end
    l, spent, other, other_spent = limit, here, l, spent
  end
  return {spent, l, other, other_spent, w, text}
end

local function remember_told(key, c)
  local spent, l, other, other_spent, w, before = unpack(c.told)
  if w then spent = max(spent, c.u) end
  local text = pack('>dddd', l, spent, other, other_spent)
  -- Where nothing has been spent there may be no counter, and this would not expire.
  if text ~= before and (before or c.u > 0) then call('HSET', key, 't', text) end
end

-- The next counter of the arguments. p1 and p2: what drains in a millisecond and the scale of a bucket; the length of a
-- window; those of a slice and of all; the last boundary of a calendar. e: when the period ends. Nothing: unreadable.
local function load(i, read_only)
  local kind, limit, p1, p2, p3, p4, amount, least, flags, d
  kind, limit, p1, p2, p3, p4, amount, least, flags, d, at = unpack_struct('>c1dddddddBs', packed, at)
  local key, h = KEYS[i], hashes[i]
  if not h then return nil end
  local a, u, r, s, n, x, scale, known = h[1], 0, 0, 0, 0, 0, 0
  if a then
    u, r, s, n, x, scale, known = unpack_struct('>ddddddc1', a)
    if known ~= kind then
      -- Usage of another kind of counter means nothing here; living reservations do.
      u, s, scale = kind == 'b' and r * p2 or 0, 0, 0
    end
  end
  local e, slices, left = 0, false, false
  if kind == 'b' then
    if scale > 0 and scale ~= p2 then u = ceil(u * p2 / scale) end
    local moment = max(now, s)
    u = max(0, u - (moment - s) * p1)
    s = moment
  elseif kind == 'k' then
    local start = p1
    if now >= p3 then start = p3 elseif now >= p2 then start = p2 end
    if start > s then s, u, left = start, 0, true end
    if p1 > s then e = p1 elseif p2 > s then e = p2 elseif p3 > s then e = p3 else e = p4 end
    -- Who asks has a clock that is far behind.
    e = max(e, now)
    p1 = p4
  elseif kind == 'f' then
    local start = now - now % p1
    if start > s then s, u, left = start, 0, true end
    e = s + p1
  elseif kind == 'r' then
    local moment = max(now, s)
    s = moment - moment % p1
    local text = u > 0 and call('HGET', key, 'w')
    slices, u = {}, 0
    for start, much in string.gmatch(text or '', '(%d+)=(%d+)') do
      local from, value = tonumber(start), tonumber(much)
      if from + p1 > moment - p2 then
        slices[#slices + 1] = {from, value}
        u = u + value
      else left = true end
    end
  end
  local c = {kind = kind, limit = limit, d = d, p1 = p1, p2 = p2, e = e, u = u, r = r, s = s, n = n, x = x,
    mine = h[2], slices = slices, changed = false, told = false}
  if kind ~= 'b' and kind ~= 'c' and (h[3] or flags >= 4) then
    c.told = told_of(limit, u, left, h[3], known == kind, flags >= 4)
  end
  if n > 0 and now >= n then
    local fields = call('HGETALL', key)
    local nearest = 0
    for f = 1, #fields, 2 do
      local name = fields[f]
      if sub(name, 1, 1) == '@' and #fields[f + 1] == 32 then
        local ends, held, spent, lives = unpack_struct('>dddd', fields[f + 1])
        local stays = true
        if ends <= now then
          stays = lives == 1 and spent > 0
          if lives == 1 then release(c, held, spent) end
          local text = false
          if stays then
            ends = now + retention
            text = pack('>dddd', ends, spent, spent, 0)
            if not read_only then call('HSET', key, name, text) end
          elseif not read_only then
            call('HDEL', key, name)
          end
          if name == mine then c.mine = text end
        end
        if stays and (nearest == 0 or ends < nearest) then nearest = ends end
      end
    end
    c.n = nearest
    c.changed = true
  end
  return c, amount, least, flags
end

-- life: of the reservation. held: what this script's reservation holds from now on; false takes it away, nil leaves it.
local function save(key, c, life, held)
  local kind = c.kind
  life = life + retention
  if kind == 'b' then
    if c.p1 > 0 then life = max(life, ceil(c.u / c.p1)) end
  elseif kind == 'f' then life = max(life, c.p1 * 2)
  elseif kind == 'k' then life = max(life, c.p1 - now)
  elseif kind == 'r' then
    life = max(life, c.p1 * 2 + c.p2)
    local parts = {}
    for i, slice in ipairs(c.slices) do parts[i] = string.format('%.0f=%.0f', slice[1], slice[2]) end
    call('HSET', key, 'w', table.concat(parts, ';'))
  end
  local renewed = c.x < now + life
  if renewed then c.x = now + life * 2 end
  local state = pack('>ddddddc1s', c.u, c.r, c.s, c.n, c.x, kind == 'b' and c.p2 or 0, kind, c.d)
  if held then call('HSET', key, 'a', state, mine, held) else call('HSET', key, 'a', state) end
  if held == false then call('HDEL', key, mine) end
  if c.told then remember_told(key, c) end
  if renewed then call('PEXPIRE', key, string.format('%.0f', life * 2)) end
end

local function remaining(c)
  if c.kind == 'b' then return max(0, floor((c.limit * c.p2 - c.u) / c.p2)) end
  return max(0, c.limit - c.u - c.r)
end

-- Behind the first n of the reply; answers how many there are then.
local function put_figures(reply, n, c)
  local kind, used, reset = c.kind, c.u + c.r, 0
  if kind == 'b' then
    used = ceil(c.u / c.p2)
    if c.p1 > 0 then reset = ceil(c.u / c.p1) end
  elseif kind == 'r' then
    local newest = c.slices[#c.slices]
    local start = c.r > 0 and c.s or newest and newest[1]
    if start then reset = start + c.p1 + c.p2 - now end
  elseif used > 0 and kind ~= 'c' then reset = c.e - now end
  reply[n + 1] = remaining(c)
  reply[n + 2] = used
  reply[n + 3] = c.r
  reply[n + 4] = reset
  reply[n + 5] = c.told and c.told[5] and c.told[1] or -1
  return n + 5
end
`;

/** Only for `reserve`: when there will be room for so much. */
export const luaRetry = `
local function retry_in(c, amount)
  if c.kind == 'b' then
    return c.p1 == 0 and 0 or max(0, ceil((c.u + (amount - c.limit) * c.p2) / c.p1))
  end
  if c.kind == 'c' then return ${concurrencyRetryMs} end
  if c.kind ~= 'r' then return c.e - now end
  local missing = c.u + c.r + amount - c.limit
  for _, slice in ipairs(c.slices) do
    missing = missing - slice[2]
    if missing <= 0 then return slice[1] + c.p1 + c.p2 - now end
  end
  return c.p2
end
`;
