"""The scripts that Redis runs, each as a whole.

Five keys of one tenant and provider: `minute` and `hour` (sorted sets, call by time of its grant), `tokens` (hash, call
to tokens), `open` (sorted set, call by end of its lease), `state` (hash: `sum` of the minute's tokens, `whole` when the
burst is whole again, `blocked` until when, `seen` the latest time). Times are microseconds and written with `%.0f`, since
Lua would shorten them.
"""

# The time never goes back, and what has left its window is taken out of the sum.
_NOW = """
local minute, hour, tokens, open, state = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local function whole(number) return string.format('%.0f', number) end
local clock = redis.call('TIME')
local now = math.max(clock[1] * 1000000 + clock[2], tonumber(redis.call('HGET', state, 'seen') or '0'))
redis.call('HSET', state, 'seen', whole(now))
local MINUTE, HOUR = 60000000, 3600000000
local function sum_by(amount)
  if amount ~= 0 then redis.call('HINCRBY', state, 'sum', whole(amount)) end
end
local gone = redis.call('ZRANGEBYSCORE', minute, '-inf', whole(now - MINUTE))
for _, id in ipairs(gone) do
  sum_by(-tonumber(redis.call('HGET', tokens, id) or '0'))
  redis.call('HDEL', tokens, id)
end
redis.call('ZREMRANGEBYSCORE', minute, '-inf', whole(now - MINUTE))
redis.call('ZREMRANGEBYSCORE', hour, '-inf', whole(now - HOUR))
redis.call('ZREMRANGEBYSCORE', open, '-inf', whole(now))
local function keep()
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 7200000) end
end
"""

# Gives {1, 0, ''} taken, {2, 0, ''} taken before, {0, wait, why} not now.
TAKE = (
    _NOW
    + """
local id, asked = ARGV[1], tonumber(ARGV[2])
local per_minute, per_hour, per_tokens = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local burst, most_open, lease = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local interval, typical = tonumber(ARGV[9]), tonumber(ARGV[10])
if redis.call('ZSCORE', hour, id) then return {2, 0, ''} end
local wait, why = 0, ''
local function refuse(longer, reason)
  if longer > wait then wait, why = longer, reason end
end
refuse(tonumber(redis.call('HGET', state, 'blocked') or '0') - now, 'blocked')
local calls = redis.call('ZCARD', minute)
local held = tonumber(redis.call('HGET', state, 'sum') or '0')
if calls >= per_minute or held + asked > per_tokens then
  local reason = calls >= per_minute and 'minute' or 'tokens'
  local log = redis.call('ZRANGE', minute, 0, -1, 'WITHSCORES')
  for line = 1, #log, 2 do
    if calls < per_minute and held + asked <= per_tokens then break end
    calls = calls - 1
    held = held - tonumber(redis.call('HGET', tokens, log[line]) or '0')
    refuse(tonumber(log[line + 1]) + MINUTE - now, reason)
  end
end
local in_hour = redis.call('ZCARD', hour)
if in_hour >= per_hour then
  local place = in_hour - per_hour
  local leaves = redis.call('ZRANGE', hour, place, place, 'WITHSCORES')
  refuse(tonumber(leaves[2]) + HOUR - now, 'hour')
end
local again = tonumber(redis.call('HGET', state, 'whole') or '0')
refuse(again - now - interval * (burst - 1), 'burst')
if redis.call('ZCARD', open) >= most_open then
  local first = redis.call('ZRANGE', open, 0, 0, 'WITHSCORES')
  refuse(math.max(1, math.min(typical, tonumber(first[2]) - now)), 'concurrency')
end
if wait > 0 then return {0, math.ceil(wait), why} end
redis.call('ZADD', minute, whole(now), id)
redis.call('ZADD', hour, whole(now), id)
redis.call('HSET', tokens, id, whole(asked))
sum_by(asked)
redis.call('ZADD', open, whole(now + lease), id)
redis.call('HSET', state, 'whole', whole(math.max(again, now) + interval))
keep()
return {1, 0, ''}
"""
)

RENEW = (
    _NOW
    + """
redis.call('ZADD', open, 'XX', whole(now + tonumber(ARGV[2])), ARGV[1])
keep()
return 1
"""
)

REWRITE = (
    _NOW
    + """
local id, used = ARGV[1], tonumber(ARGV[2])
local known = redis.call('HGET', tokens, id)
if known then
  sum_by(used - tonumber(known))
  redis.call('HSET', tokens, id, whole(used))
end
redis.call('ZREM', open, id)
keep()
return 1
"""
)

GIVE_BACK = (
    _NOW
    + """
local id = ARGV[1]
local known = redis.call('HGET', tokens, id)
if known then
  sum_by(-tonumber(known))
  redis.call('HDEL', tokens, id)
end
redis.call('ZREM', minute, id)
redis.call('ZREM', hour, id)
redis.call('ZREM', open, id)
keep()
return 1
"""
)

BLOCK = (
    _NOW
    + """
local known = tonumber(redis.call('HGET', state, 'blocked') or '0')
redis.call('HSET', state, 'blocked', whole(math.max(known, now + tonumber(ARGV[1]))))
keep()
return 1
"""
)
