// A room as this page knows it: what was said, where its clock stands, who is in it and who types, what one is writing,
// and where one was in it. Whether anybody looks at it, it does not know.

import { Presence } from "../models/presence.js";
import { RoomClock } from "../models/room_clock.js";
import { Timeline } from "../models/timeline.js";
import { Typists } from "../models/typing.js";
import { RoomFeed } from "./room_feed.js";

export class Room {
  presence = new Presence()
  typists = new Typists()
  // Where the reader was when they left: null for the end, else {seq, top}: that message, so many pixels below the top.
  place = null

  // `info` is the room as REST shows it; `version` is the one at which `window` was read.
  constructor({ info, window, version, draft, socket, loadPage }) {
    Object.assign(this, { info, draft })
    this.timeline = new Timeline(window)
    this.clock = new RoomClock(version)
    const { clock, timeline } = this
    this.feed = new RoomFeed({ socket, roomId: info.id, epoch: info.epoch, clock, timeline, loadPage })
  }

  get id() { return this.info.id }

  received(frame) {
    if (frame.type === "room_joined") this.presence.joined(frame)
    if (frame.type === "presence_update") this.#came(frame)
    if (frame.type === "typing_indicator") this.typists.set(frame.user_id, frame.is_typing, Date.now())
    if (frame.type === "new_message") this.typists.set(frame.message.creator_id, false)
    this.feed.received(frame)
  }

  #came(frame) {
    this.presence.update(frame)
    if (frame.status === "offline") this.typists.set(frame.user_id, false)
  }

  // The connection is gone.
  lost() {
    this.typists.clear()
    this.feed.lost()
  }
}
