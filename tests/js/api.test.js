import assert from "node:assert/strict"
import { test } from "node:test"

import { readAll, rooms, updateMembership } from "../../static/js/helpers/api.js"

const tagged = (tag) => ({ get: (name) => (name === "ETag" ? tag : null) })

// Answers the given bodies in turn and keeps what was asked.
function serve(...bodies) {
  const asked = []
  globalThis.fetch = async (address, options) => {
    asked.push([address, options])
    const body = bodies.shift()
    return { ok: true, headers: tagged(null), json: async () => body, text: async () => JSON.stringify(body) }
  }
  return asked
}

test("rooms are read to the last page, from this site whatever the address says", async () => {
  const asked = serve({ results: ["b"], next: "http://inside:8000/api/rooms?cursor=x" }, { results: ["a"], next: null })
  assert.deepEqual(await rooms(), ["b", "a"])
  assert.deepEqual(asked.map(([address]) => address), ["/api/rooms", "/api/rooms?cursor=x"])
})

test("one's rooms are sent again only where they have changed, and are never what a page made of them", async () => {
  const page = JSON.stringify({ results: [{ id: "r", seq: 1 }], next: null })
  const answers = [
    { ok: true, status: 200, headers: tagged('W/"one"'), text: async () => page },
    { ok: false, status: 304, headers: tagged('W/"one"') },
    { ok: true, status: 200, headers: tagged('W/"two"'), text: async () => '{"results":[],"next":null}' },
  ]
  const tags = []
  globalThis.fetch = async (_, { headers }) => {
    tags.push(headers["If-None-Match"])
    return answers.shift()
  }
  const [first] = await rooms()
  first.seq = 99
  assert.deepEqual(await rooms(), [{ id: "r", seq: 1 }])
  assert.deepEqual(await rooms(), [])
  assert.deepEqual(tags, [undefined, 'W/"one"', 'W/"one"'])
})

test("an answer that overtakes another one is not taken for it", async () => {
  const page = (id) => JSON.stringify({ results: [{ id }], next: null })
  const good = (tag, text) => ({ ok: true, status: 200, headers: tagged(tag), text: async () => text })
  const waiting = []
  globalThis.fetch = (_, { headers }) => new Promise((resolve) => waiting.push([headers["If-None-Match"], resolve]))
  const first = rooms()
  waiting.shift()[1](good('W/"old"', page("old")))
  await first

  const [slow, quick] = [rooms(), rooms()]
  waiting[1][1](good('W/"new"', page("new")))
  assert.deepEqual(await quick, [{ id: "new" }])
  waiting[0][1]({ ok: false, status: 304, headers: tagged('W/"old"') })
  assert.deepEqual(await slow, [{ id: "old" }])

  const again = rooms()
  assert.equal(waiting[2][0], 'W/"old"')
  waiting[2][1]({ ok: false, status: 304, headers: tagged('W/"old"') })
  assert.deepEqual(await again, [{ id: "old" }])
})

test("a change carries the token that proves whose page it is", async () => {
  const asked = serve({ id: "r" })
  await updateMembership("r", { starred: true }, "token")
  const [[address, { method, headers, body }]] = asked
  assert.deepEqual([address, method, body], ["/api/rooms/r/membership", "PATCH", '{"starred":true}'])
  assert.equal(headers["X-CSRFToken"], "token")
})

test("what the server refuses is not taken for done", async () => {
  globalThis.fetch = async () => ({ ok: false, status: 403, json: async () => ({ code: "forbidden", message: "No." }) })
  await assert.rejects(readAll("token"), { status: 403, code: "forbidden", message: "No." })
})
