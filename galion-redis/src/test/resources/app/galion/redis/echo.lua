-- KEYS[1], KEYS[2]: only counted. ARGV[1]: comes back
return { 42, ARGV[1], false, { 1, {}, { 2, 'z' }, 3 }, #KEYS + 5 }
