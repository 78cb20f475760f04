// Starts the sidebar on pages without a room: what comes in meanwhile shows there too.

import "./page.js";
import "./elements/room_list.js";
import * as api from "./helpers/api.js";
import { store } from "./helpers/store.js";
import { Drafts } from "./models/drafts.js";
import { Unread } from "./models/unread.js";
import { address, live } from "./realtime/page_life.js";
import { Sidebar } from "./realtime/sidebar.js";
import { Socket } from "./realtime/socket.js";

const list = document.querySelector("room-list")
const me = { id: list.dataset.me }
const socket = new Socket(address(), api.isSignedOut)

new Sidebar({ socket, unread: new Unread(me.id), drafts: new Drafts(store, me.id), list, room: null, me, loadRooms: api.rooms })
live(socket)
