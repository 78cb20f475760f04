import assert from "node:assert/strict"
import { test } from "node:test"

import { Draft } from "../../static/js/models/draft.js"

function writing() {
  const texts = new Map(), sent = []
  const drafts = { get: (id) => texts.get(id) ?? "", set: (id, text) => texts.set(id, text) }
  const outbox = { add: (entry) => sent.push(entry) }
  const draft = (roomId) => new Draft({ roomId, drafts, outbox, now: () => 7, newId: () => "id" })
  return { draft, sent }
}

test("what is written in a room goes to that room, whichever was opened since", () => {
  const { draft, sent } = writing()
  const [hall, attic] = [draft("hall"), draft("attic")]
  hall.text = "for the hall"
  attic.text = "for the attic"
  hall.send()
  assert.deepEqual(sent, [{ clientMessageId: "id", roomId: "hall", content: "for the hall", createdAt: 7 }])
  assert.equal(hall.text, "")
  assert.equal(attic.text, "for the attic")
})

test("nothing but white space is not sent and not thrown away", () => {
  const { draft, sent } = writing()
  const hall = draft("hall")
  hall.text = " \n"
  assert.equal(hall.send(), false)
  assert.deepEqual(sent, [])
  assert.equal(hall.text, " \n")
})
