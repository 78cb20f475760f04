import assert from "node:assert/strict"
import { test } from "node:test"

import { Unread } from "../../static/js/models/unread.js"

const room = (id, seq, unread = 0, mentions = 0, involvement = "mentions") => ({
  id, seq, version: seq, membership: { involvement, last_read_seq: 0, unread_count: unread, mention_count: mentions },
})
const activity = (seq, creator = "ben", mentions = []) => ({
  room_id: "r", seq, version: seq, change: "message", creator_id: creator, mentions,
})

test("messages of others count once, one's own never", () => {
  const unread = new Unread("ada")
  unread.set(room("r", 5))
  assert.equal(unread.count(activity(6)), true)
  assert.equal(unread.count(activity(6)), false)
  assert.equal(unread.count(activity(7, "ada")), false)
  assert.equal(unread.count(activity(8, "ben", ["ada"])), true)
  assert.deepEqual([unread.get("r").unread, unread.get("r").mentions], [2, 1])
})

test("an answer older than what was counted changes nothing, a newer one is the truth", () => {
  const unread = new Unread("ada")
  unread.set(room("r", 5))
  unread.count(activity(6))
  unread.set(room("r", 5, 0))
  assert.equal(unread.get("r").unread, 1)
  unread.set(room("r", 6, 3))
  assert.equal(unread.get("r").unread, 3)
})

test("of quiet rooms only mentions show in the total", () => {
  const unread = new Unread("ada")
  unread.set(room("r", 5, 4, 1, "nothing"))
  unread.set(room("s", 5, 2))
  assert.equal(unread.total, 3)
})

test("a read state sets the counts", () => {
  const unread = new Unread("ada")
  unread.set(room("r", 5, 4, 1))
  unread.read({ room_id: "r", version: 5, seq: 5, last_read_seq: 5, unread_count: 0, mention_count: 0 })
  assert.equal(unread.total, 0)
})

test("rooms that are gone count no more, and leave nothing open", () => {
  const unread = new Unread("ada")
  unread.set(room("r", 5, 4))
  unread.set(room("s", 5, 2))
  unread.count({ ...activity(9), room_id: "s" })
  assert.equal(unread.isSure, false)
  unread.keep(new Set(["r"]))
  assert.deepEqual([unread.total, unread.isSure], [4, true])
})
