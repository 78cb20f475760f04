import assert from "node:assert/strict"
import { test } from "node:test"

import { RoomCount } from "../../static/js/models/room_count.js"

const answer = (version, seq, { marker = 0, unread = 0, mentions = 0 } = {}) => ({
  version, seq, last_read_seq: marker, unread_count: unread, mention_count: mentions,
})
const frame = (version, seq, change = "message", { creator = "ben", mentions = [] } = {}) => ({
  version, seq, change, creator_id: creator, mentions,
})
const counting = (...given) => {
  const room = new RoomCount("ada")
  room.answer(answer(...given))
  return room
}
const state = (room) => [room.unread, room.mentions, room.isSure]

test("a message of somebody else counts up, its deletion down, each version once", () => {
  const room = counting(10, 5)
  for (const told of [frame(11, 6), frame(11, 6), frame(12, 7), frame(13, 6, "delete"), frame(13, 6, "delete")]) room.take(told)
  assert.deepEqual(state(room), [1, 0, true])
})

test("one's own messages and those below the marker never count", () => {
  const room = counting(10, 5, { marker: 3, unread: 2 })
  room.take(frame(11, 6, "message", { creator: "ada" }))
  room.take(frame(12, 6, "delete", { creator: "ada" }))
  room.take(frame(13, 2, "delete"))
  room.take(frame(14, 2, "update", { mentions: ["ada"] }))
  assert.deepEqual(state(room), [2, 0, true])
})

test("a hole waits for an answer, and what came after that is counted on top", () => {
  const room = counting(10, 5)
  room.take(frame(12, 7))
  assert.deepEqual(state(room), [0, 0, false])
  room.take(frame(13, 8))
  room.answer(answer(12, 7, { unread: 2 }))
  assert.deepEqual(state(room), [3, 0, true])
})

test("a hole that closes by itself needs no answer", () => {
  const room = counting(10, 5)
  room.take(frame(12, 7))
  room.take(frame(11, 6, "message", { creator: "ada" }))
  assert.deepEqual(state(room), [1, 0, true])
})

test("an edit that names the reader, or that may have taken their name back, is not to be known", () => {
  const named = counting(10, 5, { unread: 3 })
  named.take(frame(11, 5, "update", { mentions: ["ada"] }))
  assert.deepEqual(state(named), [3, 0, false])
  named.answer(answer(11, 5, { unread: 3, mentions: 1 }))
  named.take(frame(12, 4, "update"))
  assert.deepEqual(state(named), [3, 1, false])
  named.answer(answer(12, 5, { unread: 3, mentions: 1 }))
  named.take(frame(13, 4, "delete"))
  assert.deepEqual(state(named), [3, 1, false])
})

test("other edits and changes of the room leave the counts as they are", () => {
  const room = counting(10, 5, { unread: 3 })
  room.take(frame(11, 5, "update", { mentions: ["cleo"] }))
  room.take(frame(12, 5, "room", { creator: null }))
  assert.deepEqual(state(room), [3, 0, true])
})

test("an answer that is older than what was counted is counted on from again", () => {
  const room = counting(10, 5, { unread: 5 })
  room.take(frame(11, 6))
  room.answer(answer(10, 5, { marker: 5 }))
  assert.deepEqual(state(room), [1, 0, true])
})

test("an answer older than the one before it is not the last word", () => {
  const room = counting(12, 7, { unread: 2 })
  room.answer(answer(11, 6, { unread: 1 }))
  assert.equal(room.isSure, false)
  room.answer(answer(12, 7, { unread: 2 }))
  assert.deepEqual(state(room), [2, 0, true])
})

test("a message told as new that an answer held already counts once", () => {
  const room = counting(11, 8, { unread: 8 })
  room.take(frame(12, 7))
  assert.deepEqual(state(room), [8, 0, true])
})

test("a deletion of nobody knows whose message is not to be known", () => {
  const room = counting(10, 5, { unread: 1 })
  room.take({ version: 11, seq: 5, change: "delete" })
  assert.deepEqual(state(room), [1, 0, false])
})

test("what is kept is bounded", () => {
  const room = counting(10, 5)
  for (let version = 12; version < 500; version += 1) room.take(frame(version, version))
  room.answer(answer(300, 300, { unread: 290 }))
  assert.equal(room.isSure, false)
  room.answer(answer(499, 499, { unread: 489 }))
  assert.deepEqual(state(room), [489, 0, true])
})
