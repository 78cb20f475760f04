import assert from "node:assert/strict"
import { test } from "node:test"

import { inOrder, isQuiet, isShown, mutedUntil, sectionOf } from "../../static/js/models/sections.js"
import { Unread } from "../../static/js/models/unread.js"

const NOW = Date.parse("2026-11-21T10:00:00Z")
const stands = (fields = {}) => ({ involvement: "mentions", starred: false, muted_until: null, ...fields })
const room = (id, fields = {}, kind = "open") => ({
  id, kind, seq: 5, version: 5, membership: { last_read_seq: 0, unread_count: 2, mention_count: 0, ...stands(fields) },
})

test("the starred come first, whatever they are", () => {
  assert.equal(sectionOf(room("r")), "named")
  assert.equal(sectionOf(room("r", {}, "direct")), "directs")
  assert.equal(sectionOf(room("r", { starred: true }, "direct")), "starred")
})

test("a hidden room is there while it is open or names the reader", () => {
  const hidden = room("r", { involvement: "invisible" })
  assert.equal(isShown(hidden, "other", 0), false)
  assert.equal(isShown(hidden, "r", 0), true)
  assert.equal(isShown(hidden, "other", 1), true)
  assert.equal(isShown(room("r", { involvement: "nothing" }), "other", 0), true)
})

test("a mute lasts until its time", () => {
  const muted = stands({ muted_until: "2026-11-21T11:00:00Z" })
  assert.equal(mutedUntil(muted, NOW), NOW + 3_600_000)
  assert.equal(mutedUntil(muted, NOW + 3_600_000), 0)
  assert.deepEqual([isQuiet(muted, NOW), isQuiet(muted, NOW + 3_600_000)], [true, false])
  assert.equal(isQuiet(stands({ involvement: "nothing" }), NOW), true)
})

test("the total leaves muted rooms out until they are over, and says when the next one is", () => {
  let now = NOW
  const unread = new Unread("ada", () => now)
  unread.set(room("r", { muted_until: "2026-11-21T11:00:00Z" }))
  unread.set(room("s", { muted_until: "2026-11-21T10:30:00Z" }))
  unread.set(room("t"))
  assert.deepEqual([unread.total, unread.nextEnd], [2, NOW + 1_800_000])
  now = NOW + 1_800_000
  assert.deepEqual([unread.total, unread.nextEnd], [4, NOW + 3_600_000])
  now = NOW + 3_600_000
  assert.deepEqual([unread.total, unread.nextEnd], [6, null])
})

test("muting takes the room out of the total at once, and mentions stay in it", () => {
  const unread = new Unread("ada", () => NOW)
  unread.set(room("r", { mention_count: 1 }))
  assert.equal(unread.total, 2)
  unread.involve("r", stands({ muted_until: "2026-11-21T11:00:00Z" }))
  assert.equal(unread.total, 1)
})

test("rooms go by name whatever its case, directs by what was said last", () => {
  const named = (id, name) => ({ id, name, kind: "open" })
  const direct = (id, said, made) => ({ id, name: "", kind: "direct", last_message_at: said, created_at: made })
  const rooms = [
    direct("d1", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"), named("r2", "beta"), named("r1", "Alpha"),
    direct("d2", null, "2026-02-01T00:00:00Z"), named("r4", "alpha"),
  ]
  assert.deepEqual(inOrder(rooms).map(({ id }) => id), ["r1", "r4", "r2", "d2", "d1"])
})
