-- Takes a lease, or keeps it. KEYS[1] the lease, ARGV[1] who wants it, ARGV[2] for how many ms
-- returns 1 if ARGV[1] holds it now
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0
