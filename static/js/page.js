// What every page does: remembers the time zone, changes the looks, copies links, knows the few keys.

import "./elements/copy_field.js";
import { keep } from "./helpers/cookies.js";
import { zone } from "./helpers/dates.js";
import "./helpers/looks.js";
import "./helpers/keys.js";

document.documentElement.classList.add("live")
if (zone() && zone() !== document.documentElement.dataset.zone) keep("zone", zone())
