import assert from "node:assert/strict"
import { test } from "node:test"

import "./browser.js"
import { stopTime } from "./time.js"
import { RoomClock } from "../../static/js/models/room_clock.js"
import { Timeline } from "../../static/js/models/timeline.js"
import { RoomFeed } from "../../static/js/realtime/room_feed.js"

// A socket that keeps what is asked until the test answers.
class Socket {
  isOpen = true
  sent = []
  asked = []

  send(frame) { return this.sent.push(frame) && true }

  request(ask) {
    const under = { ask }
    const answer = new Promise((resolve, reject) => Object.assign(under, { resolve, reject }))
    this.asked.push(under)
    return Object.assign(answer, { under })
  }

  forget({ under }) { under.reject(Object.assign(new Error(), { code: "disconnected" })) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const message = (version) => ({ id: `m${version}`, room_id: "hall", seq: version, version, creator_id: "ben", creator: {} })
const said = (version, replay = false) => ({ type: "new_message", message: message(version), replay })

function feedAt(cursor, { page = async () => null } = {}) {
  const socket = new Socket(), clock = new RoomClock(cursor), timeline = new Timeline()
  const feed = new RoomFeed({ socket, roomId: "hall", epoch: "one", clock, timeline, loadPage: page })
  return { socket, clock, timeline, feed }
}

test("a room is joined from its cursor, and is current when that is answered", async () => {
  const { socket, clock, feed, timeline } = feedAt(10)
  const heard = []
  feed.addEventListener("current", () => heard.push("current"))
  feed.open()
  assert.deepEqual(socket.asked[0].ask, { type: "join_room", room_id: "hall", last_seen_version: 10, epoch: "one" })
  feed.received({ type: "room_joined", room_id: "hall", version: 12 })
  assert.equal(feed.catchingUp, 2)
  for (const version of [11, 12]) feed.received(said(version, true))
  socket.asked[0].resolve({ version: 12, has_more: false })
  await turn()
  assert.equal(clock.cursor, 12)
  assert.equal(feed.catchingUp, 0)
  assert.deepEqual(heard, ["current"])
  assert.deepEqual(timeline.messages.map((one) => one.seq), [11, 12])
})

test("what the server replays by itself is taken at its word", () => {
  const { clock, feed } = feedAt(20)
  feed.open()
  feed.received({ type: "catch_up_complete", room_id: "hall", version: 30 })
  assert.equal(clock.cursor, 30)
})

test("an answer that belongs to a question raises no cursor by itself", () => {
  const { clock, feed } = feedAt(20)
  feed.open()
  feed.received({ type: "catch_up_complete", room_id: "hall", version: 30, ref: "r1" })
  assert.equal(clock.cursor, 20)
})

test("a room that is left says so and waits for no answer", async () => {
  const { socket, clock, feed } = feedAt(10)
  feed.open()
  feed.close()
  assert.deepEqual(socket.sent, [{ type: "leave_room", room_id: "hall" }])
  socket.asked[0].resolve({ version: 12 })
  await turn()
  assert.equal(clock.cursor, 10, "what it would have told has not been waited for")
  feed.open()
  assert.equal(socket.asked[1].ask.last_seen_version, 10, "so it is asked for again")
})

test("left and opened again before the first answer, only the second counts", async () => {
  const { socket, clock, feed } = feedAt(10)
  feed.open()
  feed.close()
  feed.open()
  socket.asked[1].resolve({ version: 15, has_more: false })
  await turn()
  assert.equal(clock.cursor, 15)
  assert.equal(socket.asked.length, 2)
})

test("after a cut it joins from where it stands, once", async () => {
  const { socket, feed } = feedAt(10)
  feed.open()
  socket.asked[0].resolve({ version: 10, has_more: false })
  await turn()
  feed.received(said(11))
  socket.isOpen = false
  feed.lost()
  socket.isOpen = true
  feed.join()
  feed.join()
  assert.deepEqual(socket.asked.map(({ ask }) => ask.last_seen_version), [10, 11])
})

test("a room that is not open asks for nothing", () => {
  const { socket, feed } = feedAt(10)
  feed.join()
  feed.received({ type: "pong", rooms: { hall: 20 } })
  assert.deepEqual(socket.asked, [])
})

test("whoever was taken out learns it from the answer, and it stays so", async () => {
  const { socket, feed } = feedAt(10)
  const reasons = []
  feed.addEventListener("gone", ({ detail }) => reasons.push(detail))
  feed.open()
  socket.asked[0].reject(Object.assign(new Error(), { code: "not_found" }))
  await turn()
  assert.deepEqual(reasons, ["removed"])
  feed.open()
  assert.equal(socket.asked.length, 1)
})

test("too far behind, the window is loaded anew", async () => {
  const page = { messages: [message(900)], version: 900, hasOlder: true, hasNewer: false }
  const { socket, clock, feed, timeline } = feedAt(10, { page: async () => page })
  feed.open()
  feed.received({ type: "room_joined", room_id: "hall", version: 900 })
  feed.received({ type: "resync", room_id: "hall", version: 900 })
  socket.asked[0].resolve({ version: 900, has_more: false })
  await turn()
  assert.deepEqual(timeline.messages.map((one) => one.seq), [900])
  assert.equal(clock.cursor, 900)
})

test("a jump whose window cannot be loaded is asked for again from where it was", async (t) => {
  const time = stopTime(t)
  let fails = true
  const page = async () => {
    if (fails) throw new Error("away")
    return { messages: [message(1000), message(1001)], version: 1001, hasOlder: true, hasNewer: false }
  }
  const { socket, clock, feed, timeline } = feedAt(10, { page })
  const heard = []
  feed.addEventListener("current", () => heard.push("current"))
  feed.open()
  feed.received({ type: "resync", room_id: "hall", version: 1000 })
  socket.asked[0].resolve({ version: 1000, has_more: false })
  await turn()
  feed.received(said(1001))
  assert.equal(clock.cursor, 10)
  assert.deepEqual(heard, [], "not all of it is here")
  socket.isOpen = false
  feed.lost()
  time.tick(5000)
  fails = false
  socket.isOpen = true
  feed.join()
  assert.equal(socket.asked[1].ask.last_seen_version, 10)
  feed.received({ type: "resync", room_id: "hall", version: 1001 })
  socket.asked[1].resolve({ version: 1001, has_more: false })
  await turn()
  assert.equal(clock.cursor, 1001)
  assert.deepEqual(timeline.messages.map((one) => one.seq), [1000, 1001])
  assert.deepEqual(heard, ["current"])
})

test("a hole is asked for once it is old enough, unless it has closed", async (t) => {
  const time = stopTime(t)
  const { socket, feed } = feedAt(10)
  feed.open()
  socket.asked[0].resolve({ version: 10, has_more: false })
  await turn()
  feed.received(said(12))
  time.tick(400)
  assert.equal(socket.asked.length, 1)
  time.tick(200)
  assert.deepEqual(socket.asked[1].ask, { type: "catch_up", room_id: "hall", last_seen_version: 10, epoch: "one" })
})

test("what is refused for now is asked again when the server says", async (t) => {
  const time = stopTime(t)
  const { socket, feed } = feedAt(10)
  feed.open()
  socket.asked[0].reject(Object.assign(new Error(), { code: "internal_error", retryAfter: 2 }))
  await turn()
  time.tick(2000)
  assert.equal(socket.asked.length, 2)
})
