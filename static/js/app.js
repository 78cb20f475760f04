// Starts the room page: models, the socket, and the elements that show them.
//
// Imports end with a semicolon in all files: by that collectstatic finds them and names files by their content.

import "./page.js";
import { MessageActions } from "./elements/message_actions.js";
import { Announcer } from "./elements/announcer.js";
import "./elements/connection_banner.js";
import "./elements/message_composer.js";
import "./elements/message_timeline.js";
import { RoomHeader } from "./elements/room_header.js";
import "./elements/room_list.js";
import { watchReadAll } from "./elements/read_all.js";
import "./elements/room_people.js";
import * as api from "./helpers/api.js";
import { word } from "./helpers/words.js";
import { store } from "./helpers/store.js";
import { Drafts } from "./models/drafts.js";
import { Outbox } from "./models/outbox.js";
import { Presence } from "./models/presence.js";
import { RoomClock } from "./models/room_clock.js";
import { Timeline } from "./models/timeline.js";
import { Typists } from "./models/typing.js";
import { Unread } from "./models/unread.js";
import { LiveParts } from "./realtime/live_parts.js";
import { People } from "./realtime/people.js";
import { Reading } from "./realtime/reading.js";
import { RoomFeed } from "./realtime/room_feed.js";
import { Sender } from "./realtime/sender.js";
import { Sidebar } from "./realtime/sidebar.js";
import { Socket } from "./realtime/socket.js";
import { address, live } from "./realtime/page_life.js";
import { watchNames, watchPresence, watchTyping } from "./realtime/company.js";
import { watchDirects } from "./realtime/directs.js";

const start = JSON.parse(document.getElementById("start").textContent)
const { me, epoch, room, limits } = start
const find = (selector) => document.querySelector(selector)

const element = find("message-timeline")
const composer = find("message-composer")
const announcer = new Announcer(find("#announcer"))
const outbox = new Outbox(store, me.id)
const drafts = new Drafts(store, me.id)
const unread = new Unread(me.id)
const people = new People(start.people, api.user)
const timeline = new Timeline(element.rendered)
const clock = new RoomClock(Number(element.dataset.version))
const socket = new Socket(address(), api.isSignedOut)
const feed = new RoomFeed({ socket, roomId: room.id, epoch, clock, timeline, loadPage: api.messagesPage })

new Sender({ socket, outbox })
element.start({ feed, timeline, outbox, me })
composer.start({ drafts, roomId: room.id, limit: limits.content })
const sidebar = new Sidebar({ socket, unread, drafts, outbox, list: find("room-list"), room, me, loadRooms: api.rooms })
const reading = new Reading({ socket, feed, timeline, element, unread, sidebar, pill: find(".pill"), announcer, room, me })
const actions = new MessageActions({ element, timeline, outbox, socket, reading, composer, me, announcer })
const isComposing = () => !composer.isEmpty || actions.isEditing
new RoomHeader({ room, me, feed, socket, sidebar, composer, announcer, api })
new LiveParts(socket)
find("connection-banner").start({ socket, feed, version: start.version, loadVersion: api.version, isComposing })
watchNames({ socket, people, element, list: find("room-people") })
watchPresence({ socket, roomId: room.id, presence: new Presence(), people, element: find("room-people") })
watchTyping({ socket, roomId: room.id, typists: new Typists(), people, me, line: find(".typing") })
watchDirects({ socket, load: api.online })
watchReadAll({ unread, done: () => announcer.show(word("all_read")), failed: () => announcer.show(word("failed")) })

composer.addEventListener("send", async ({ detail: content }) => {
  outbox.add({ clientMessageId: crypto.randomUUID(), roomId: room.id, content, createdAt: Date.now() })
  await element.toEnd()
})
composer.addEventListener("typing", ({ detail }) => socket.send({ type: "typing", room_id: room.id, is_typing: detail }))
// A restored server knows other versions than this page. Nobody's sentence is cut off for it.
feed.addEventListener("renewed", () => isComposing() || location.reload())
feed.addEventListener("gone", () => composer.close())
composer.addEventListener("edit-last", () => actions.editLast())

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.shiftKey || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return
  element.toEnd()
  composer.focus()
})
addEventListener("storage", ({ key, newValue }) => newValue === null && outbox.removedElsewhere(key))

live(socket)
if (!start.target && matchMedia("(pointer: fine)").matches) composer.focus()
