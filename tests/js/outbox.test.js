import assert from "node:assert/strict"
import { test } from "node:test"

import "./browser.js"
import { Outbox } from "../../static/js/models/outbox.js"

function memory() {
  const kept = new Map()
  return {
    get: (key) => (kept.has(key) ? JSON.parse(kept.get(key)) : null),
    set: (key, value) => kept.set(key, JSON.stringify(value)),
    remove: (key) => kept.delete(key),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  }
}

const entry = (id, at = 0, roomId = "r") => ({ clientMessageId: id, roomId, content: id, createdAt: at })
const ids = (entries) => entries.map((one) => one.clientMessageId)

test("one message of a room is under way at a time, rooms do not wait for each other", () => {
  const outbox = new Outbox(memory(), "ada")
  outbox.add(entry("a"))
  outbox.add(entry("b"))
  outbox.add(entry("c", 0, "other"))
  assert.deepEqual(ids(outbox.due(0)), ["a", "c"])
  outbox.sending("a")
  assert.deepEqual(ids(outbox.due(0)), ["c"])
  outbox.remove("a")
  assert.deepEqual(ids(outbox.due(0)), ["b", "c"])
})

test("a failed message waits for the person and does not hold up the next", () => {
  const outbox = new Outbox(memory(), "ada")
  outbox.add(entry("a"))
  outbox.add(entry("b"))
  outbox.fail("a", "Too long")
  assert.deepEqual(ids(outbox.due(0)), ["b"])
  assert.equal(outbox.get("a").reason, "Too long")
  outbox.retry("a")
  assert.deepEqual(ids(outbox.due(0)), ["a"])
})

test("a rate-limited message keeps its place until its time", () => {
  const outbox = new Outbox(memory(), "ada")
  outbox.add(entry("a"))
  outbox.add(entry("b"))
  outbox.wait("a", 5000)
  assert.deepEqual(ids(outbox.due(4999)), [])
  assert.equal(outbox.wakeAt, 5000)
  assert.deepEqual(ids(outbox.due(5000)), ["a"])
})

test("it survives a reload in order, with what was under way to be asked again", () => {
  const store = memory()
  const before = new Outbox(store, "ada")
  before.add(entry("b", 2))
  before.add(entry("a", 1))
  before.sending("b")
  const after = new Outbox(store, "ada")
  assert.deepEqual(ids(after.of("r")), ["a", "b"])
  assert.deepEqual(after.of("r").map((one) => one.state), ["queued", "queued"])
})

test("another person on this machine does not see it", () => {
  const store = memory()
  new Outbox(store, "ada").add(entry("a"))
  assert.equal(new Outbox(store, "ben").size, 0)
})

test("two tabs keep each other's messages", () => {
  const store = memory()
  const [one, other] = [new Outbox(store, "ada"), new Outbox(store, "ada")]
  one.add(entry("a", 1))
  other.add(entry("b", 2))
  assert.deepEqual(ids(new Outbox(store, "ada").of("r")), ["a", "b"])
  one.removedElsewhere("outbox:ada:a")
  assert.equal(one.size, 0)
})

test("a lost connection puts back what was under way", () => {
  const outbox = new Outbox(memory(), "ada")
  outbox.add(entry("a"))
  outbox.sending("a")
  outbox.disconnected()
  assert.equal(outbox.get("a").state, "queued")
})
