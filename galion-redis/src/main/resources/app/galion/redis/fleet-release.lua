-- Gives a lease back. KEYS[1] the lease, ARGV[1] who gives it back
-- returns 1 if ARGV[1] held it
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
