-- Applies one batch: all of it, or nothing.
--
-- KEYS[1]  the mark that this batch was applied: the how manieth it was
-- KEYS[2]  how many were applied
-- KEYS[3…] the marks of other batches, then every other key, named below by its number
-- ARGV[1]  how long the mark is kept, in milliseconds
-- ARGV[2]  how many marks of others there are
-- ARGV[3…] steps, each a word and what it takes:
--
--   what must be so; these come first
--     revision K R     the record's first 16 bytes are R; R empty: there is no record
--     score K M S      member M of the sorted set stands at S; S empty: it is not there
--     count K N        the sorted set has N members
--
--   what is done then, in this order
--     put K V          writes a record (its revision is its first 16 bytes)
--     delete K         deletes a record
--     set K M S        puts member M at S
--     add K M S        puts member M at S if it is not there
--     remove K M       removes member M
--     rest K M S L     puts member M at S if the sorted set L has members, removes it otherwise
--
-- Returns 'done', the how manieth batch it was and what stands in the marks of the others, or
-- 'conflict' when something is not as it must be and nothing was done. What is to be done
-- once more goes in that order: of two that expect the same record, of which one changes
-- it, the other must come first. The others are those of which nobody has heard whether they
-- were done: this one may rest on them.
--
-- A client sends a script again when its reply was lost. The mark tells that
-- this is such a repetition: the batch is done already, once. (The revisions
-- cannot tell: another writer may have changed the records since.)

local others = tonumber(ARGV[2])

local function done(nth)
  local answer = {'done', tonumber(nth)}
  if others > 0 then
    for _, mark in ipairs(redis.call('MGET', unpack(KEYS, 3, 2 + others))) do
      answer[#answer + 1] = mark
    end
  end
  return answer
end

local mark = redis.call('GET', KEYS[1])

if mark then
  return done(mark)
end

local takes = {
  revision = 2, score = 3, count = 2,
  put = 2, delete = 1, set = 3, add = 3, remove = 2, rest = 4,
}

local must = {
  revision = function(k, r)
    return redis.call('GETRANGE', k, 0, 15) == r
  end,
  score = function(k, m, s)
    local at = redis.call('ZSCORE', k, m)
    if not at then
      return s == ''
    end
    return s ~= '' and tonumber(at) == tonumber(s)
  end,
  count = function(k, n)
    return redis.call('ZCARD', k) == tonumber(n)
  end,
}

local act = {
  put = function(k, v) redis.call('SET', k, v) end,
  delete = function(k) redis.call('DEL', k) end,
  set = function(k, m, s) redis.call('ZADD', k, s, m) end,
  add = function(k, m, s) redis.call('ZADD', k, 'NX', s, m) end,
  remove = function(k, m) redis.call('ZREM', k, m) end,
  rest = function(k, m, s, l)
    if redis.call('ZCARD', KEYS[tonumber(l)]) > 0 then
      redis.call('ZADD', k, s, m)
    else
      redis.call('ZREM', k, m)
    end
  end,
}

local i = 3

while i <= #ARGV and must[ARGV[i]] do
  local word = ARGV[i]
  if not must[word](KEYS[tonumber(ARGV[i + 1])], ARGV[i + 2], ARGV[i + 3]) then
    return {'conflict'}
  end
  i = i + 1 + takes[word]
end

local nth = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], nth, 'PX', ARGV[1])

while i <= #ARGV do
  local word = ARGV[i]
  act[word](KEYS[tonumber(ARGV[i + 1])], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
  i = i + 1 + takes[word]
end

return done(nth)
