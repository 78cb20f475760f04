import assert from "node:assert/strict"
import { test } from "node:test"

import { MOST, Timeline } from "../../static/js/models/timeline.js"

const message = (seq, version = seq, more = {}) => ({ id: `m${seq}`, seq, version, ...more })
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message(from + at))
const seqs = (timeline) => timeline.messages.map((one) => one.seq)

test("a message is applied only if its version is above the one held", () => {
  const timeline = new Timeline({ messages: range(1, 3) })
  assert.equal(timeline.apply(message(2, 9, { html: "new" })), "updated")
  assert.equal(timeline.apply(message(2, 8, { html: "old" })), "ignored")
  assert.equal(timeline.get("m2").html, "new")
})

test("messages lie in order of seq whatever order they come in", () => {
  const timeline = new Timeline()
  for (const seq of [3, 1, 2]) timeline.apply(message(seq))
  assert.deepEqual(seqs(timeline), [1, 2, 3])
})

test("an update outside the window is ignored, inside it is added", () => {
  const timeline = new Timeline({ messages: [message(10), message(12)], hasOlder: true, hasNewer: true })
  assert.equal(timeline.apply(message(9, 50)), "ignored")
  assert.equal(timeline.apply(message(13, 51)), "ignored")
  assert.equal(timeline.apply(message(11, 52)), "added")
  assert.deepEqual(seqs(timeline), [10, 11, 12])
})

test("a deleted message does not come back with an older version", () => {
  const timeline = new Timeline({ messages: range(1, 2) })
  assert.equal(timeline.remove({ message_id: "m2", seq: 2, version: 5 }), "removed")
  assert.equal(timeline.apply(message(2, 4)), "ignored")
  timeline.loading()
  timeline.loaded("anew", range(1, 2))
  assert.deepEqual(seqs(timeline), [1])
})

test("a deletion older than what is held is ignored", () => {
  const timeline = new Timeline({ messages: [message(1, 9)] })
  assert.equal(timeline.remove({ message_id: "m1", seq: 1, version: 8 }), "ignored")
})

test("an update that arrives while its page loads is applied after the page", () => {
  const timeline = new Timeline({ messages: range(10, 12), hasOlder: true })
  timeline.loading()
  assert.equal(timeline.apply(message(8, 40, { html: "edited" })), "ignored")
  timeline.loaded("older", range(7, 9), { hasOlder: false })
  assert.equal(timeline.get("m8").html, "edited")
  assert.deepEqual(seqs(timeline), [7, 8, 9, 10, 11, 12])
  assert.equal(timeline.hasOlder, false)
})

test("a message that arrives while the window loads anew is in it", () => {
  const timeline = new Timeline({ messages: range(1, 3) })
  timeline.loading()
  timeline.apply(message(21))
  timeline.loaded("anew", range(15, 20), { hasOlder: true, hasNewer: false })
  assert.deepEqual(seqs(timeline), [15, 16, 17, 18, 19, 20, 21])
})

test("the far end is trimmed, and then lies outside the window", () => {
  const timeline = new Timeline({ messages: range(1, MOST + 20) })
  assert.equal(timeline.trim("newer").length, 20)
  assert.equal(timeline.hasNewer, true)
  assert.equal(timeline.apply(message(MOST + 21)), "ignored")
  assert.equal(timeline.messages.length, MOST)
})

test("old state and events give the fresh state, in any order and with repeats", () => {
  for (let round = 0; round < 100; round++) {
    const events = []
    const fresh = new Map()
    for (let version = 1; version <= 60; version++) {
      const seq = 1 + Math.floor(Math.random() * 20)
      if (fresh.get(seq) === "deleted") continue
      if (Math.random() < 0.1 && fresh.has(seq)) {
        fresh.set(seq, "deleted")
        events.push((timeline) => timeline.remove({ message_id: `m${seq}`, seq, version }))
      } else {
        fresh.set(seq, version)
        events.push((timeline) => timeline.apply(message(seq, version)))
      }
    }
    const timeline = new Timeline()
    for (const event of [...events, ...events].sort(() => Math.random() - 0.5)) event(timeline)
    const expected = [...fresh].filter(([, version]) => version !== "deleted").sort(([one], [other]) => one - other)
    assert.deepEqual(timeline.messages.map((one) => [one.seq, one.version]), expected)
  }
})
