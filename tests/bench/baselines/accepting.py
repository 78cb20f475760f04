"""What any socket costs on Campfire's server: the same Uvicorn, an application that greets whoever comes.

`python -m tests.bench.baselines.accepting PORT`. Answers requests too, so that one can wait for it.
"""

import sys
from typing import Any

from campfire.serving import server, uvicorn_server

# As long as the frame that Campfire begins with.
WELCOME = '{"type":"welcome","padding":"' + "." * 270 + '"}'


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await _greet(receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
    else:
        await _live(receive, send)


async def _greet(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": WELCOME})
    event = await receive()
    while event["type"] != "websocket.disconnect":
        event = await receive()


async def _live(receive: Any, send: Any) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


def main() -> None:
    server.more_files()
    config = uvicorn_server.config()
    config.app = application
    uvicorn_server.Server(config).run([server.listen("127.0.0.1", int(sys.argv[1]))])


if __name__ == "__main__":
    main()
