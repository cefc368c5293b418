"""A network that can be broken: each connection of the cluster goes through a proxy."""

import asyncio
import contextlib
import random
import socket
import struct
import threading

# What is read at once, in bytes.
CHUNK = 1 << 16
# The least of an answer in which a bit is flipped, in bytes: less is no segment.
LEAST_SEGMENT = 512


class Network:
    """The thread on which all proxies run."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def wait(self, coroutine):
        """Runs a coroutine on the thread, and waits for its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def tell(self, function, *arguments):
        """Calls a function on the thread, some time soon."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def close(self):
        """Ends all connections, and the thread."""
        self.wait(self._cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _cancel(self):
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Proxy:
    """Passes on to `target`, a port, what comes to a port of its own; badly, when it is told to.

    Whoever listens behind it may be started again on another port.
    """

    def __init__(self, network, seed):
        self._network = network
        self._random = random.Random(seed)
        self._open = set()
        self._heard = asyncio.Event()
        self._heard.set()
        self.target = None
        # Connections that come are reset.
        self.refuses = False
        # How long each piece is held back, in seconds.
        self.delay = 0
        # Answers still to be cut off in their middle, and bits still to be flipped in answers.
        self.tears = 0
        self.flips = 0
        # How often that was done.
        self.torn = 0
        self.flipped = 0
        self._server = network.wait(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    # What is done to the connections, from any thread.

    def cut(self):
        """Resets all connections that there are."""
        self._network.tell(lambda: [_reset(end) for pair in self._open for end in pair])

    def silence(self):
        """Lets nothing through from now on, and tells nobody."""
        self._network.tell(self._heard.clear)

    def heal(self):
        """Passes everything on from now on."""
        self.refuses, self.delay, self.tears, self.flips = False, 0, 0, 0
        self._network.tell(self._heard.set)

    # On the network's thread.

    async def _serve(self, reader, writer):
        if self.refuses or self.target is None:
            return _reset(writer)
        try:
            target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return _reset(writer)
        pair = (writer, target_writer)
        self._open.add(pair)
        pumps = [
            asyncio.ensure_future(self._pump(reader, target_writer, is_answer=False)),
            asyncio.ensure_future(self._pump(target_reader, writer, is_answer=True)),
        ]
        try:
            # Whoever closes one direction is done with both.
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._open.discard(pair)
            for end in pair:
                end.close()

    async def _pump(self, reader, writer, is_answer):
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK):
                await self._heard.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if is_answer and self.flips:
                    piece = self._flip(piece)
                if is_answer and self.tears:
                    self.tears -= 1
                    self.torn += 1
                    writer.write(piece[:len(piece) // 2])
                    await writer.drain()
                    return _reset(writer)
                writer.write(piece)
                await writer.drain()

    def _flip(self, piece):
        """Flips a bit behind the head of an answer."""
        start = piece.find(b"\r\n\r\n") + 4 if piece.startswith(b"HTTP/") else 0
        if len(piece) - start < LEAST_SEGMENT:
            return piece
        self.flips -= 1
        self.flipped += 1
        flipped = bytearray(piece)
        flipped[self._random.randrange(start, len(piece))] ^= 1 << self._random.randrange(8)
        return bytes(flipped)


def _reset(writer):
    """Ends a connection as a machine does that has never heard of it."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
