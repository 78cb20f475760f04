// Starts the sidebar on pages without a room: what comes in meanwhile shows there too.

import "./page.js";
import { watchReadAll } from "./elements/read_all.js";
import "./elements/find_field.js";
import "./elements/people_picker.js";
import "./elements/room_list.js";
import * as api from "./helpers/api.js";
import { store } from "./helpers/store.js";
import { Drafts } from "./models/drafts.js";
import { Unread } from "./models/unread.js";
import { watchDirects } from "./realtime/directs.js";
import { LiveParts } from "./realtime/live_parts.js";
import { address, live } from "./realtime/page_life.js";
import { Sidebar } from "./realtime/sidebar.js";
import { Socket } from "./realtime/socket.js";

const list = document.querySelector("room-list")
const me = { id: list.dataset.me }
const socket = new Socket(address(), api.isSignedOut)

const unread = new Unread(me.id)

new Sidebar({ socket, unread, drafts: new Drafts(store, me.id), list, room: null, me, loadRooms: api.rooms })
const parts = new LiveParts(socket)
document.querySelector("find-field")?.start(parts)
watchDirects({ socket, load: api.online })
// Without a connection the browser's own way says what is wrong.
watchReadAll({ unread, done: () => {}, failed: () => document.getElementById("read-all").submit() })
live(socket)
