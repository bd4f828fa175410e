-- A node says that it goes. KEYS and ARGV[1] as in fleet-beat.lua
redis.call('HDEL', KEYS[2], ARGV[1])
return redis.call('ZREM', KEYS[1], ARGV[1])
