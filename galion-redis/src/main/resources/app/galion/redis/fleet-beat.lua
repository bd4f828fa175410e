-- A node says that it lives, and hears who else does.
-- KEYS[1] sorted set: node -> until when it is taken to live (server ms)
-- KEYS[2] hash: node -> its notes
-- ARGV[1] node, ARGV[2] ms to live, ARGV[3] its notes or ''
-- returns { {node, ...}, {node, notes, ...} } of the living
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local ttl = tonumber(ARGV[2])
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 1, #dead do
  redis.call('ZREM', KEYS[1], dead[i])
  redis.call('HDEL', KEYS[2], dead[i])
end
redis.call('ZADD', KEYS[1], now + ttl, ARGV[1])
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
redis.call('PEXPIRE', KEYS[1], ttl * 10)
redis.call('PEXPIRE', KEYS[2], ttl * 10)
return { redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('HGETALL', KEYS[2]) }
