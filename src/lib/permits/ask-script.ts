/**
 * The ledger's rules as a script inside Redis, so that all processes ask one queue in one step. It follows `MemoryLedger` line by line;
 * both pass one contract suite. What it finds under its keys may have been written by anybody: what is not of its own kind counts
 * as nothing and is removed.
 */

/** Keeps what is left of a broken key from being believed. */
const tidy = `
local function keep(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
end
local function clock(pinned)
  if pinned ~= '' then return tonumber(pinned) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function text(number) return string.format('%.0f', number) end`

/**
 * KEYS: times of the last permits, those of background work, paused until, queue (score: order), alive (score: until), promised (score:
 * until). ARGV: see \`RedisLedger\`. Out: {2} granted, {1, wait}, {0, again after, 1 if paused}.
 */
export const askScript = `${tidy}
local permits, jobs, pausedKey, queue, alive, promisedKey = unpack(KEYS)
local pinned, kind, ticket, holder = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local age, younger, left, follow = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local perSecond, perMinute = tonumber(ARGV[9]), tonumber(ARGV[10])
local own, withOwn, most = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local wholeSecond = tonumber(ARGV[17])
local askAgain, goneAfter, pauseMax = tonumber(ARGV[14]), tonumber(ARGV[15]), tonumber(ARGV[16])

keep(permits, 'list') keep(jobs, 'list') keep(pausedKey, 'string')
keep(queue, 'zset') keep(alive, 'zset') keep(promisedKey, 'zset')
local now = clock(pinned)
local function timeAt(key, index)
  local at = tonumber(redis.call('LINDEX', key, index) or '')
  if at and at <= now + 1000 and at > now - 120000 then return at end
  return nil
end
local last = redis.call('LINDEX', permits, -1)
if last and not timeAt(permits, -1) then redis.call('DEL', permits) redis.call('DEL', jobs) end
local paused = tonumber(redis.call('GET', pausedKey) or '0') or 0
if paused > now + pauseMax then paused = 0 redis.call('DEL', pausedKey) end

for _, gone in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', text(now))) do
  redis.call('ZREM', alive, gone) redis.call('ZREM', queue, gone)
end
if redis.call('ZCOUNT', alive, text(now + goneAfter + 1000), '+inf') > 0
  or redis.call('ZCARD', alive) ~= redis.call('ZCARD', queue) then
  redis.call('DEL', alive) redis.call('DEL', queue)
end
redis.call('ZREMRANGEBYSCORE', promisedKey, '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', promisedKey, text(now + 180000), '+inf')

local mine = nil
for count = 1, 8 do
  local member = holder .. '/' .. count
  if redis.call('ZSCORE', promisedKey, member) then mine = member end
end
local promised = 0
if mine then follow = 0 else promised = redis.call('ZCARD', promisedKey) end

if own > 0 then
  local tail = timeAt(jobs, -own)
  if not tail or tail + 60000 <= now then
    perMinute = withOwn
    if age >= younger then perSecond = wholeSecond end
  end
end

local function times(notMine, count)
  local following = {}
  local function before(back)
    if back <= #following then return following[#following - back + 1] end
    return timeAt(permits, -(back - #following)) or -math.huge
  end
  local free = math.max(1, perMinute - notMine)
  local earliest = math.max(now, paused, timeAt(permits, -1) or 0)
  if perMinute - notMine < 1 then earliest = math.max(earliest, now + 1000) end
  for index = 1, count do
    earliest = math.max(earliest, before(perSecond) + 1000, before(free) + 60000)
    following[index] = earliest
  end
  return following
end
local function leave() redis.call('ZREM', queue, ticket) redis.call('ZREM', alive, ticket) end

local keptBack = kind == 'background' and times(0, 1)[1] > now
local ahead = 0
if keptBack then leave()
elseif kind == 'spare' then ahead = redis.call('ZCARD', queue)
else
  redis.call('ZADD', queue, text(now - age + younger), ticket)
  redis.call('ZADD', alive, text(now + goneAfter), ticket)
  redis.call('PEXPIRE', queue, goneAfter * 2) redis.call('PEXPIRE', alive, goneAfter * 2)
  ahead = redis.call('ZRANK', queue, ticket)
end
local following = times(promised, ahead + 1 + follow)
local wait = following[ahead + 1] - now
local whole = math.max(wait, following[#following] - now)
if wait <= 0 and whole <= math.max(0, left) then
  leave()
  local at = text(math.max(now, timeAt(permits, -1) or 0))
  redis.call('RPUSH', permits, at)
  redis.call('LTRIM', permits, -most, -1)
  redis.call('PEXPIRE', permits, 61000)
  if kind == 'background' then
    redis.call('RPUSH', jobs, at)
    redis.call('LTRIM', jobs, -own, -1)
    redis.call('PEXPIRE', jobs, 61000)
  end
  if mine then redis.call('ZREM', promisedKey, mine)
  else
    for count = 1, follow do redis.call('ZADD', promisedKey, text(now + left), holder .. '/' .. count) end
    if follow > 0 then redis.call('PEXPIRE', promisedKey, 180000) end
  end
  return {2}
end
if kind == 'spare' or whole > left then
  leave()
  return {0, math.ceil(whole), paused > now and 1 or 0}
end
return {1, math.max(1, math.min(math.ceil(wait), askAgain))}`

/** KEYS[1]: paused until · ARGV: now or '', pause (ms), the longest one to be believed (ms). A longer pause that is already there stays. */
export const pauseScript = `${tidy}
keep(KEYS[1], 'string')
local now = clock(ARGV[1])
local untilMs = now + tonumber(ARGV[2])
local known = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
if untilMs > known or known > now + tonumber(ARGV[3]) then redis.call('SET', KEYS[1], text(untilMs), 'PX', ARGV[2]) end
return 1`
