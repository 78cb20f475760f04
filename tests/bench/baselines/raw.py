"""The limit: uvloop, one prepared frame written to every transport. `python -m tests.bench.baselines.raw PORT`"""

import asyncio
import sys
from typing import cast

import uvloop

from tests.bench.websocket import CLOSE, HEAD_END, TEXT, answer, frame, frames


class Peer(asyncio.Protocol):
    """Passes what it hears on to all others, as it is."""

    everybody: "set[Peer]" = set()
    transport: asyncio.Transport

    def __init__(self) -> None:
        self.rest = b""
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        if not self.is_open:
            head, found, data = data.partition(HEAD_END)
            if not found:
                self.rest = head
                return
            self.transport.write(answer(head))
            self.is_open = True
            self.everybody.add(self)
        end = 0
        for opcode, payload, upto in frames(data):
            end = upto
            if opcode == TEXT:
                self.tell(payload)
            elif opcode == CLOSE:
                self.transport.close()
        self.rest = data[end:]

    def tell(self, payload: bytes) -> None:
        prepared = frame(payload)
        for peer in self.everybody:
            if peer is not self:
                peer.transport.write(prepared)

    def connection_lost(self, reason: Exception | None) -> None:
        self.everybody.discard(self)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", port, backlog=2048)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
