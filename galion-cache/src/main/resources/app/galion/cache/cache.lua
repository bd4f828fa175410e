-- The commands of a TieredCache that write, one script for all, so that they share head, journal and marker.
-- KEYS, all of one hash slot:
--   1 E entry       epoch|ver|id|tags|envelope      ver: number of the put, or of the lease for a fill
--   2 L lease       epoch|token|asof|waiters        asof: number of the last write when it was granted
--                   epoch|!token|asof|why           the load failed, and others wait for it: no lease any more
--   3 G marker      epoch|floor|tagLast|base        missing: everything older is hidden
--   4 TG tag table  @epoch, @floor, one field a tag: number of its last invalidation
--   5 H head        epoch|n|id                      the last write that got a number
--   6 J journal     stream, row n-0: i id, p id of the row before, k kind, q key
-- ARGV: 1 command, 2 opId (unique), 3 channel, 4 bucket, 5 key's text, 6 journal rows, 7 PUBLISH or SPUBLISH, then as the command says.
-- A full Redis refuses to enlarge itself only until a script's first write. What must pass there (inv, clear,
-- tag, release, head) starts with a DEL, which is never refused.
local E, L, G, TG, H, J = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local command, op, channel, bucket, name, rows = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local publish = ARGV[7]
local TAGS = 1000
local FAILED, FAILED_MS = '!', 5000 -- much longer than a waiter's longest pause between two looks

local function fields(text)
  local found = {}
  for field in string.gmatch(text .. '|', '([^|]*)|') do found[#found + 1] = field end
  return found
end

local function header(entry)
  return { string.match(entry, '^([^|]*)|(%d+)|([^|]*)|([^|]*)|') }
end

local epoch, n, last

local function head()
  local text = redis.call('GET', H)
  if text then
    local h = fields(text)
    epoch, n, last = h[1], tonumber(h[2]), h[3]
    return
  end
  epoch, n, last = op, 1, 'seed' .. op
  redis.call('DEL', J)
  redis.call('XADD', J, '1-0', 'i', last, 'p', '', 'k', 'seed', 'q', '')
  redis.call('SET', H, epoch .. '|1|' .. last)
end

local function log(kind, id)
  local before = last
  n, last = n + 1, id
  redis.call('SET', H, epoch .. '|' .. string.format('%d', n) .. '|' .. id)
  redis.call('XADD', J, 'MAXLEN', '~', rows, string.format('%d-0', n), 'i', id, 'p', before, 'k', kind, 'q', name)
  redis.call(publish, channel,
    table.concat({ 'm', bucket, epoch, string.format('%d', n), id, before, kind, name }, '|'))
end

local g -- the marker's fields

local function save()
  redis.call('SET', G, string.format('%s|%d|%d|%d', g[1], g[2], g[3], g[4]))
end

local function ensure()
  head()
  local text = redis.call('GET', G)
  if text then
    local m = fields(text)
    g = { m[1], tonumber(m[2]), tonumber(m[3]), tonumber(m[4]) }
  end
  if not g or g[1] ~= epoch then
    log('nop', 'nop' .. op)
    g = { epoch, n, n, n }
    save()
    redis.call('DEL', TG)
  end
end

local function spared(by, ver, tags) -- by the invalidations of its tags
  local table_of = redis.call('HMGET', TG, '@epoch', '@floor')
  if table_of[1] ~= by or ver < tonumber(table_of[2]) then return false end
  for tag in string.gmatch(tags, '[^,]+') do
    local hit = redis.call('HGET', TG, tag)
    if hit and ver < tonumber(hit) then return false end
  end
  return true
end

local function visible()
  local entry = redis.call('GET', E)
  if not entry then return nil end
  local h = header(entry)
  local ver = tonumber(h[2])
  if not ver or h[1] ~= g[1] or ver < g[2] then return nil end
  if h[4] ~= '' and ver < g[3] and not spared(h[1], ver, h[4]) then return nil end
  return entry, h[3]
end

local function wake(lease, why)
  if lease[4] == '1' then
    redis.call(publish, channel, table.concat({ 'k', bucket, lease[2], why, name }, '|'))
  end
end

local function put(ttl, tags, envelope)
  log('put', op)
  redis.call('DEL', L)
  redis.call('SET', E, table.concat({ epoch, string.format('%d', n), op, tags, envelope }, '|'), 'PX', ttl)
  return { epoch, n }
end

local commands = {}

commands['inv'] = function()
  redis.call('DEL', E, L)
  ensure()
  log('inv', op)
  return { epoch, n }
end

-- 8 execute by (server microseconds), 9 ttl ms, 10 tags, 11 envelope,
-- 12 '' or '=' and the id that must be there, or '-' if nothing may be visible
commands['put'] = function()
  local t = redis.call('TIME')
  if tonumber(t[1]) * 1000000 + tonumber(t[2]) > tonumber(ARGV[8]) then return { 'LATE' } end
  ensure()
  local expected = ARGV[12]
  if expected ~= '' then
    local entry, id = visible()
    local there = entry and '=' .. id or '-'
    if there ~= expected then return { 'OTHER', entry } end
  end
  return put(ARGV[9], ARGV[10], ARGV[11])
end

commands['clear'] = function()
  redis.call('DEL', E)
  ensure()
  log('clear', op)
  g[2] = n
  save()
  return { epoch, n }
end

-- the key's text is the tag
commands['tag'] = function()
  redis.call('DEL', E)
  ensure()
  log('tag', op)
  local floor = redis.call('HGET', TG, '@floor')
  if floor and redis.call('HLEN', TG) >= TAGS + 2 and redis.call('HEXISTS', TG, name) == 0 then
    redis.call('DEL', TG)
    floor = false
  end
  if not floor then
    local from = g[3] == g[4] and g[4] or n
    redis.call('HSET', TG, '@epoch', epoch, '@floor', string.format('%d', from))
  end
  redis.call('HSET', TG, name, string.format('%d', n))
  g[3] = n
  save()
  return { epoch, n }
end

-- 8 lease ms, 9 id that the caller wants to replace, or '', 10 token of the lease that he waited for, or ''
-- Who waited for a load that failed shares its failure, though the message is lost, for as long as the mark stays.
commands['acquire'] = function()
  ensure()
  local entry, id = visible()
  if entry and id ~= ARGV[9] then return { 'V', entry } end
  local text = redis.call('GET', L)
  if text then
    local l = fields(text)
    if l[2] == FAILED .. (ARGV[10] or '') then return { 'E', l[4] or '' } end
    local failed = string.sub(l[2] or '', 1, 1) == FAILED
    if not failed and l[1] == epoch and tonumber(l[3]) >= g[2] and l[2] ~= op then
      redis.call('SET', L, table.concat({ l[1], l[2], l[3], '1' }, '|'), 'KEEPTTL')
      return { 'W', l[2], redis.call('PTTL', L) }
    end
  end
  redis.call('SET', L, string.format('%s|%s|%d|0', epoch, op, n), 'PX', ARGV[8])
  return { 'L' }
end

-- opId is the lease's token; 8 ttl ms, 9 tags, 10 envelope
commands['fill'] = function()
  local text = redis.call('GET', L)
  if not text then return { 'X' } end
  local l = fields(text)
  if l[2] ~= op then return { 'X' } end
  local asof = tonumber(l[3])
  local marker = redis.call('GET', G)
  local ok = false
  if marker then
    local m = fields(marker)
    ok = m[1] == l[1] and asof >= tonumber(m[2])
      and (ARGV[9] == '' or asof >= tonumber(m[3]) or spared(l[1], asof, ARGV[9]))
  end
  if ok then
    redis.call('SET', E, table.concat({ l[1], l[3], op, ARGV[9], ARGV[10] }, '|'), 'PX', ARGV[8])
  end
  redis.call('DEL', L)
  wake(l, 'filled')
  return { ok and 'F' or 'X' }
end

-- opId is the lease's token; 8 lease ms
commands['extend'] = function()
  local text = redis.call('GET', L)
  if text and fields(text)[2] == op then return redis.call('PEXPIRE', L, ARGV[8]) end
  return 0
end

-- opId is the lease's token; 8 why
commands['release'] = function()
  local text = redis.call('GET', L)
  if text then
    local l = fields(text)
    if l[2] == op then
      redis.call('DEL', L)
      if l[4] == '1' and ARGV[8] ~= 'filled' then
        redis.call('SET', L, table.concat({ l[1], FAILED .. op, l[3], ARGV[8] }, '|'), 'PX', FAILED_MS)
      end
      wake(l, ARGV[8])
    end
  end
  return 0
end

commands['head'] = function()
  redis.call('DEL', E)
  head()
  return epoch .. '|' .. string.format('%d', n) .. '|' .. last
end

return commands[command]()
