import { concurrencyRetryMs } from '../memory/counter-state.ts';

/**
 * The arithmetic of memory/counter-state.ts in Lua, for scripts of Redis 6.2 and newer: put before every script.
 *
 * A counter is one hash: `d` what it is, `u` used, `r` reserved, `s` since, `n` next end of a reservation (0: none),
 * `x` when the key expires, `w` scale of a bucket or slices of a rolling counter, and per reservation
 * `@<id>` = `<ends at> <amount> <spent> <L living | E ended>`.
 *
 * Lua turns large numbers into text with 14 digits, hence `whole()` wherever text is made.
 */
export const luaCounter = `
local huge = 9007199254740991
local function whole(x) return string.format('%.0f', x) end
local function ceil_div(a, b) return math.ceil(a / b) end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local id = ARGV[2]
local retention = tonumber(ARGV[3])
local mine = '@' .. id

local function clamp(x) return math.min(huge, math.max(0, x)) end

local function count(c, amount)
  local kind = c.kind
  if kind == 'c' then return end
  if kind == 'b' then c.u = clamp(c.u + amount * c.p2)
  elseif kind ~= 'r' then c.u = clamp(c.u + amount)
  else
    local newest = c.slices[#c.slices]
    if newest and newest[1] == c.s then
      local before = newest[2]
      newest[2] = clamp(before + amount)
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

local function held_of(text)
  local ends, amount, spent, state = string.match(text, '^(%d+) (%d+) (%d+) (%u)$')
  return tonumber(ends), tonumber(amount), tonumber(spent), state
end

local function held_text(ends, amount, spent, state)
  return whole(ends) .. ' ' .. whole(amount) .. ' ' .. whole(spent) .. ' ' .. state
end

local function begin_period(c, start)
  if start > c.s then c.s = start c.u = 0 end
end

local function pass_time(c, scratch)
  local kind = c.kind
  if kind == 'b' then
    local scale = tonumber(scratch) or c.p2
    if scale ~= c.p2 then c.u = ceil_div(c.u * c.p2, scale) end
    local moment = math.max(now, c.s)
    c.u = math.max(0, c.u - (moment - c.s) * c.p1)
    c.s = moment
  elseif kind == 'f' then begin_period(c, now - now % c.p1)
  elseif kind == 'k' then
    if now >= c.p3 then begin_period(c, c.p3)
    elseif now >= c.p2 then begin_period(c, c.p2)
    else begin_period(c, c.p1) end
  elseif kind == 'r' then
    local moment = math.max(now, c.s)
    c.s = moment - moment % c.p1
    c.slices = {}
    c.u = 0
    for start, amount in string.gmatch(scratch or '', '(%d+)=(%d+)') do
      local from, much = tonumber(start), tonumber(amount)
      if from + c.p1 > moment - c.p2 then
        c.slices[#c.slices + 1] = {from, much}
        c.u = c.u + much
      end
    end
  end
end

local function end_reservations(c)
  local fields = redis.call('HGETALL', c.key)
  local nearest = 0
  for f = 1, #fields, 2 do
    local name = fields[f]
    if string.sub(name, 1, 1) == '@' then
      local ends, amount, spent, state = held_of(fields[f + 1])
      local stays = true
      if ends <= now then
        stays = state == 'L' and spent > 0
        if state == 'L' then release(c, amount, spent) end
        local text = false
        if stays then
          ends = now + retention
          text = held_text(ends, spent, spent, 'E')
          c.sets[#c.sets + 1] = name
          c.sets[#c.sets + 1] = text
        else
          c.dels[#c.dels + 1] = name
        end
        if name == mine then c.mine = text end
      end
      if stays and (nearest == 0 or ends < nearest) then nearest = ends end
    end
  end
  c.n = nearest
  c.changed = true
end

-- at: the first of the seven arguments of a counter.
local function load(key, at)
  local c = {key = key, d = ARGV[at], kind = ARGV[at + 1], limit = tonumber(ARGV[at + 2]), p1 = tonumber(ARGV[at + 3]),
    p2 = tonumber(ARGV[at + 4]), p3 = tonumber(ARGV[at + 5]), p4 = tonumber(ARGV[at + 6]), sets = {}, dels = {}}
  local h = redis.call('HMGET', key, 'd', 'u', 'r', 's', 'n', 'x', 'w', mine)
  c.u = tonumber(h[2] or 0)
  c.r = tonumber(h[3] or 0)
  c.s = tonumber(h[4] or 0)
  c.n = tonumber(h[5] or 0)
  c.x = tonumber(h[6] or 0)
  c.mine = h[8]
  local of_same_kind = h[1] and string.sub(h[1], 1, 2) == string.sub(c.d, 1, 2)
  -- Usage of another kind of counter means nothing here; living reservations do.
  if h[1] and not of_same_kind then c.u = c.kind == 'b' and c.r * c.p2 or 0 c.s = 0 h[7] = false end
  pass_time(c, h[7])
  if c.n > 0 and now >= c.n then end_reservations(c) end
  return c
end

local function keep(c, ends, amount, spent, state)
  c.sets[#c.sets + 1] = mine
  c.sets[#c.sets + 1] = held_text(ends, amount, spent, state)
  if c.n == 0 or ends < c.n then c.n = ends end
end

local function save(c, ttl)
  local scratch = ''
  if c.kind == 'b' then scratch = whole(c.p2)
  elseif c.kind == 'r' then
    local parts = {}
    for i, slice in ipairs(c.slices) do parts[i] = whole(slice[1]) .. '=' .. whole(slice[2]) end
    scratch = table.concat(parts, ';')
  end
  local life = ttl + retention
  if c.kind == 'b' then life = math.max(life, c.p1 > 0 and ceil_div(c.u, c.p1) or 0)
  elseif c.kind == 'f' then life = math.max(life, c.p1 * 2)
  elseif c.kind == 'k' then life = math.max(life, c.p4 - now)
  elseif c.kind == 'r' then life = math.max(life, c.p1 * 2 + c.p2) end
  local renewed = c.x < now + life
  if renewed then c.x = now + life * 2 end
  for from = 1, #c.dels, 4000 do
    redis.call('HDEL', c.key, unpack(c.dels, from, math.min(from + 3999, #c.dels)))
  end
  for from = 4001, #c.sets, 4000 do
    redis.call('HSET', c.key, unpack(c.sets, from, math.min(from + 3999, #c.sets)))
  end
  redis.call('HSET', c.key, 'd', c.d, 'u', whole(c.u), 'r', whole(c.r), 's', whole(c.s), 'n', whole(c.n),
    'x', whole(c.x), 'w', scratch, unpack(c.sets, 1, math.min(4000, #c.sets)))
  if c.drop then redis.call('HDEL', c.key, mine) end
  if renewed then redis.call('PEXPIRE', c.key, whole(life * 2)) end
end

local function remaining(c)
  if c.kind == 'b' then return math.max(0, math.floor((c.limit * c.p2 - c.u) / c.p2)) end
  return math.max(0, c.limit - c.u - c.r)
end

local function drain_time(c, level)
  if c.p1 == 0 then return 0 end
  return math.max(0, ceil_div(level, c.p1))
end

local function period_end(c)
  if c.kind == 'f' then return c.s + c.p1 end
  if c.p1 > c.s then return c.p1 elseif c.p2 > c.s then return c.p2 elseif c.p3 > c.s then return c.p3 end
  return c.p4
end

local function put_figures(reply, c)
  local used, reset = c.u + c.r, 0
  if c.kind == 'b' then
    used = ceil_div(c.u, c.p2)
    reset = drain_time(c, c.u)
  elseif c.kind == 'r' then
    local newest = c.slices[#c.slices]
    if newest then reset = newest[1] + c.p1 + c.p2 - now end
  elseif c.kind ~= 'c' and used > 0 then reset = period_end(c) - now end
  local n = #reply
  reply[n + 1] = remaining(c)
  reply[n + 2] = used
  reply[n + 3] = c.r
  reply[n + 4] = reset
end

local function retry_in(c, amount)
  if c.kind == 'b' then return drain_time(c, c.u + (amount - c.limit) * c.p2) end
  if c.kind == 'c' then return ${concurrencyRetryMs} end
  if c.kind ~= 'r' then return period_end(c) - now end
  local missing = c.u + c.r + amount - c.limit
  for _, slice in ipairs(c.slices) do
    missing = missing - slice[2]
    if missing <= 0 then return slice[1] + c.p1 + c.p2 - now end
  end
  return c.p2
end
`;
