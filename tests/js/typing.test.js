import assert from "node:assert/strict"
import { test } from "node:test"

import { OwnTyping, Typists } from "../../static/js/models/typing.js"

test("somebody who types is gone five seconds after the last word of it", () => {
  const typists = new Typists()
  typists.set("ben", true, 0)
  typists.set("cleo", true, 2000)
  assert.deepEqual(typists.at(4999), ["ben", "cleo"])
  assert.deepEqual(typists.at(5000), ["cleo"])
  typists.set("cleo", false, 5001)
  assert.deepEqual(typists.at(5001), [])
})

test("one says so at most once in three seconds, and says when one stops", () => {
  const own = new OwnTyping()
  assert.equal(own.changed("h", 0), true)
  assert.equal(own.changed("he", 2999), null)
  assert.equal(own.changed("hel", 3000), true)
  assert.equal(own.changed("", 3100), false)
  assert.equal(own.stop(), null)
})

test("white space is not typing", () => {
  assert.equal(new OwnTyping().changed("  ", 0), null)
})
