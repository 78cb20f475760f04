// Socket.IO: everybody in one room, and what one says is emitted to it. node socket_io.js PORT
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("message", (message) => socket.to("room").emit("message", message));
});
http.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 2048 });
