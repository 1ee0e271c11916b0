-- Takes one token from each bucket, or none from any.
--
-- KEYS: the buckets. ARGV: for each, how long a token takes to come, and how long an empty bucket
-- takes to fill, in microseconds.
-- Returns 1 or 0, whether all gave one, then for each bucket how long until it is full.
--
-- A key holds the moment at which its bucket is full and goes with it. Moments are microseconds
-- since 2026, so that a 64-bit float still has their fractions.

local time = redis.call('TIME')
local now = (time[1] - 1767225600) * 1000000 + time[2]

local permitted = 1
local full_at = {}
for i = 1, #KEYS do
    local interval, depth = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    full_at[i] = math.max(tonumber(redis.call('GET', KEYS[i]) or now), now)
    if full_at[i] + interval - now > depth then
        permitted = 0
    end
end

local answer = { permitted }
for i = 1, #KEYS do
    if permitted == 1 then
        full_at[i] = full_at[i] + tonumber(ARGV[2 * i - 1])
        local milliseconds = math.max(math.ceil((full_at[i] - now) / 1000), 1)
        redis.call('SET', KEYS[i], string.format('%.3f', full_at[i]), 'PX', milliseconds)
    end
    answer[i + 1] = math.ceil(full_at[i] - now)
end
return answer
